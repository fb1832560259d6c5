"""The virus scanner decides whether a file may leave; without its verdict the file waits."""

import hashlib
import threading
import time
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from cases import uploads
from cases.models import Attachment
from cases.uploads.scan import NoVerdict, Scanner, ScannerAway
from tests.cases.fake_clamd import VIRUS, Clamd, running
from tests.cases.sample_files import own_disk
from tests.servers import unheard_port

Scan = Attachment.Scan
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def disk(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    cache.clear()
    yield own_disk(tmp_path, settings)
    cache.clear()


@pytest.fixture(params=["tcp", "unix"])
def clamd(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Iterator[Clamd]:
    path = tmp_path / "clamd.sock" if request.param == "unix" else None
    with running(Clamd(), path) as started:
        settings.CLAMD_ADDRESS = started.address
        yield started


@pytest.fixture
def tcp_clamd(settings: Settings) -> Iterator[Clamd]:
    with running(Clamd()) as started:
        settings.CLAMD_ADDRESS = started.address
        yield started


def waiting(content: bytes = b"a line\n", name: str = "edge.log") -> Attachment:
    key = default_storage.save(f"attachments/{name}", ContentFile(content))
    return Attachment.objects.create(name=name, size=len(content), storage_key=key)


def verdict_on(attachment: Attachment) -> tuple[str, str]:
    attachment.refresh_from_db()
    return attachment.scan, attachment.scan_result


def test_a_clean_file_may_leave(clamd: Clamd) -> None:
    attachment = waiting()
    assert uploads.scan_waiting() == 1
    assert verdict_on(attachment) == (Scan.CLEAN, "")
    assert attachment.may_leave


def test_an_infected_file_stays_and_says_what_was_found(clamd: Clamd) -> None:
    attachment = waiting(b"x" * 100_000 + VIRUS)
    assert uploads.scan_waiting() == 1
    assert verdict_on(attachment) == (Scan.INFECTED, "Stand-In.Virus")
    assert not attachment.may_leave


def test_the_scanner_sees_every_byte_in_small_pieces(clamd: Clamd) -> None:
    content = bytes(range(256)) * 4_000
    waiting(content)
    uploads.scan_waiting()
    assert clamd.digests == [hashlib.sha256(content).hexdigest()]
    assert clamd.longest_piece <= 65_536


def test_a_slow_scanner_is_waited_for(clamd: Clamd) -> None:
    clamd.before_answer = lambda: time.sleep(0.3)
    attachment = waiting()
    assert uploads.scan_waiting() == 1
    assert verdict_on(attachment) == (Scan.CLEAN, "")


@pytest.mark.parametrize("dies_after", [0, 3_000_000])
def test_a_scanner_that_dies_in_the_middle_passes_nothing(clamd: Clamd, dies_after: int) -> None:
    clamd.dies_after = dies_after
    attachment = waiting(b"x" * 5_000_000)
    assert uploads.scan_waiting() == 0
    scan, words = verdict_on(attachment)
    assert scan == Scan.WAITING
    assert words


def test_a_file_without_a_verdict_is_left_alone_for_a_while_then_asked_about_again(
    tcp_clamd: Clamd,
) -> None:
    attachment = waiting()
    tcp_clamd.answer = b""
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        uploads.scan_waiting()
        tcp_clamd.answer = None
        assert (uploads.scan_waiting(), tcp_clamd.sessions) == (0, 1)
        clock.move_to(start + timedelta(seconds=61))
        assert (uploads.scan_waiting(), tcp_clamd.sessions) == (1, 2)
    assert verdict_on(attachment) == (Scan.CLEAN, "")


def test_a_file_that_never_gets_a_verdict_is_asked_about_ever_more_rarely(
    tcp_clamd: Clamd,
) -> None:
    waiting()
    tcp_clamd.answer = b""
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        for minute in range(120):
            clock.move_to(start + timedelta(minutes=minute, seconds=1))
            uploads.scan_waiting()
    assert 5 <= tcp_clamd.sessions <= 8


def test_a_scanner_that_refuses_a_size_leaves_the_file_waiting_and_says_why(clamd: Clamd) -> None:
    clamd.takes = 1_000_000
    attachment = waiting(b"x" * 1_200_000)
    other = waiting(name="small.log")
    assert uploads.scan_waiting() == 1
    scan, words = verdict_on(attachment)
    assert scan == Scan.WAITING
    assert "scanner" in words
    assert verdict_on(other) == (Scan.CLEAN, "")


def test_files_wait_while_the_scanner_is_away_and_go_on_when_it_is_back(settings: Settings) -> None:
    attachment = waiting()
    settings.CLAMD_ADDRESS = f"127.0.0.1:{unheard_port()}"
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        assert uploads.scan_waiting() == 0
        assert verdict_on(attachment) == (Scan.WAITING, "")
        with running(Clamd()) as clamd:
            settings.CLAMD_ADDRESS = clamd.address
            assert (uploads.scan_waiting(), clamd.sessions) == (0, 0)
            clock.move_to(start + timedelta(seconds=6))
            assert uploads.scan_waiting() == 1
    assert verdict_on(attachment) == (Scan.CLEAN, "")


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.0.0.1:", "no-such-host.invalid:3310", "/no/such/socket"]
)
def test_an_address_that_leads_nowhere_leaves_files_waiting(
    settings: Settings, address: str
) -> None:
    settings.CLAMD_ADDRESS = address
    attachment = waiting()
    assert uploads.scan_waiting() == 0
    assert verdict_on(attachment)[0] == Scan.WAITING


def test_a_scanner_that_never_answers_is_given_up_on(tcp_clamd: Clamd, disk: Path) -> None:
    done = threading.Event()
    tcp_clamd.before_answer = lambda: done.wait(10)
    path = disk / "edge.log"
    path.write_bytes(b"a line\n")
    with path.open("rb") as file, pytest.raises(NoVerdict, match="did not finish"):
        Scanner(tcp_clamd.address, answer_within=0.2).inspect(file)
    done.set()


@pytest.mark.parametrize("answer", [b"", b"stream: OK and more", b"ERROR", b"x" * 20_000])
def test_only_the_words_of_a_verdict_are_a_verdict(
    tcp_clamd: Clamd, disk: Path, answer: bytes
) -> None:
    tcp_clamd.answer = answer
    path = disk / "edge.log"
    path.write_bytes(b"a line\n")
    with path.open("rb") as file, pytest.raises(NoVerdict):
        Scanner(tcp_clamd.address).inspect(file)


def test_an_unreachable_scanner_is_told_apart_from_one_without_a_verdict(disk: Path) -> None:
    path = disk / "edge.log"
    path.write_bytes(b"a line\n")
    with path.open("rb") as file, pytest.raises(ScannerAway, match="No scanner answers at"):
        Scanner(f"127.0.0.1:{unheard_port()}").inspect(file)


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_leaves_alone_what_the_first_is_scanning(tcp_clamd: Clamd) -> None:
    second: list[int] = []

    def come_in_between() -> None:
        second.append(uploads.scan_waiting())
        connection.close()

    tcp_clamd.before_answer = come_in_between
    attachment = waiting()
    assert uploads.scan_waiting() == 1
    assert (second, tcp_clamd.sessions) == ([0], 1)
    assert verdict_on(attachment) == (Scan.CLEAN, "")


def test_the_oldest_files_come_first_and_no_more_than_asked_for(tcp_clamd: Clamd) -> None:
    files = [waiting(name=f"{number}.log") for number in range(3)]
    for age, attachment in enumerate(files):
        then = timezone.now() - timedelta(hours=age)
        Attachment.objects.filter(pk=attachment.pk).update(created_at=then)
    assert uploads.scan_waiting(limit=2) == 2
    assert [verdict_on(file)[0] for file in files] == [Scan.WAITING, Scan.CLEAN, Scan.CLEAN]


def test_a_lost_file_does_not_hold_up_the_others(tcp_clamd: Clamd) -> None:
    lost, other = waiting(name="lost.log"), waiting(name="other.log")
    uploads.remove(lost)
    assert uploads.scan_waiting() == 1
    assert verdict_on(lost)[0] == Scan.WAITING
    assert verdict_on(other)[0] == Scan.CLEAN


def test_a_verdict_is_given_once(tcp_clamd: Clamd) -> None:
    waiting()
    Attachment.objects.create(name="theirs.log", scan=Scan.CLEAN)
    Attachment.objects.create(name="theirs-too.log", scan=Scan.WAITING)
    assert [uploads.scan_waiting() for _ in range(2)] == [1, 0]
    assert tcp_clamd.sessions == 1


def test_files_left_waiting_are_not_scanned_once_there_is_no_scanner(settings: Settings) -> None:
    settings.CLAMD_ADDRESS = ""
    attachment = waiting()
    assert uploads.scan_waiting() == 1
    assert verdict_on(attachment) == (Scan.UNSCANNED, "")


def test_scanning_200_megabytes_takes_no_memory(tcp_clamd: Clamd, disk: Path) -> None:
    attachment = waiting()
    with open(default_storage.path(attachment.storage_key), "r+b") as file:
        file.truncate(200_000_000)
    tracemalloc.start()
    try:
        uploads.scan_waiting()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert verdict_on(attachment)[0] == Scan.CLEAN
    assert peak < 4_000_000
