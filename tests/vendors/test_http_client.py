"""What the one client promises: its own host, no cookies, no redirects, clean logs."""

import gc
import logging
import socket
import threading
from typing import Any

import httpx
import pytest

from tests.vendors.desk import HOST, RULE, get, mocked, on, playing
from tests.vendors.loopback import answer, listening, read_request
from vendors.http.client import VendorCall, VendorClient, template
from vendors.http.errors import ForbiddenHost, VendorError
from vendors.http.transport import wire


def test_an_answer_comes_back_whole() -> None:
    with listening(playing(answer(b'{"caseId": "F-CS-1"}', status="201 Created"))) as server:
        got = on(server.url).call("POST", "/cases", operation="create", json={"a": 1})
    assert (got.status, got.is_success, got.json()) == (201, True, {"caseId": "F-CS-1"})


def test_a_thread_keeps_its_connection_between_calls_and_clients() -> None:
    with listening(playing(answer(b"1"), answer(b"2"))) as server:
        assert get(on(server.url)) == 1
        assert get(on(server.url)) == 2
    assert server.connections == 1


def test_threads_share_no_connection() -> None:
    wires = []
    threads = [threading.Thread(target=lambda: wires.append(wire())) for _ in range(2)]
    for thread in threads:
        thread.start()
        thread.join()
    assert len({id(each) for each in (*wires, wire())}) == 3


def test_a_thread_that_ends_leaves_no_connection_open() -> None:
    left = threading.Event()

    def play(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer(b"1"))
        if connection.recv(1) == b"":
            left.set()

    with listening(play) as server:
        thread = threading.Thread(target=lambda: get(on(server.url)))
        thread.start()
        thread.join()
        gc.collect()
        assert left.wait(60)


def test_a_forked_child_has_connections_of_its_own() -> None:
    before = wire()
    before.pid = -1  # as a child sees what its parent made
    assert wire() is not before


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    asked = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": "https://evil.example/"})

    assert mocked(handler).call("GET", "/cases", operation="list").status == 302
    assert asked == [f"https://{HOST}/cases"]


def test_cookies_are_not_kept() -> None:
    cookies = []

    def handler(request: httpx.Request) -> httpx.Response:
        cookies.append(request.headers.get("cookie"))
        return httpx.Response(200, headers={"Set-Cookie": "session=abc; Path=/"}, json=1)

    client = mocked(handler)
    assert get(client) == get(client) == 1
    assert cookies == [None, None]


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with listening(playing(answer(b"1"))) as server:
        assert get(on(server.url)) == 1


def test_a_path_cannot_become_a_host() -> None:
    sent = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    for path in (
        "//evil.example/x",
        "https://evil.example/",
        "@evil.example/",
        ".evil.example/",
        "",
    ):
        with pytest.raises(ForbiddenHost):
            mocked(handler).call("GET", path, operation="x")
    assert sent == []


def test_an_auth_scheme_cannot_send_elsewhere_either() -> None:
    class Elsewhere(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            yield httpx.Request("POST", "https://evil.example/token", content=b"secret")

    sent = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    client = VendorClient(
        f"https://{HOST}", Elsewhere(), host_rule=RULE, transport=httpx.MockTransport(handler)
    )
    with pytest.raises(ForbiddenHost):
        get(client)
    assert sent == []


def test_every_call_is_journalled_without_anything_private(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"X-Private": "canary-header"}, json="canary-answer")

    with caplog.at_level(logging.DEBUG):
        mocked(handler).call(
            "POST", "/case-management/v2/cases/F-CS-1203600/notes", operation="note",
            params={"who": "canary-query"}, json={"comment": "canary-body"},
        )  # fmt: skip
    line = next(
        record.getMessage() for record in caplog.records if record.name == "caseport.vendor"
    )
    assert line.startswith("note: POST /case-management/v2/cases/{id}/notes?who answered 200 in ")
    assert "25 bytes out (sha256 " in line
    assert "canary" not in caplog.text


def test_a_failed_call_is_journalled_by_the_name_of_its_failure() -> None:
    calls: list[VendorCall] = []

    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(VendorError):
        get(mocked(handler, journal=calls.append))
    assert [(call.outcome, call.status) for call in calls] == [("Unreachable", None)]


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("/case-management/v2/cases/F-CS-1", "/case-management/v2/cases/{id}"),
        ("/v1/attachments/file", "/v1/attachments/file"),
        ("/case-management/v2/questionnaires/100", "/case-management/v2/questionnaires/{id}"),
    ],
)
def test_ids_are_left_out_of_the_journal(path: str, plain: str) -> None:
    assert template(path) == plain
