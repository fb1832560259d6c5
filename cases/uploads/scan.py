"""Asking the virus scanner: clamd's INSTREAM command, over TCP or a Unix socket.

(Protocol: the manual page clamd(8): a command ended by a zero byte, then pieces each led by their
length in 4 bytes, big-endian, then a length of 0; one answer.) A scanner that is down or gives no
verdict leaves files waiting. clamd's StreamMaxLength must be as large as CASEPORT_MAX_UPLOAD.
"""

import logging
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet

from cases.models import Attachment
from cases.uploads.store import open_stored

PIECE = 64 * 1024
LONGEST_ANSWER = 4096
LOOKED_THROUGH = 1000  # waiting files looked at for ones that may be asked about now
LEASE = 120  # seconds a worker has for a small file, and one more for each MB
SHORTEST_REST, LONGEST_REST = 5, 300  # seconds, when the scanner is away
SHORTEST_HOLD, LONGEST_HOLD = 60, 3600  # seconds, for a file without a verdict

_RESTING = "uploads.scanner.resting"
_ABSENCES = "uploads.scanner.absences"

log = logging.getLogger(__name__)
Scan = Attachment.Scan


class NoVerdict(Exception):
    """The scanner did not say whether the file is clean; the text says what happened instead."""


class ScannerAway(NoVerdict):
    """The scanner cannot be reached at all."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """A clamd at `host:port`, or at the path of its socket. Times are in seconds."""

    address: str
    connect_within: float = 5
    answer_within: float = 300

    def inspect(self, file: BinaryIO) -> str:
        """What was found in the file, by name; empty when it is clean. Raises NoVerdict."""
        with self._connected() as link:
            try:
                self._send(link, file)
            except OSError as error:
                # It may have answered and hung up before we were done, as it does at its limit.
                answer = self._answer_or(link, error)
            else:
                answer = self._answer(link)
        verdict = answer.removeprefix("stream:").strip()
        if verdict == "OK":
            return ""
        if verdict.endswith(" FOUND"):
            return verdict.removesuffix(" FOUND")
        raise NoVerdict(f"The scanner answered {verdict!r}." if verdict else "It hung up.")

    def _connected(self) -> socket.socket:
        try:
            return self._connect()
        except (OSError, ValueError) as error:
            raise ScannerAway(f"No scanner answers at {self.address}: {error}.") from error

    def _connect(self) -> socket.socket:
        if "/" not in self.address:
            host, _, port = self.address.rpartition(":")
            return socket.create_connection((host.strip("[]"), int(port)), self.connect_within)
        link = socket.socket(socket.AF_UNIX)
        try:
            link.settimeout(self.connect_within)
            link.connect(self.address)
        except OSError:
            link.close()
            raise
        return link

    def _send(self, link: socket.socket, file: BinaryIO) -> None:
        link.settimeout(self.answer_within)
        link.sendall(b"zINSTREAM\0")
        while piece := file.read(PIECE):
            link.sendall(struct.pack(">I", len(piece)) + piece)
        link.sendall(struct.pack(">I", 0))

    def _answer(self, link: socket.socket) -> str:
        until = time.monotonic() + self.answer_within
        answer = b""
        while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
            link.settimeout(max(0.001, until - time.monotonic()))
            try:
                piece = link.recv(LONGEST_ANSWER)
            except OSError as error:
                raise NoVerdict(f"The scanner did not finish: {error}.") from error
            if not piece:
                break
            answer += piece
        return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()

    def _answer_or(self, link: socket.socket, error: OSError) -> str:
        try:
            return self._answer(link)
        except NoVerdict:
            raise NoVerdict(f"The scanner did not finish: {error}.") from error


def scan_waiting(limit: int = 20) -> int:
    """Have up to `limit` waiting files scanned, oldest first; returns how many got a verdict.

    Without a scanner configured, waiting files become "not scanned". While the scanner is away
    nothing is asked for a growing while; a file without a verdict is left alone likewise. Two
    workers do not scan the same file while the first one's lease lasts.
    """
    waiting = Attachment.objects.filter(scan=Scan.WAITING).exclude(storage_key="")
    if not settings.CLAMD_ADDRESS:
        return waiting.update(scan=Scan.UNSCANNED, scan_result="")
    scanner = Scanner(settings.CLAMD_ADDRESS)
    settled = 0
    for attachment in _claimed(waiting, limit):
        try:
            settled += _scan(scanner, attachment)
        except ScannerAway as error:
            cache.delete(_claim_of(attachment.pk))
            _rest(str(error))
            break
        except (NoVerdict, OSError) as error:
            _hold(attachment, str(error))
    return settled


def _claimed(waiting: QuerySet[Attachment], limit: int) -> Iterator[Attachment]:
    """The next files nobody else is scanning, each claimed as it is given out."""
    if cache.get(_RESTING):
        return
    given = 0
    for key, size in waiting.order_by("created_at").values_list("pk", "size")[:LOOKED_THROUGH]:
        if given == limit:
            return
        if cache.add(_claim_of(key), True, LEASE + (size or 0) // 1_000_000):
            given += 1
            yield from waiting.filter(pk=key)


def _scan(scanner: Scanner, attachment: Attachment) -> int:
    with open_stored(attachment) as file:
        found = scanner.inspect(file)
    cache.delete(_ABSENCES)
    scan = Scan.INFECTED if found else Scan.CLEAN
    if found:
        log.warning("Attachment %s is infected: %s", attachment.pk, found)
    return Attachment.objects.filter(pk=attachment.pk, scan=Scan.WAITING).update(
        scan=scan, scan_result=found[:200]
    )


def _rest(words: str) -> None:
    absences = cache.get(_ABSENCES, 0)
    seconds = min(LONGEST_REST, SHORTEST_REST * 2**absences)
    cache.set(_ABSENCES, min(absences + 1, 10), LONGEST_REST * 4)
    cache.set(_RESTING, True, seconds)
    log.warning("%s Files wait; asking again in %d s.", words, seconds)


def _hold(attachment: Attachment, words: str) -> None:
    """Leave a file alone for a while, longer each time, and say why in its row."""
    key = f"uploads.scan.tries.{attachment.pk}"
    tries = cache.get(key, 0)
    seconds = min(LONGEST_HOLD, SHORTEST_HOLD * 2**tries)
    cache.set(key, min(tries + 1, 10), LONGEST_HOLD * 4)
    cache.set(_claim_of(attachment.pk), True, seconds)
    Attachment.objects.filter(pk=attachment.pk, scan=Scan.WAITING).update(scan_result=words[:200])
    log.warning("Attachment %s got no verdict: %s", attachment.pk, words)


def _claim_of(key: UUID) -> str:
    return f"uploads.scan.claim.{key}"
