"""The simulator's gateway: which signed calls pass, and how the others are answered."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import requests
from akamai.edgegrid import EdgeGridAuth

from tests.vendors.simulator_client import ROOT, Visitor, plain_case
from vendors.simulator.app import Simulator
from vendors.simulator.server import serve_in_thread

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(Simulator(clock=lambda: NOW))


@pytest.fixture
def at_socket() -> Iterator[Visitor]:
    simulator = Simulator()
    base_url, stop = serve_in_thread(simulator)
    yield Visitor(simulator, base_url)
    stop()


def refused(response: httpx.Response, status: int, kind: str, detail: str) -> None:
    body = response.json()
    assert response.status_code == status
    assert set(body) == {
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "method",
        "serverIp",
        "clientIp",
        "requestId",
        "requestTime",
    }
    assert body["type"].endswith(kind)
    assert (body["status"], body["detail"]) == (status, detail)


def test_a_well_signed_call_passes_in_process_and_over_a_socket(
    visitor: Visitor, at_socket: Visitor
) -> None:
    assert len(visitor.get("/categories")) == 5
    assert len(at_socket.get("/categories")) == 5


def test_the_vendors_own_signer_is_understood(at_socket: Visitor) -> None:
    credential = dict(at_socket.credential)
    credential.pop("host")
    session = requests.Session()
    session.trust_env = False
    session.auth = EdgeGridAuth(**credential)
    base = str(at_socket.http.base_url).rstrip("/") + ROOT
    attributes = session.get(
        f"{base}/categories/Security/case-attributes", params={"product": "App & API Protector"}
    )
    assert attributes.status_code == 200
    created = session.post(f"{base}/cases", json=plain_case())
    assert created.json()["success"] is True
    case_id = created.json()["caseId"]
    for size in (131_000, 131_072, 400_000):
        note = session.post(f"{base}/cases/{case_id}/notes", json={"comment": "n" * size})
        assert note.status_code == 200
        upload = session.post(f"{base}/cases/{case_id}/files", files={"file": b"f" * size})
        assert upload.status_code == 200


@pytest.mark.parametrize("seconds", [-30, 30])
def test_a_timestamp_thirty_seconds_off_still_passes(visitor: Visitor, seconds: int) -> None:
    signer = visitor.signer(moment=NOW + timedelta(seconds=seconds))
    assert visitor.call("GET", "/categories", auth=signer).status_code == 200


@pytest.mark.parametrize("seconds", [-31, 31, -86_400])
def test_a_timestamp_further_off_is_a_bad_request(visitor: Visitor, seconds: int) -> None:
    signer = visitor.signer(moment=NOW + timedelta(seconds=seconds))
    response = visitor.call("GET", "/categories", auth=signer)
    refused(response, 400, "/-/pep-authn/request-error", "Invalid timestamp")


def test_a_nonce_works_once(visitor: Visitor) -> None:
    signer = visitor.signer(nonce="only-once")
    assert visitor.call("GET", "/categories", auth=signer).status_code == 200
    again = visitor.call("GET", "/categories", auth=signer)
    refused(again, 400, "/-/pep-authn/request-error", "Invalid nonce")


def test_a_call_with_a_bad_signature_does_not_use_up_its_nonce(visitor: Visitor) -> None:
    bad = visitor.signer(nonce="kept", client_secret="wrong")
    visitor.call("GET", "/categories", auth=bad)
    good = visitor.signer(nonce="kept")
    assert visitor.call("GET", "/categories", auth=good).status_code == 200


@pytest.mark.parametrize(
    ("facts", "status", "kind", "detail"),
    [
        ({"client_token": "akab-x"}, 400, "request-error", "Invalid client token"),
        ({"access_token": "akab-x"}, 400, "request-error", "Invalid access token"),
        ({"client_secret": "x"}, 401, "deny", "The signature does not match"),
    ],
)
def test_a_wrong_credential_is_refused(
    visitor: Visitor, facts: dict[str, Any], status: int, kind: str, detail: str
) -> None:
    response = visitor.call("GET", "/categories", auth=visitor.signer(**facts))
    refused(response, status, f"/-/pep-authn/{kind}", detail)


def test_an_unsigned_call_is_refused(visitor: Visitor) -> None:
    response = visitor.http.get(f"{ROOT}/categories")
    refused(response, 400, "/-/pep-authn/request-error", "Invalid authorization header")


@pytest.mark.parametrize("hashed", [2_048, 131_071, 131_073])
def test_a_body_is_hashed_up_to_131072_bytes_exactly(visitor: Visitor, hashed: int) -> None:
    case_id = visitor.file_case()
    signer = visitor.signer(hashed=hashed)
    body = {"comment": "n" * 200_000}
    response = visitor.call("POST", f"/cases/{case_id}/notes", auth=signer, json=body)
    refused(response, 401, "/-/pep-authn/deny", "The signature does not match")


def test_a_body_changed_after_signing_is_refused_and_has_no_effect(visitor: Visitor) -> None:
    class Tampered(httpx.Auth):
        requires_request_body = True

        def auth_flow(self, request: httpx.Request) -> Any:
            signed = next(visitor.signer().auth_flow(request))
            other = httpx.Request("POST", request.url, headers=signed.headers, content=b"{}" * 9)
            other.headers["Content-Length"] = "18"
            yield other

    before = visitor.effects()
    response = visitor.call("POST", "/cases", auth=Tampered(), json=plain_case())
    refused(response, 401, "/-/pep-authn/deny", "The signature does not match")
    assert visitor.effects() == before


def test_the_query_is_part_of_the_signature_as_it_stands_on_the_wire(at_socket: Visitor) -> None:
    where = "/categories/Technical/severity-definitions?product=Ion%20Premier"
    assert at_socket.call("GET", where).status_code == 200
    assert at_socket.call("GET", where.replace("%20", "+")).status_code == 200


def test_credentials_can_be_rotated_without_a_gap(visitor: Visitor) -> None:
    old = visitor.signer()
    made = visitor.control("credentials", {"vendor": "akamai", "action": "add"})["akamai"]
    assert made["client_token"] != visitor.credential["client_token"]
    disable = {
        "vendor": "akamai",
        "action": "disable",
        "client_token": visitor.credential["client_token"],
    }
    visitor.control("credentials", disable)
    refusal = visitor.call("GET", "/categories", auth=old)
    refused(refusal, 401, "/-/pep-authn/deny", "Inactive client token")
    assert visitor.control("credentials")["akamai"] == made
    visitor.credential = made
    assert len(visitor.get("/categories")) == 5


def test_a_credential_that_may_only_read_cannot_file(visitor: Visitor) -> None:
    reading = {"vendor": "akamai", "action": "add", "may_write": False}
    visitor.credential = visitor.control("credentials", reading)["akamai"]
    assert len(visitor.get("/categories")) == 5
    response = visitor.call("POST", "/cases", json=plain_case())
    detail = "The client does not have the grant needed for the request"
    refused(response, 403, "/-/pep-authz/deny", detail)


def test_the_date_header_shows_the_vendors_clock(visitor: Visitor) -> None:
    response = visitor.http.get(f"{ROOT}/categories")
    assert response.headers["Date"] == "Sun, 01 Mar 2026 12:00:00 GMT"
