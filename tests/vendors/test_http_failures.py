"""Which failures count as never sent, and that every call ends: late, endless or broken answers."""

import gzip
import json
import re
import socket
import tracemalloc
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.hand_clock import HandClock
from tests.servers import unheard_port
from tests.vendors.desk import Hang, drip, get, mocked, on, once_it_stands, playing, standing
from tests.vendors.loopback import answer, listening
from vendors.http import transport
from vendors.http.client import ANSWER_LIMIT, VendorClient
from vendors.http.errors import Unclear, Unreachable
from vendors.http.hosts import HostRule


def test_a_refused_connection_was_never_sent() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1 could not be reached"):
        get(on(f"http://127.0.0.1:{unheard_port()}"))


def test_an_unknown_name_was_never_sent() -> None:
    rule = HostRule(re.compile(r"no-such-host\.invalid"))
    with pytest.raises(Unreachable):
        get(VendorClient("https://no-such-host.invalid", None, host_rule=rule))


def test_a_failed_handshake_was_never_sent() -> None:
    plain = listening(lambda connection: connection.sendall(b"I speak no TLS\r\n"))
    with plain as server, pytest.raises(Unreachable):
        get(on(f"https://127.0.0.1:{server.port}"))


def test_a_handshake_that_hangs_ends_with_the_deadline_and_was_never_sent() -> None:
    hang = Hang()
    with listening(hang) as server:
        with pytest.raises(Unreachable):
            get(on(f"https://127.0.0.1:{server.port}"), deadline=0.3)
        hang.stop.set()
    assert not hang.outlived


def test_a_body_that_is_no_json_was_never_sent() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing may be sent")

    for body in ({"a": float("nan")}, {"a": object()}, {"a": "\ud800"}):
        with pytest.raises(Unreachable):
            mocked(handler).call("POST", "/cases", operation="create", json=body)


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout("late"),
        httpx.WriteTimeout("late"),
        httpx.ReadError("reset"),
        httpx.WriteError("reset"),
        httpx.RemoteProtocolError("gone"),
        ConnectionResetError("reset"),
        RuntimeError("nobody foresaw this"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_any_other_failure_may_have_arrived(error: Exception) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(Unclear) as caught:
        mocked(handler).call("POST", "/cases", operation="create", json={})
    assert type(error).__name__ in caught.value.words


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("no"), httpx.ConnectTimeout(""), httpx.PoolTimeout("")]
)
def test_a_connection_that_never_stood_sent_nothing(error: Exception) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(Unreachable):
        mocked(handler).call("POST", "/cases", operation="create", json={})


@pytest.mark.parametrize(
    "wire_bytes",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        answer(b'{"a": 1}')[:-3],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
    ],
    ids=["nothing", "half a head", "half a body", "half a chunk", "no http", "endless head"],
)
def test_an_answer_that_breaks_off_is_unclear(wire_bytes: bytes) -> None:
    with listening(playing(wire_bytes)) as server, pytest.raises(Unclear):
        on(server.url).call("POST", "/cases", operation="create", json={})


def test_our_own_interruption_is_not_mistaken_for_the_vendors() -> None:
    class Killed(BaseException):
        pass

    def handler(request: httpx.Request) -> httpx.Response:
        raise Killed

    with pytest.raises(Killed):
        get(mocked(handler))


@pytest.mark.parametrize(
    "play",
    [
        drip(answer(b'{"a": 1}'), 0.05),
        drip(answer(b" " * 100 + b"1"), 0.05, at_once=len(answer(b" " * 101)) - 101),
        drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 10 + answer(b"1"), 0.01),
    ],
    ids=["a head drips", "a body drips", "informational answers drip"],
)
def test_a_drip_ends_with_the_deadline(play: Callable[[socket.socket], None]) -> None:
    # without a deadline the answer would be whole and readable in the end
    with listening(once_it_stands(play)) as server:
        client = standing(server.url)
        with pytest.raises(Unclear):
            get(client, deadline=0.4)


def test_a_request_nobody_reads_ends_with_the_deadline() -> None:
    hang = Hang()
    with listening(once_it_stands(hang)) as server:
        client = standing(server.url)
        with pytest.raises(Unclear):
            client.call("POST", "/cases", operation="create", json="x" * 30_000_000, deadline=0.4)
        hang.stop.set()
    assert not hang.outlived


def test_a_call_between_two_pieces_of_a_download_leaves_both_their_deadlines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = HandClock()
    monkeypatch.setattr(transport, "time", clock)
    body = b"x" * 300_000
    with listening(playing(answer(body))) as server, listening(playing(answer(b"1"))) as other:
        client = on(server.url)
        with client.download("/files/1", operation="fetch") as (_, pieces):
            got = next(pieces)
            assert get(on(other.url), deadline=20) == 1
            clock.now += 21
            assert got + b"".join(pieces) == body


def test_an_answer_over_the_limit_is_not_read_to_its_end() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * 65536

    with pytest.raises(Unclear, match="too large"):
        get(mocked(lambda request: httpx.Response(200, content=endless())))


def test_a_packed_answer_is_counted_unpacked_and_never_unpacked_at_once() -> None:
    bomb = gzip.compress(b" " * (ANSWER_LIMIT * 10))
    headers = {"Content-Encoding": "gzip"}
    client = mocked(lambda request: httpx.Response(200, headers=headers, stream=Raw(bomb)))
    tracemalloc.start()
    with pytest.raises(Unclear, match="too large"):
        get(client)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < ANSWER_LIMIT * 2.5


class Raw(httpx.SyncByteStream):
    def __init__(self, data: bytes) -> None:
        self.data = data

    def __iter__(self) -> Iterator[bytes]:
        yield self.data


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (gzip.compress(b'{"a": 1}')[:-9], "gzip"),
        (b"no gzip", "gzip"),
        (b"{}", "br"),
        (b"{}", "gzip, gzip"),
    ],
    ids=["broken off", "not packed", "another packing", "packed twice"],
)
def test_a_packed_answer_that_cannot_be_undone_is_unclear(content: bytes, encoding: str) -> None:
    headers = {"Content-Encoding": encoding}
    with pytest.raises(Unclear):
        get(mocked(lambda request: httpx.Response(200, headers=headers, stream=Raw(content))))


def test_a_packed_answer_is_read() -> None:
    packed = gzip.compress(json.dumps({"a": "b" * 200_000}).encode())
    headers = {"Content-Encoding": "gzip"}
    client = mocked(lambda request: httpx.Response(200, headers=headers, stream=Raw(packed)))
    assert get(client) == {"a": "b" * 200_000}
