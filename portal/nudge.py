"""Wakes the workers: on this machine a datagram on a Unix socket names the bell that rings.

A nudge only saves the wait until the next poll. It may be lost, doubled or late, so the sender
never raises and a worker that cannot listen still works.
"""

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

log = logging.getLogger(__name__)

LONGEST_ADDRESS = 107
"""Bytes the system takes as the name of a Unix socket; a data folder may lie deeper."""


def folder() -> Path:
    """Where the workers' sockets lie, one for each worker."""
    return Path(settings.DATA) / "run"


def ring(bell: str) -> None:
    """Wake whoever waits for `bell` in any worker of this machine; never raises."""
    try:
        doors = list(folder().glob("worker-*.sock"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            for door in doors:
                _knock(sender, door, bell)
    except OSError as failure:
        log.debug("Nobody was woken for %s: %s", bell, failure)


def _knock(sender: socket.socket, door: Path, bell: str) -> None:
    """Send one datagram; take away the door of a worker that was killed."""
    try:
        with _address(door) as address:
            sender.sendto(bell.encode(), address)
    except ConnectionRefusedError:
        door.unlink(missing_ok=True)
    except BlockingIOError:
        log.debug("%s has nudges it has not read yet", door.name)


@contextlib.contextmanager
def _address(path: Path) -> Iterator[str]:
    """A name for `path` that is short enough for a socket."""
    if len(os.fsencode(path)) <= LONGEST_ADDRESS:
        yield str(path)
        return
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)


class Messenger:
    """Passes bells on by `send`, from a thread of its own: who rings waits for nobody.

    A bell that rings again before its turn is passed on once. One that cannot be passed on is
    forgotten, as every nudge may be.
    """

    def __init__(self, send: Callable[[str], object]) -> None:
        self._send = send
        self._waiting: set[str] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self, bell: str) -> None:
        with self._lock:
            self._waiting.add(bell)
            if self._thread is None or not self._thread.is_alive():  # it does not survive a fork
                self._thread = threading.Thread(target=self._run, name="nudge", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while bell := self._next():
            try:
                self._send(bell)
            except Exception as error:  # a later look finds the rows anyway
                log.warning("could not nudge the workers: %s", error)

    def _next(self) -> str:
        """The bell whose turn it is; empty when none waits, and then the thread is over."""
        with self._lock:
            if not self._waiting:
                self._thread = None
                return ""
            return self._waiting.pop()


class Listener:
    """One worker's ear; raises OSError where the system has no such sockets."""

    def __init__(self) -> None:
        folder().mkdir(parents=True, exist_ok=True)
        self._path = folder() / f"worker-{os.getpid()}.sock"
        self._path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with _address(self._path) as address:
            self._socket.bind(address)

    def hear(self, seconds: float) -> str:
        """The bell that rang, or an empty text when none did within `seconds`."""
        self._socket.settimeout(seconds)
        try:
            return self._socket.recv(64).decode(errors="replace")
        except TimeoutError:
            return ""

    def close(self) -> None:
        self._socket.close()
        self._path.unlink(missing_ok=True)
