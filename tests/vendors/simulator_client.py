"""A client for the simulator's own tests: signs by hand, and knows a case that is accepted."""

import base64
import hashlib
import hmac
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from vendors.simulator.app import Simulator, build

ROOT = "/case-management/v2"
HOST = "simulator.example:9000"

USER = {
    "userName": "Casey North",
    "userEmail": "casey@northwind.example",
    "userPhone": "+44 20 7946 0999",
    "userCompany": "Northwind Traders",
}
TEST_TICKET = [
    {"displayName": "Product", "subCategoryType": "product", "subCategoryValue": "Other"},
    {
        "displayName": "Problem",
        "subCategoryType": "problem",
        "subCategoryValue": "Duplicate/Test Ticket",
    },
]


def plain_case(**changes: Any) -> dict[str, Any]:
    """Return a case the vendor accepts, with ``changes``; a change to None leaves a member out."""
    case: dict[str, Any] = {
        "severity": "3-Low Impact",
        "subject": "A test",
        "description": "Nothing is wrong.",
        "categoryType": "Technical",
        "subCategories": TEST_TICKET,
        "userDetail": USER,
    } | changes
    return {name: value for name, value in case.items() if value is not None}


def path(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """Return pairs of topic and value as subCategories."""
    return [
        {"displayName": topic.capitalize(), "subCategoryType": topic, "subCategoryValue": value}
        for topic, value in pairs
    ]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Signer(httpx.Auth):
    """Signs with a credential as the vendor's page describes; each fact can be falsified."""

    requires_request_body = True

    def __init__(self, credential: dict[str, str], **facts: Any) -> None:
        self.credential = credential | {k: v for k, v in facts.items() if k in credential}
        self.moment: datetime | None = facts.get("moment")
        self.nonce: str | None = facts.get("nonce")
        self.hashed: int = facts.get("hashed", 131_072)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        stamp = (self.moment or datetime.now(UTC)).strftime("%Y%m%dT%H:%M:%S+0000")
        unsigned = (
            f"EG1-HMAC-SHA256 client_token={self.credential['client_token']};"
            f"access_token={self.credential['access_token']};"
            f"timestamp={stamp};nonce={self.nonce or uuid4()};"
        )
        body = request.content[: self.hashed] if request.method == "POST" else b""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode() if body else ""
        target = request.url.raw_path.decode()
        fields = [request.method, request.url.scheme, request.headers["Host"], target, ""]
        key = _mac(self.credential["client_secret"], stamp)
        signature = _mac(key, "\t".join([*fields, digest, unsigned]))
        request.headers["Authorization"] = f"{unsigned}signature={signature}"
        yield request


def _mac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), "sha256").digest()).decode()


class Visitor:
    """Calls a simulator, in process or at ``base_url``, signed with its default credential."""

    def __init__(self, simulator: Simulator, base_url: str | None = None) -> None:
        self.simulator = simulator
        transport = None if base_url else httpx.WSGITransport(build(simulator))
        self.http = httpx.Client(
            base_url=base_url or f"http://{HOST}", transport=transport, timeout=60, trust_env=False
        )
        self.credential: dict[str, str] = self.control("credentials")["akamai"]

    def call(
        self, method: str, where: str, auth: httpx.Auth | None = None, **how: Any
    ) -> httpx.Response:
        return self.http.request(method, ROOT + where, auth=auth or self.signer(), **how)

    def signer(self, **facts: Any) -> Signer:
        facts.setdefault("moment", self.simulator.store.clock())
        return Signer(self.credential, **facts)

    def get(self, where: str, **query: str) -> Any:
        response = self.call("GET", where, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    def file_case(self, **changes: Any) -> str:
        response = self.call("POST", "/cases", json=plain_case(**changes))
        assert response.status_code == 200, response.text
        return str(response.json()["caseId"])

    def refusal(self, **changes: Any) -> str:
        response = self.call("POST", "/cases", json=plain_case(**changes))
        assert response.status_code == 400, response.text
        return " / ".join(detail["message"] for detail in response.json()["details"])

    def control(self, name: str, body: Any = None) -> Any:
        where = f"/_simulator/{name}"
        response = self.http.get(where) if body is None else self.http.post(where, json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def effects(self) -> list[dict[str, Any]]:
        effects: list[dict[str, Any]] = self.control("ledger")["effects"]
        return effects

    def requests(self) -> list[dict[str, Any]]:
        requests: list[dict[str, Any]] = self.control("requests")["requests"]
        return requests
