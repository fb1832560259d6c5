"""The plain desk itself, as a WSGI program with a ledger, and a fault for the next call."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

KEY = "plain-desk-key"

StartResponse = Callable[..., Any]


@dataclass
class PlainDesk:
    """`effects` is what was really done; `fault` strikes the next call that changes something.

    Faults: 401, 422, 429 and 500 answer so without doing anything, `lost` does it and then breaks
    the connection.
    """

    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    effects: list[tuple[str, str]] = field(default_factory=list)
    fault: str = ""

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(size)
        status, answer = self._answer(environ, body)
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        start_response(f"{status} x", [("Content-Length", str(len(content))), ("Retry-After", "7")])
        return [content]

    def _answer(self, environ: dict[str, Any], body: bytes) -> tuple[int, Any]:
        if environ.get("HTTP_X_API_KEY") != KEY:
            return 401, b"The key is unknown."
        if environ["REQUEST_METHOD"] == "GET":
            return self._read(environ["PATH_INFO"])
        fault, self.fault = self.fault, ""
        if fault.isdigit():
            return int(fault), b"Not now."
        answer = self._do(environ["PATH_INFO"].strip("/").split("/"), body)
        if fault == "lost":
            raise ConnectionResetError
        return answer

    def _read(self, path: str) -> tuple[int, Any]:
        found = {"/me": {"id": "me"}}.get(path) or self.cases.get(path.removeprefix("/cases/"))
        return (200, found) if found else (404, b"There is no such case.")

    def _do(self, path: list[str], body: bytes) -> tuple[int, Any]:
        match path:
            case ["cases"]:
                number = f"C-{len(self.cases) + 1}"
                self.cases[number] = {"id": number, "notes": [], **json.loads(body)}
                return self._done("create", number)
            case ["cases", number, "notes"] if number in self.cases:
                self.cases[number]["notes"].append(json.loads(body)["text"])
                return self._done("note", number)
            case ["cases", number, "files"] if number in self.cases:
                return self._done("file", number)
        return 404, b"There is no such case."

    def _done(self, kind: str, number: str) -> tuple[int, Any]:
        self.effects.append((kind, number))
        return 200, {"id": number}
