"""Receiving files from a browser: to disk, up to the limit, and the page still works."""

import io
import re
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import UploadedFile
from django.core.handlers.wsgi import WSGIRequest
from pytest_django import Settings

from cases import uploads
from tests.cases.sample_files import files_in, own_disk

BOUNDARY = "----a-line-between-parts"


@pytest.fixture
def disk(tmp_path: Path, settings: Settings) -> Path:
    settings.MAX_UPLOAD = 1_000_000
    return own_disk(tmp_path, settings)


class Body(io.RawIOBase):
    """A request's body that is made while it is read: parts of text, and of so many zeros."""

    def __init__(self, *parts: bytes | int) -> None:
        self.parts = list(parts)
        self.given = 0
        self.size = sum(part if isinstance(part, int) else len(part) for part in parts)

    def read(self, size: int = -1) -> bytes:
        piece = b""
        while self.parts and not piece:
            part = self.parts.pop(0)
            if isinstance(part, int):
                piece, rest = bytes(min(part, size)), part - min(part, size)
                self.parts[:0] = [rest] if rest else []
            else:
                piece = part[:size]
                self.parts[:0] = [part[size:]] if part[size:] else []
        self.given += len(piece)
        return piece


def file_part(name: str, content: bytes | int, field: str = "files") -> list[bytes | int]:
    head = (
        f"--{BOUNDARY}\r\n"
        f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        "Content-Type: text/plain\r\n\r\n"
    )
    return [head.encode(), content, b"\r\n"]


def text_part(name: str, text: str) -> list[bytes | int]:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
    return [head.encode()]


def request_of(*parts: list[bytes | int], signed_in: bool = True) -> tuple[WSGIRequest, Body]:
    body = Body(*(piece for part in parts for piece in part), f"--{BOUNDARY}--\r\n".encode())
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
        "CONTENT_LENGTH": str(body.size),
        "wsgi.input": body,
    }
    request = WSGIRequest(environ)
    request.user = SimpleNamespace(is_authenticated=signed_in)  # type: ignore[assignment]  # enough
    return request, body


def the_file(request: WSGIRequest) -> "UploadedFile[Any]":
    (file,) = request.FILES.getlist("files")
    assert isinstance(file, UploadedFile)
    return file


def test_a_file_of_exactly_the_limit_is_received(disk: Path) -> None:
    request, _ = request_of(file_part("a.log", 1_000_000))
    assert uploads.refused_in(request) == {}
    assert the_file(request).size == 1_000_000


def test_a_file_one_byte_over_the_limit_is_dropped_and_the_rest_of_the_form_arrives(
    disk: Path,
) -> None:
    request, _ = request_of(
        text_part("before", "kept"), file_part("a.log", 1_000_001), text_part("after", "kept too")
    )
    assert uploads.refused_in(request) == {
        "files": "a.log is larger than 1 MB, the most Caseport takes."
    }
    assert (request.POST["before"], request.POST["after"]) == ("kept", "kept too")
    assert not request.FILES
    assert files_in(disk) == []


def test_the_limit_counts_all_files_of_a_request_and_those_that_fit_are_kept(disk: Path) -> None:
    request, _ = request_of(
        file_part("first.log", b"x" * 400_000),
        file_part("second.log", b"y" * 700_000),
        file_part("third.log", b"z" * 600_000),
    )
    assert uploads.refused_in(request) == {
        "files": "second.log was left out: files sent together may be 1 MB."
    }
    kept = {file.name: file.read(3) for file in request.FILES.getlist("files")}
    assert kept == {"first.log": b"xxx", "third.log": b"zzz"}


def test_each_field_is_told_of_its_own_files(disk: Path) -> None:
    request, _ = request_of(
        file_part("a.log", 700_000, "one"),
        file_part("b.log", 400_000, "two"),
        file_part("c.log", 350_000, "two"),
        file_part("d.log", 320_000, "three"),
    )
    refused = uploads.refused_in(request)
    assert set(refused) == {"two", "three"}
    assert re.findall(r"(\w\.log) was left out", refused["two"]) == ["b.log", "c.log"]


def test_an_endless_ending_is_refused_and_the_file_before_it_survives(disk: Path) -> None:
    request, _ = request_of(
        file_part("first.log", b"hello"), file_part("second." + "x" * 250, b"hello")
    )
    assert "too long an ending" in uploads.refused_in(request)["files"]
    assert [file.read() for file in request.FILES.getlist("files")] == [b"hello"]


def test_a_stranger_fills_no_disk_but_keeps_what_they_typed(disk: Path) -> None:
    request, _ = request_of(
        file_part("a.log", b"hello"), text_part("subject", "typed"), signed_in=False
    )
    assert uploads.refused_in(request) == {"files": "Sign in to send files."}
    assert request.POST["subject"] == "typed"
    assert not request.FILES
    assert files_in(disk) == []


def test_a_request_of_more_than_twice_the_limit_is_not_read(disk: Path) -> None:
    request, body = request_of(file_part("a.log", 50_000_000))
    assert uploads.refused_in(request) == {
        "files": "The request was larger than 1 MB and was not read."
    }
    assert body.given < 1_000_000
    assert files_in(disk) == []


def test_a_form_without_files_loses_none(disk: Path) -> None:
    request, _ = request_of(text_part("subject", "typed"))
    assert uploads.refused_in(request) == {}


def test_the_folder_for_uploads_is_made_and_private(disk: Path, settings: Settings) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = disk / "not" / "yet"
    request, _ = request_of(file_part("a.log", b"hello"))
    assert the_file(request).read() == b"hello"
    assert (disk / "not" / "yet").stat().st_mode & 0o077 == 0


def test_receiving_200_megabytes_takes_no_memory(disk: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD = 300_000_000
    request, _ = request_of(file_part("a.log", 200_000_000))
    tracemalloc.start()
    try:
        size = the_file(request).size
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == 200_000_000
    assert peak < 4_000_000
    the_file(request).close()
    assert files_in(disk) == []


def test_more_files_than_taken_at_once_are_told_at_their_field_and_nothing_else_is_lost(
    disk: Path, settings: Settings
) -> None:
    settings.MAX_FILES = 2
    parts = [file_part(f"log-{number}.txt", b"a line\n") for number in range(1, 5)]
    request, _ = request_of(*parts, text_part("text", "typed"))
    assert uploads.refused_in(request) == {
        "files": "At most 2 files can be sent at once: log-3.txt and those after it were not taken."
    }
    assert [file.name for file in request.FILES.getlist("files")] == ["log-1.txt", "log-2.txt"]
    assert request.POST["text"] == "typed"
    assert len(files_in(disk)) == 2


def test_questions_left_without_a_file_do_not_count(disk: Path, settings: Settings) -> None:
    settings.MAX_FILES = 1
    empty = [file_part("", b"", field=f"question-{number}") for number in range(30)]
    request, _ = request_of(*empty, file_part("log.txt", b"a line\n"))
    assert uploads.refused_in(request) == {}
    assert the_file(request).name == "log.txt"


def test_every_field_that_lost_files_to_the_count_is_told(disk: Path, settings: Settings) -> None:
    settings.MAX_FILES = 1
    fields = ("files", "logs", "logs")
    parts = [file_part(f"{n}.txt", b"a line\n", field) for n, field in enumerate(fields)]
    request, _ = request_of(*parts)
    told = uploads.refused_in(request)
    assert list(told) == ["logs"]
    assert told["logs"].count("At most") == 1
