"""How Akamai v2 reads a call and words its refusals."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from .edgegrid import Credential
from .multipart import Part
from .wire import Answer, Call, TooLarge, json_answer

JSON_LIMIT = 20 * 1024 * 1024
ERRORS = {
    400: ("bad.request", "Bad Request"),
    402: ("failed.request", "Failed Request"),
    403: ("forbidden", "Forbidden"),
    404: ("not.found", "Not Found"),
    405: ("method.not.allowed", "Method Not Allowed"),
    415: ("unsupported.media.type", "Unsupported Media Type"),
    429: ("too.many.requests", "Too Many Requests"),
    500: ("internal.server.error", "Internal Server Error"),
    503: ("service.unavailable", "Service Unavailable"),
}


class Refusal(Exception):
    """The vendor refuses a call with its own error body."""

    def __init__(self, status: int, *messages: str) -> None:
        """Refuse with ``status`` and one detail for each message."""
        super().__init__(status, *messages)
        self.status = status
        self.messages = messages


@dataclass(frozen=True)
class Visit:
    """An admitted call with the parts of its path and whose it is."""

    call: Call
    parts: tuple[str, ...]
    credential: Credential

    def query(self, *allowed: str) -> dict[str, str]:
        """Return the query parameters; others than these, or one twice, are refused."""
        given = self.call.query
        for name, values in given.items():
            if name not in allowed:
                raise Refusal(400, f"{name} is not a parameter of this operation")
            if len(values) != 1:
                raise Refusal(400, f"{name} is given more than once")
        return {name: values[0] for name, values in given.items()}

    def json(self) -> Any:
        """Return the JSON body of a POST."""
        if self.call.media_type != "application/json":
            raise Refusal(415, "Content-Type must be application/json")
        try:
            return json.loads(self.call.body.read_all(JSON_LIMIT))
        except TooLarge as wrong:
            raise Refusal(400, "the request is too large") from wrong
        except ValueError as wrong:
            raise Refusal(400, "the request is not JSON") from wrong


def error_answer(status: int, *messages: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Answer with the vendor's error body, one detail for each message."""
    code, title = ERRORS[status]
    body = {
        "code": code,
        "incidentId": str(uuid4()),
        "title": title,
        "details": [{"code": f"{code}.error", "message": message} for message in messages],
    }
    return json_answer(body, status, headers=headers)


def check_comment(posted: Any) -> str | None:
    """Say what is wrong with the body of a note or a close request."""
    if not isinstance(posted, dict) or set(posted) != {"comment"}:
        return "the request needs exactly the member comment"
    if not isinstance(posted["comment"], str) or not posted["comment"].strip():
        return "comment must be a string that is not empty"
    return None


def read_upload(parts: list[Part]) -> tuple[Part, str | None]:
    """Return the file's part and the comment, which is plain or a JSON object with that member."""
    named = {part.name: part for part in parts}
    if len(named) != len(parts) or not {"file"} <= named.keys() <= {"file", "comment"}:
        raise Refusal(400, "the form needs one part file and may have one part comment")
    part = named.get("comment")
    if part is None:
        return named["file"], None
    try:
        text = part.content.decode()
        if part.media_type != "application/json":
            return named["file"], text
        posted = json.loads(text)
    except ValueError as wrong:
        raise Refusal(400, "comment cannot be read") from wrong
    if check_comment(posted) is not None:
        raise Refusal(400, "comment as JSON is an object with the member comment")
    return named["file"], str(posted["comment"])
