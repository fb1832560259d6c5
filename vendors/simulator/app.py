"""The simulator as one object and as a WSGI program.

``Simulator(clock=..., state=...)`` holds the world; ``build()`` makes the WSGI callable, for a
server (see server.py) or for ``httpx.WSGITransport``. Mounted in process, a reset raises
ConnectionResetError and a hung connection ConnectionAbortedError at the caller.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from .akamai_v2 import AkamaiV2
from .controls import CONTROLS, control
from .faults import BEFORE, Fault, Faults, spoil
from .store import Clock, Store
from .vendor import Vendor
from .wire import Answer, Call, Json, Torn, call_from, json_answer

VENDORS: tuple[type[Vendor], ...] = (AkamaiV2,)

DRIPS = 5_000
"""An answer that drips comes byte by byte, a longer one in this many drips."""

StartResponse = Callable[..., Any]
WSGI = Callable[[Json, StartResponse], Iterable[bytes]]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Simulator:
    """The played vendors with their cases, ledger, faults and credentials."""

    def __init__(
        self,
        *,
        state: Path | None = None,
        clock: Clock = _utc_now,
        sleep: Callable[[float], None] = time.sleep,
        host: str | None = None,
    ) -> None:
        """Start from ``state`` if it exists; ``host`` is what credentials name as theirs."""
        self.host = host
        self.sleep = sleep
        self.store = Store(state, clock)
        self.faults = Faults()
        self.vendors: dict[str, Vendor] = {kind.key: kind(self.store) for kind in VENDORS}
        self._seed()

    def _seed(self) -> None:
        with self.store.lock:
            if self.store.counters.get("seeded"):
                return
            for vendor in self.vendors.values():
                vendor.seed()
            self.store.count("seeded")

    def reset(self) -> None:
        """Bring world, ledger, requests, faults and credentials back to the start."""
        with self.store.lock:
            self.faults.replace([])
            self.store.clear()
            for vendor in self.vendors.values():
                vendor.reset()
            self._seed()

    def answer(self, call: Call) -> Answer:
        """Answer any call; raise Torn or HungUp where the client gets no answer."""
        if call.path.startswith(CONTROLS):
            return control(self, call)
        for vendor in self.vendors.values():
            if call.path.startswith(vendor.prefixes):
                return self._vendor_answer(vendor, call)
        return json_answer({"error": "no played vendor has this path"}, 404)

    def _vendor_answer(self, vendor: Vendor, call: Call) -> Answer:
        operation = vendor.operation(call)
        seen = {"method": call.method, "path": call.path, "query": call.target.partition("?")[2]}
        entry = self.store.open_request(vendor.key, operation, seen)
        fault = self.faults.pick(vendor.key, operation)
        if fault is None:
            answer = vendor.answer(call)
        else:
            self.store.close_request(entry, fault=fault.fault)
            answer = self._faulty_answer(vendor, call, fault, entry)
        self.store.close_request(entry, status=answer.status, effect=answer.effect)
        return answer

    def _faulty_answer(self, vendor: Vendor, call: Call, fault: Fault, entry: Json) -> Answer:
        if fault.fault == "reset_before":
            raise Torn("reset before any effect")
        wait = () if fault.retry_after is None else (("Retry-After", f"{fault.retry_after:g}"),)
        if fault.fault in BEFORE:
            return vendor.failing(fault.fault.removesuffix("_before"), call, wait)
        done = vendor.answer(call)
        self.store.close_request(entry, effect=done.effect)
        if fault.fault == "500_after":
            return replace(vendor.failing("500", call, wait), effect=done.effect)
        return spoil(fault, done, self.sleep)

    def tend(self, seconds: float) -> None:
        """Let engineers look after cases older than ``seconds``."""
        for vendor in self.vendors.values():
            vendor.tend(seconds)

    def close(self) -> None:
        """Let the state file go."""
        self.store.close()


def build(simulator: Simulator | None = None, **options: Any) -> WSGI:
    """Make the WSGI callable of ``simulator``, or of a new one made with ``options``."""
    played = simulator or Simulator(**options)

    def application(environ: Json, start_response: StartResponse) -> Iterable[bytes]:
        answer = played.answer(call_from(environ))
        date = played.store.clock().astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
        headers = [*answer.headers, ("Content-Length", str(answer.size)), ("Date", date)]
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        if answer.drip_seconds:
            return _drip(answer, played.sleep)
        return answer.pieces()

    return application


def _drip(answer: Answer, sleep: Callable[[float], None]) -> Iterator[bytes]:
    size = -(-answer.size // DRIPS) or 1
    pause = answer.drip_seconds * size / max(1, answer.size)
    for piece in answer.pieces(size):
        sleep(pause)
        yield piece
