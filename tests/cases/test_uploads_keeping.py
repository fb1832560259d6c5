"""Keeping a file: whole, hashed, under a name of our own, or not at all."""

import hashlib
import os
import re
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import Settings

from cases import uploads
from cases.models import Attachment
from tests.cases import sample_files as made
from tests.cases.sample_files import files_in, own_disk, received

LINE = b"2026-11-22 12:00 edge-17 502 upstream closed the connection\n"


@pytest.fixture
def disk(tmp_path: Path, settings: Settings) -> Path:
    return own_disk(tmp_path, settings)


def row_of(accepted: uploads.Accepted) -> Attachment:
    return Attachment(name=accepted.name, storage_key=accepted.storage_key)


def test_an_accepted_file_is_described_as_it_is(disk: Path) -> None:
    accepted = uploads.accept(received("edge.log", LINE))
    assert accepted.name == "edge.log"
    assert accepted.size == len(LINE)
    assert accepted.sha256 == hashlib.sha256(LINE).hexdigest()
    assert accepted.content_type == "text/plain"
    assert accepted.remarks == ()


def test_a_file_is_kept_under_a_name_that_tells_nothing(disk: Path) -> None:
    accepted = uploads.accept(received("salaries.csv", b"a,b\n"))
    key = r"attachments/\d{4}/\d\d/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert re.fullmatch(key, accepted.storage_key)
    (path,) = files_in(disk)
    assert path.stat().st_mode & 0o077 == 0


def test_a_received_file_is_moved_not_copied(disk: Path) -> None:
    upload = received("edge.log", LINE)
    received_as = os.stat(upload.temporary_file_path()).st_ino
    uploads.accept(upload)
    (path,) = files_in(disk)
    assert path.stat().st_ino == received_as
    assert path.read_bytes() == LINE


def test_a_file_from_memory_is_kept_too(disk: Path) -> None:
    accepted = uploads.accept(SimpleUploadedFile("edge.log", LINE))
    with uploads.open_stored(row_of(accepted)) as file:
        assert file.read() == LINE


@pytest.mark.parametrize(("size", "fits"), [(999, True), (1000, True), (1001, False)])
def test_the_limit_of_a_field_holds_to_the_byte(disk: Path, size: int, fits: bool) -> None:
    upload = received("edge.log", b"x" * size)
    if fits:
        assert uploads.accept(upload, max_size=1000).size == size
        return
    with pytest.raises(uploads.UploadRefused, match=r"^edge\.log is 1 kB; at most 1 kB can be"):
        uploads.accept(upload, max_size=1000)
    assert files_in(disk) == []


def test_a_field_cannot_raise_the_portals_own_limit(disk: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD = 10
    with pytest.raises(uploads.UploadRefused, match="at most 10 bytes"):
        uploads.accept(received("edge.log", LINE), max_size=5_000)


def test_a_disk_that_fills_up_keeps_nothing(disk: Path, settings: Settings) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "tests.cases.sample_files.HalfFullDisk",
            "OPTIONS": {"location": disk / "files"},
        },
    }
    with pytest.raises(uploads.UploadRefused, match="our store failed, not your file"):
        uploads.accept(received("edge.log", LINE))
    assert files_in(disk) == []


@pytest.mark.parametrize(
    ("scanner", "scan"),
    [("", Attachment.Scan.UNSCANNED), ("127.0.0.1:3310", Attachment.Scan.WAITING)],
)
def test_a_file_waits_for_the_scanner_when_there_is_one(
    disk: Path, settings: Settings, scanner: str, scan: Attachment.Scan
) -> None:
    settings.CLAMD_ADDRESS = scanner
    assert uploads.accept(received("edge.log", LINE)).scan == scan


def test_a_kept_file_opens_at_its_beginning_and_can_be_read_twice(disk: Path) -> None:
    attachment = row_of(uploads.accept(received("edge.log", LINE)))
    with uploads.open_stored(attachment) as file:
        assert file.tell() == 0
        assert file.read() == LINE
        file.seek(5)
        assert file.read(3) == LINE[5:8]


def test_a_file_only_the_vendor_has_cannot_be_opened(disk: Path) -> None:
    with pytest.raises(FileNotFoundError, match="is not kept here"):
        uploads.open_stored(Attachment(name="theirs.log"))


@pytest.mark.django_db
def test_removing_a_file_removes_its_bytes_once_and_for_all(disk: Path) -> None:
    attachment = row_of(uploads.accept(received("edge.log", LINE)))
    uploads.remove(attachment)
    uploads.remove(attachment)
    uploads.remove(Attachment(name="theirs.log"))
    assert files_in(disk) == []
    with pytest.raises(FileNotFoundError):
        uploads.open_stored(attachment)


def test_a_file_that_got_no_row_is_discarded(disk: Path) -> None:
    uploads.discard(uploads.accept(received("edge.log", LINE)).storage_key)
    assert files_in(disk) == []


@pytest.mark.parametrize("name", ["sparse.7z", "edge.log", "edge-wide.log"])
def test_keeping_and_reading_200_megabytes_takes_no_memory(disk: Path, name: str) -> None:
    if name == "sparse.7z":
        upload = received(name, made.seven_zip(), 200_000_000)
    else:
        line = LINE.decode().encode("utf-16-le" if "wide" in name else "utf-8")
        upload = received(name, b"")
        for _ in range(200):
            upload.write(line * (1_000_000 // len(line)))
    tracemalloc.start()
    try:
        accepted = uploads.accept(upload)
        with uploads.open_stored(row_of(accepted)) as file:
            while file.read(1_000_000):
                pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert accepted.size > 195_000_000
    assert peak < 8_000_000


@pytest.mark.django_db
def test_what_a_killed_process_left_behind_goes_after_a_day(disk: Path) -> None:
    Attachment.objects.create(name="owned.log", storage_key=kept_at("owned.log", days=3))
    old, fresh = kept_at("old.log", days=3), kept_at("fresh.log", days=0)
    half, under_way = disk / "uploads" / "half.upload.log", disk / "uploads" / "now.upload.log"
    half.write_bytes(b"x")
    under_way.write_bytes(b"x")
    age(half, days=3)

    assert uploads.remove_leftovers() == 2
    assert not default_storage.exists(old)
    assert default_storage.exists(fresh)
    assert default_storage.exists(Attachment.objects.get().storage_key)
    assert files_in(disk / "uploads") == [under_way]


def kept_at(name: str, *, days: int) -> str:
    key = uploads.accept(received(name, LINE)).storage_key
    age(Path(default_storage.path(key)), days=days)
    return key


def age(path: Path, *, days: int) -> None:
    then = (timezone.now() - timedelta(days=days)).timestamp()
    os.utime(path, (then, then))
