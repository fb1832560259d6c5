"""Every file of the table meets its fate, and a refused one leaves nothing on the disk."""

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from cases import uploads
from tests.cases.sample_files import archive, files_in, own_disk, received
from tests.cases.upload_rows import ROWS, Row


@pytest.fixture
def disk(tmp_path: Path, settings: Settings) -> Path:
    return own_disk(tmp_path, settings)


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(ROWS) >= 300
    assert sum(bool(row.type) for row in ROWS) >= 80


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_file_meets_the_fate_the_table_gives_it(row: Row, disk: Path) -> None:
    upload = received(row.name, row.content)
    if row.type:
        accepted = uploads.accept(upload)
        assert accepted.content_type == row.type
        assert [path.read_bytes() for path in files_in(disk)] == [row.content]
        return
    with pytest.raises(uploads.UploadRefused) as refusal:
        uploads.accept(upload)
    assert row.words in refusal.value.words
    assert refusal.value.words[-1] in ".?"
    assert files_in(disk) == []


def test_an_archive_in_an_archive_is_remarked_upon(disk: Path) -> None:
    upload = received("nested.zip", archive("1.zip", "2.gz", "3.7z", "4.tar", "note.txt"))
    accepted = uploads.accept(upload)
    assert accepted.remarks == (
        "Holds further archives, not measured: 1.zip, 2.gz, 3.7z and 1 more.",
    )


def test_what_is_shown_of_a_refused_name_is_the_cleaned_name(disk: Path) -> None:
    upload = received("annexe\u202etxt.exe", b"x")
    with pytest.raises(uploads.UploadRefused, match=r"^annexetxt\.exe looks like a program"):
        uploads.accept(upload)
    assert os.listdir(disk / "uploads") == []
