"""The v2 adapter opened at a simulator, in process or over a socket, and drafts it accepts."""

import io
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import httpx

from tests.vendors.akamai_v2_drafts import MARKER, draft, note
from vendors.akamai_v2 import AkamaiV2
from vendors.contract import Metadata, Tools
from vendors.http.client import VendorClient
from vendors.http.hosts import HostRule
from vendors.simulator.app import Simulator, build
from vendors.simulator.server import Server
from vendors.vocabulary import FileDraft

HOST = "akab-h05tnam3wl42son7nktnlnnx-kbob3i3v.luna.akamaiapis.net"


class NoCatalogue:
    """For verbs that need no form."""

    def read(self, operation: str, params: Mapping[str, str]) -> Metadata:
        raise AssertionError("no form is asked for here")


class NoTokens:
    """For a vendor that signs each request."""

    def get(self, renew: Callable[[], tuple[str, datetime]]) -> str:
        raise AssertionError("no token is asked for here")

    def forget(self, token: str) -> None:
        raise AssertionError("no token is asked for here")


def opened(client: VendorClient) -> AkamaiV2:
    return AkamaiV2(Tools(client, NoCatalogue(), NoTokens()))


def secrets_of(simulator: Simulator) -> dict[str, str]:
    return dict(simulator.vendors["akamai_v2"].credentials(HOST))


def at(simulator: Simulator, **changed: str) -> AkamaiV2:
    """The adapter at a simulator mounted in process, under a host as the vendor's own are."""
    auth = AkamaiV2.auth({**secrets_of(simulator), **changed})
    transport = httpx.WSGITransport(build(simulator))
    rule = HostRule(AkamaiV2.host_pattern)
    return opened(VendorClient(f"https://{HOST}", auth, host_rule=rule, transport=transport))


@contextmanager
def over_a_socket(simulator: Simulator) -> Iterator[AkamaiV2]:
    """The adapter at a simulator on loopback, through real sockets."""
    server = Server("127.0.0.1", 0, build(simulator))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    url = f"http://{server.address}"
    try:
        rule = HostRule(AkamaiV2.host_pattern, (url,))
        yield opened(VendorClient(url, AkamaiV2.auth(secrets_of(simulator)), host_rule=rule))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answering(handler: Callable[[httpx.Request], httpx.Response]) -> AkamaiV2:
    """The adapter at a function that answers each request."""
    rule = HostRule(AkamaiV2.host_pattern)
    auth = AkamaiV2.auth({"client_token": "ct", "client_secret": "cs", "access_token": "at"})
    transport = httpx.MockTransport(handler)
    return opened(VendorClient(f"https://{HOST}", auth, host_rule=rule, transport=transport))


def file_draft(data: bytes, name: str = "trace.har", **more: Any) -> FileDraft:
    return FileDraft(
        name=name,
        size=len(data),
        content_type=more.pop("content_type", "text/plain"),
        open=lambda: io.BytesIO(data),
        **more,
    )


def effects(simulator: Simulator) -> list[dict[str, Any]]:
    """The simulator's ledger."""
    return list(simulator.store.effects)


def act(simulator: Simulator, case_id: str, **action: Any) -> None:
    """Let the simulator's engineer do something."""
    simulator.vendors["akamai_v2"].act(case_id, action)


def set_fault(simulator: Simulator, operation: str, fault: str, **more: Any) -> None:
    """Let the next call of this operation go wrong."""
    rule = {"vendor": "akamai_v2", "operation": operation, "fault": fault, "times": 1, **more}
    with httpx.Client(transport=httpx.WSGITransport(build(simulator))) as control:
        answer = control.post("http://sim.example/_simulator/faults", json=[rule])
    assert answer.status_code == 200, answer.text


VERBS: dict[str, Callable[[AkamaiV2, str], Any]] = {
    "create": lambda adapter, case_id: adapter.file_case(draft()),
    "note": lambda adapter, case_id: adapter.add_note(case_id, note()),
    "close": lambda adapter, case_id: adapter.request_close(case_id, note()),
    "file": lambda adapter, case_id: adapter.attach_file(
        case_id, file_draft(b"data", marker=f"{MARKER}-2")
    ),
}
