"""The simulator's misbehaviour: what the client sees of each fault, and what the ledger says."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.house import wait_for
from tests.vendors.simulator_client import ROOT, Visitor, plain_case
from vendors.simulator.app import Simulator
from vendors.simulator.server import serve_in_thread

BEFORE = ["reset_before", "429", "500_before", "503", "expired_credential"]
AFTER = ["reset_after", "hang_after", "drip", "500_after", "truncated", "html", "wrong_type"]


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    simulator = Simulator()
    base_url, stop = serve_in_thread(simulator)
    yield Visitor(simulator, base_url)
    stop()


def set_fault(visitor: Visitor, fault: str, **more: Any) -> None:
    rule = {"vendor": "akamai_v2", "operation": "*", "fault": fault, "times": 1, "seconds": 0.2}
    visitor.control("faults", [rule | more])


def do(visitor: Visitor, operation: str, case_id: str) -> httpx.Response | None:
    """Do one operation; None where the connection ended without an answer."""
    how: dict[str, tuple[str, dict[str, Any]]] = {
        "create": ("/cases", {"json": plain_case()}),
        "note": (f"/cases/{case_id}/notes", {"json": {"comment": "A note"}}),
        "file": (f"/cases/{case_id}/files", {"files": {"file": ("a.txt", b"text")}}),
        "close": (f"/cases/{case_id}/close-request", {"json": {"comment": "Close"}}),
    }
    where, body = how[operation]
    try:
        return visitor.call("POST", where, **body)
    except httpx.TransportError:
        return None


@pytest.mark.parametrize("operation", ["create", "note", "file", "close"])
@pytest.mark.parametrize("fault", BEFORE)
def test_a_fault_before_the_effect_leaves_the_ledger_as_it_was(
    visitor: Visitor, fault: str, operation: str
) -> None:
    case_id = visitor.file_case()
    set_fault(visitor, fault, operation=operation)
    do(visitor, operation, case_id)
    assert len(visitor.effects()) == 1
    request = visitor.requests()[-1]
    assert (request["fault"], request["effect"]) == (fault, None)


@pytest.mark.parametrize("operation", ["create", "note", "file", "close"])
@pytest.mark.parametrize("fault", AFTER)
def test_a_fault_after_the_effect_has_it_in_the_ledger_once(
    visitor: Visitor, fault: str, operation: str
) -> None:
    case_id = visitor.file_case()
    set_fault(visitor, fault, operation=operation)
    do(visitor, operation, case_id)
    effects = visitor.effects()
    assert [effect["operation"] for effect in effects] == ["create", operation]
    request = visitor.requests()[-1]
    assert (request["fault"], request["effect"]) == (fault, effects[-1]["n"])


@pytest.mark.parametrize("fault", ["reset_before", "reset_after"])
def test_a_reset_is_a_tcp_reset(visitor: Visitor, fault: str) -> None:
    set_fault(visitor, fault, operation="read")
    host, port = visitor.credential["host"].split(":")
    with socket.create_connection((host, int(port))) as raw:
        raw.sendall(f"GET {ROOT}/categories HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            raw.recv(100)
    assert visitor.requests()[-1]["status"] is None


def test_a_hung_call_is_closed_without_an_answer_after_its_seconds(visitor: Visitor) -> None:
    set_fault(visitor, "hang_after", seconds=0.5)
    began = time.monotonic()
    with pytest.raises(httpx.RemoteProtocolError):
        visitor.call("POST", "/cases", json=plain_case())
    assert time.monotonic() - began >= 0.5
    assert len(visitor.effects()) == 1


def test_a_hanging_call_is_in_the_ledger_while_it_hangs(visitor: Visitor) -> None:
    set_fault(visitor, "hang_after", seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        visitor.call("POST", "/cases", json=plain_case(), timeout=0.5)
    wait_for("its effect", lambda: visitor.requests()[-1]["effect"])
    request = visitor.requests()[-1]
    assert (request["status"], request["effect"]) == (None, 1)
    assert len(visitor.effects()) == 1


def test_a_dripping_answer_arrives_whole_but_slowly(visitor: Visitor) -> None:
    set_fault(visitor, "drip", seconds=0.6)
    began = time.monotonic()
    response = visitor.call("POST", "/cases", json=plain_case())
    assert time.monotonic() - began >= 0.6
    assert response.json()["success"] is True


@pytest.mark.parametrize(("fault", "status"), [("429", 429), ("503", 503)])
def test_a_busy_vendor_says_when_to_come_back(visitor: Visitor, fault: str, status: int) -> None:
    set_fault(visitor, fault, retry_after=7)
    response = visitor.call("POST", "/cases", json=plain_case())
    assert (response.status_code, response.headers["Retry-After"]) == (status, "7")
    assert set(response.json()) == {"code", "incidentId", "title", "details"}


@pytest.mark.parametrize("fault", ["500_before", "500_after"])
def test_an_internal_error_looks_the_same_before_and_after(visitor: Visitor, fault: str) -> None:
    set_fault(visitor, fault)
    response = visitor.call("POST", "/cases", json=plain_case())
    assert (response.status_code, response.json()["code"]) == (500, "internal.server.error")


def test_an_expired_credential_is_the_gateways_answer(visitor: Visitor) -> None:
    set_fault(visitor, "expired_credential")
    response = visitor.call("GET", "/categories")
    assert response.status_code == 401
    assert response.json()["detail"] == "Inactive client token"


def test_spoiled_answers_are_no_good_json_for_a_case(visitor: Visitor) -> None:
    set_fault(visitor, "truncated")
    response = visitor.call("POST", "/cases", json=plain_case())
    assert response.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        response.json()
    set_fault(visitor, "html")
    response = visitor.call("POST", "/cases", json=plain_case())
    assert response.headers["Content-Type"].startswith("text/html")
    set_fault(visitor, "wrong_type")
    assert visitor.call("POST", "/cases", json=plain_case()).json() == [42]
    set_fault(visitor, "wrong_type")
    assert visitor.call("GET", "/categories").json() == {"items": 42}


def test_a_fault_counts_down_its_times_and_spares_other_operations(visitor: Visitor) -> None:
    set_fault(visitor, "503", operation="create", times=2)
    assert visitor.call("GET", "/categories").status_code == 200
    statuses = [visitor.call("POST", "/cases", json=plain_case()).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]
    assert visitor.control("faults")["faults"][0]["times"] == 0


def test_a_seeded_probability_repeats_itself(visitor: Visitor) -> None:
    rule = {"vendor": "*", "fault": "503", "probability": 0.5, "seed": 7}

    def run() -> list[int]:
        visitor.control("faults", [rule])
        return [visitor.call("GET", "/categories").status_code for _ in range(20)]

    first = run()
    assert set(first) == {200, 503}
    assert run() == first


def test_an_empty_list_clears_all_faults(visitor: Visitor) -> None:
    set_fault(visitor, "503", times=99)
    visitor.control("faults", [])
    assert visitor.call("GET", "/categories").status_code == 200


@pytest.mark.parametrize(
    "rules",
    [
        {},
        [{"vendor": "akamai_v2", "fault": "flood"}],
        [{"vendor": "nobody", "fault": "503"}],
        [{"vendor": "akamai_v2", "operation": "notes", "fault": "503"}],
        [{"vendor": "akamai_v2", "fault": "503", "often": True}],
        [{"vendor": "akamai_v2", "fault": "503", "times": -1}],
    ],
)
def test_a_rule_that_cannot_be_read_changes_nothing(visitor: Visitor, rules: Any) -> None:
    set_fault(visitor, "503", times=5)
    response = visitor.http.post("/_simulator/faults", json=rules)
    assert response.status_code == 400
    assert [rule["times"] for rule in visitor.control("faults")["faults"]] == [5]


def test_mounted_in_process_a_reset_raises_at_the_caller() -> None:
    visitor = Visitor(Simulator())
    set_fault(visitor, "reset_after")
    with pytest.raises(ConnectionResetError):
        visitor.call("POST", "/cases", json=plain_case())
    assert len(visitor.effects()) == 1
