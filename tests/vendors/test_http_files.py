"""Files go out and come in without being held in memory, and never half of one for a whole."""

import io
import os
import socket
import tracemalloc
from typing import Any, BinaryIO

import httpx
import pytest

from tests.hand_clock import HandClock
from tests.vendors.desk import (
    HOST,
    RULE,
    drip,
    mocked,
    on,
    once_it_stands,
    playing,
    standing,
)
from tests.vendors.loopback import answer, listening, read_request
from vendors.http import client as http_client
from vendors.http import transport
from vendors.http.client import VendorClient
from vendors.http.errors import Unclear, Unreachable
from vendors.http.multipart import opened


def test_a_file_goes_out_as_multipart_with_its_length() -> None:
    data = os.urandom(700_000)
    asked: list[bytes] = []

    def play(connection: socket.socket) -> None:
        read_request(connection, asked)
        connection.sendall(answer(b"{}"))

    with listening(play) as server:
        client = on(server.url)
        client.upload(
            "/cases/1/files",
            operation="file",
            file_part="file",
            name='über "x"\r\n.png',
            content_type="image/png",
            size=len(data),
            stream=io.BytesIO(data),
            fields={"comment": "Logs\n[ref P-7Q2MK4XD-2]"},
        )
    head, _, body = asked[0].partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}" in head.decode().lower()
    assert b"transfer-encoding" not in head.lower()
    assert (
        'name="file"; filename="über %22x%22%0D%0A.png"\r\nContent-Type: image/png'
        in body.decode(errors="replace")
    )
    assert b'name="comment"\r\n\r\nLogs\n[ref P-7Q2MK4XD-2]\r\n--' in body
    assert data in body


def upload(client: VendorClient, stream: Any, size: int) -> None:
    client.upload(
        "/files", operation="file", file_part="file", name="a", content_type="evil\r\nX: y",
        size=size, stream=stream,
    )  # fmt: skip


def test_a_file_shorter_than_it_was_is_never_sent() -> None:
    with pytest.raises(Unreachable):
        upload(mocked(lambda request: httpx.Response(500)), io.BytesIO(b"abc"), 4)


def test_a_file_that_cannot_be_read_twice_is_never_sent() -> None:
    read, write = os.pipe()
    os.close(write)
    with os.fdopen(read, "rb") as pipe, pytest.raises(Unreachable):
        upload(mocked(lambda request: httpx.Response(500)), pipe, 0)


def test_a_file_that_cannot_be_opened_is_never_sent() -> None:
    def missing() -> BinaryIO:
        raise FileNotFoundError

    with pytest.raises(Unreachable), opened(missing):
        raise AssertionError("there is nothing to send")


def test_a_file_is_closed_after_its_sending_however_it_ends() -> None:
    file = io.BytesIO(b"abc")
    with pytest.raises(KeyError), opened(lambda: file):
        raise KeyError
    assert file.closed


def test_a_strange_media_type_does_not_become_a_header() -> None:
    bodies = []

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(request.read())
        return httpx.Response(200, json={})

    upload(mocked(handler), io.BytesIO(b"abc"), 3)
    assert b"evil" not in bodies[0]
    assert b"Content-Type: application/octet-stream" in bodies[0]


def test_a_large_file_is_never_held_in_memory(tmp_path: Any) -> None:
    size = 200 * 1024 * 1024
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(size)

    tracemalloc.start()
    with path.open("rb") as stream:
        sink = Sink()
        upload(VendorClient(f"https://{HOST}", None, host_rule=RULE, transport=sink), stream, size)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sink.swallowed > size
    assert peak < 8 * 1024 * 1024


class Sink(httpx.BaseTransport):
    """Takes a body piece by piece and keeps none of it."""

    swallowed = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        self.swallowed = sum(len(piece) for piece in request.stream)
        return httpx.Response(200, json={})


def test_a_worker_that_lost_its_lease_stops_a_transfer() -> None:
    class LeaseLost(Exception):
        pass

    def permit() -> None:
        raise LeaseLost

    def play(connection: socket.socket) -> None:
        read_request(connection)

    with listening(play) as server, pytest.raises(Unclear, match="LeaseLost"):
        upload(on(server.url, permit=permit), io.BytesIO(b"x" * 1000), 1000)


def test_a_download_comes_in_pieces() -> None:
    body = os.urandom(1_000_000)
    with (
        listening(playing(answer(body, "Content-Type: application/octet-stream"))) as server,
        on(server.url).download("/files/1", operation="fetch") as (response, pieces),
    ):
        assert (response.status, response.content) == (200, b"")
        got = list(pieces)
    assert b"".join(got) == body
    assert max(map(len, got)) <= 65536


def test_a_refused_download_has_words_and_no_pieces() -> None:
    with (
        listening(playing(answer(b'{"title": "no"}', status="404 Not Found"))) as server,
        on(server.url).download("/files/1", operation="fetch") as (response, pieces),
    ):
        assert (response.status, response.json(), list(pieces)) == (404, {"title": "no"}, [])


def test_a_download_that_breaks_off_is_not_mistaken_for_a_whole_file() -> None:
    with (
        listening(playing(answer(b"x" * 100)[:-1])) as server,
        on(server.url).download("/files/1", operation="fetch") as (_, pieces),
        pytest.raises(Unclear),
    ):
        list(pieces)


def test_a_slow_reader_is_not_taken_for_a_slow_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    size, clock = 0, HandClock()
    for module in (transport, http_client):
        monkeypatch.setattr(module, "time", clock)
    with (
        listening(playing(answer(b"x" * 200_000))) as server,
        on(server.url).download("/files/1", operation="fetch", patience=20) as (_, pieces),
    ):
        for piece in pieces:
            size += len(piece)
            clock.now += 15
    assert size == 200_000


def test_a_download_that_drips_ends() -> None:
    with (
        listening(once_it_stands(drip(answer(b"x" * 1000), 0.02))) as server,
        pytest.raises(Unclear),
        standing(server.url).download("/files/1", operation="fetch", patience=0.3) as (_, pieces),
    ):
        list(pieces)
