"""What crosses the line between the web server and a played vendor: a call in, an answer out."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, quote, unquote

Json = dict[str, Any]

PIECE = 64 * 1024


class HungUp(ConnectionAbortedError):
    """The connection ends here without (the rest of) an answer, by an ordinary close."""


class Torn(ConnectionResetError):
    """The connection ends here by a TCP reset."""


class CutShort(ConnectionError):
    """The client announced more bytes than it sent."""


class TooLarge(ValueError):
    """A body is longer than its reader allows."""


class Stream(Protocol):
    """The part of ``wsgi.input`` used here."""

    def read(self, size: int = -1, /) -> bytes: ...


class Body:
    """A request's body, read once and in pieces; its beginning can be looked at first."""

    def __init__(self, stream: Stream, length: int | None) -> None:
        """Read ``length`` bytes of ``stream``, or to its end where the length is not known."""
        self._stream = stream
        self._left = length
        self._ahead = b""

    def head(self, size: int) -> bytes:
        """Return the first ``size`` bytes (fewer if there are fewer) without consuming them."""
        pieces = [self._ahead]
        have = len(self._ahead)
        while have < size and (piece := self._pull(size - have)):
            pieces.append(piece)
            have += len(piece)
        self._ahead = b"".join(pieces)
        return self._ahead[:size]

    def read(self, size: int = PIECE) -> bytes:
        """Return up to ``size`` bytes, empty at the end; raise CutShort if the client stopped."""
        if self._ahead:
            piece, self._ahead = self._ahead[:size], self._ahead[size:]
            return piece
        return self._pull(size)

    def read_all(self, limit: int) -> bytes:
        """Return the whole body, or raise TooLarge past ``limit`` bytes."""
        whole = self.head(limit + 1)
        if len(whole) > limit:
            raise TooLarge(f"more than {limit} bytes")
        self._ahead = b""
        return whole

    def _pull(self, size: int) -> bytes:
        if self._left is None:
            return self._stream.read(size)
        if self._left == 0:
            return b""
        piece = self._stream.read(min(size, self._left))
        if not piece:
            raise CutShort(f"{self._left} bytes are missing")
        self._left -= len(piece)
        return piece


@dataclass(frozen=True)
class Call:
    """One request as it stood on the wire: ``target`` is path and query, still encoded."""

    method: str
    scheme: str
    host: str
    target: str
    path: str
    query: dict[str, list[str]]
    content_type: str
    authorization: str
    client: str
    body: Body

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.content_type.partition(";")[0].strip().lower()


def call_from(environ: Json) -> Call:
    """Read a WSGI environ; without REQUEST_URI (mounted in process) the path is encoded again."""
    query = environ.get("QUERY_STRING", "")
    target = environ.get("REQUEST_URI")
    if target is None:
        target = quote(environ["PATH_INFO"], safe="/:@!$&'()*+,;=~") + (
            f"?{query}" if query else ""
        )
    chunked = bool(environ.get("HTTP_TRANSFER_ENCODING"))
    length = None if chunked else int(environ.get("CONTENT_LENGTH") or 0)
    return Call(
        method=environ["REQUEST_METHOD"].upper(),
        scheme=environ["wsgi.url_scheme"],
        host=environ.get("HTTP_HOST", ""),
        target=target,
        path=unquote(target.partition("?")[0]),
        query=parse_qs(query, keep_blank_values=True),
        content_type=environ.get("CONTENT_TYPE", ""),
        authorization=environ.get("HTTP_AUTHORIZATION", ""),
        client=environ.get("REMOTE_ADDR") or "127.0.0.1",
        body=Body(environ["wsgi.input"], length),
    )


@dataclass(frozen=True)
class FileBody:
    """The first ``size`` bytes of a stored file, sent in pieces."""

    path: Path
    size: int


@dataclass(frozen=True)
class Answer:
    """A status and a body; ``effect`` is the ledger's number of what the call changed."""

    status: int
    body: bytes | FileBody = b""
    headers: tuple[tuple[str, str], ...] = ()
    effect: int | None = None
    drip_seconds: float = 0.0

    @property
    def size(self) -> int:
        """The length of the body in bytes."""
        return self.body.size if isinstance(self.body, FileBody) else len(self.body)

    def pieces(self, size: int = PIECE) -> Iterable[bytes]:
        """Yield the body in pieces of at most ``size`` bytes."""
        if isinstance(self.body, bytes):
            for start in range(0, len(self.body), size):
                yield self.body[start : start + size]
            return
        left = self.body.size
        with self.body.path.open("rb") as stored:
            while left and (piece := stored.read(min(size, left))):
                left -= len(piece)
                yield piece


def json_answer(
    value: Any,
    status: int = 200,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    effect: int | None = None,
    media: str = "application/json",
) -> Answer:
    """Build an answer that carries ``value`` as JSON."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(status, body, (("Content-Type", media), *headers), effect)
