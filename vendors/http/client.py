"""The one httpx client every adapter speaks through: one host, one try, one deadline, one log line.

What may be sent again without asking is decided here. Only a failure to find, reach or shake hands
with the host, a full connection pool, and our own refusal to send count as never sent (Unreachable,
ForbiddenHost). Every other failure, also one nobody foresaw, is Unclear: it may have been done.
"""

import hashlib
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, BinaryIO

import httpcore
import httpx

from vendors.http.answer import VendorResponse, decoded
from vendors.http.errors import ForbiddenHost, Unclear, Unreachable, VendorError
from vendors.http.hosts import HostRule
from vendors.http.multipart import Multipart, Permit, always
from vendors.http.redaction import redact
from vendors.http.transport import TIMEOUT, Deadline, Guard

__all__ = ["Journal", "VendorCall", "VendorClient", "VendorResponse"]

ANSWER_LIMIT = 20 * 1024 * 1024  # bytes of an answer that is read whole, after unpacking
CALL_SECONDS = 60.0
BYTES_PER_SECOND = 256 * 1024  # the slowest transfer we wait for
USER_AGENT = "Caseport/0.1"
PLAIN_FILE = {"Accept": "*/*", "Accept-Encoding": "identity"}

NEVER_SENT = (
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.PoolTimeout,
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
)

log = logging.getLogger("caseport.vendor")
for chatty in ("httpx", "httpcore"):  # they log whole URLs
    logging.getLogger(chatty).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class VendorCall:
    """One call as it is journalled: never a header, a body or a query's value."""

    operation: str
    method: str
    path: str  # ids replaced
    query: tuple[str, ...]  # names only
    status: int | None
    outcome: str  # "answered", or the error's name
    milliseconds: int
    sent: int
    received: int
    body: str  # the start of the SHA-256 of what was sent, "" if it streamed or was empty


Journal = Callable[[VendorCall], None]


def call_seconds(size: int = 0) -> float:
    """Seconds after which a call that carries a file of `size` bytes is given up."""
    return CALL_SECONDS + size / BYTES_PER_SECOND


def log_call(call: VendorCall) -> None:
    """The default journal: one line to the log `caseport.vendor`."""
    log.info(
        "%s: %s %s%s %s %s in %d ms, %d bytes out%s, %d in",
        call.operation,
        call.method,
        call.path,
        "?" + ",".join(call.query) if call.query else "",
        call.outcome,
        call.status or "-",
        call.milliseconds,
        call.sent,
        f" (sha256 {call.body})" if call.body else "",
        call.received,
    )


class VendorClient:
    """Calls one connection's host and no other. Raises Unreachable, Unclear or ForbiddenHost.

    Redirects are not followed, cookies not kept, proxies of the environment not used, nothing is
    tried twice. `permit` is asked at the last moment before anything leaves; what it raises ends
    the call. One thread at a time may use it; the connections below are the thread's own and
    outlive it.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth | None,
        *,
        host_rule: HostRule,
        transport: httpx.BaseTransport | None = None,
        journal: Journal = log_call,
        permit: Permit = always,
    ) -> None:
        self.origin = host_rule.own(base_url)
        self.permit = permit
        self._auth = auth
        self._journal = journal
        self._guard = Guard(host_rule.allowed(base_url), transport)
        self._http = httpx.Client(
            base_url=str(self.origin),
            transport=self._guard,
            timeout=TIMEOUT,
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={
                "User-Agent": USER_AGENT,
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
            },
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        deadline: float = CALL_SECONDS,
    ) -> VendorResponse:
        """One request and its whole answer, whatever its status, within `deadline` seconds."""
        request = self._request(method, path, params=params, json=json)
        return self._whole(request, operation, deadline)

    def upload(
        self,
        path: str,
        *,
        operation: str,
        file_part: str,
        name: str,
        content_type: str,
        size: int,
        stream: BinaryIO,
        fields: Mapping[str, str] | None = None,
    ) -> VendorResponse:
        """POST a seekable file as multipart without reading it into memory.

        The deadline is 60 s and one second for each 256 kB.
        """
        body = Multipart(
            fields or {},
            file_part=file_part,
            name=name,
            content_type=content_type,
            size=size,
            stream=stream,
            permit=self.permit,
        )
        plain = self._request("POST", path)
        plain.headers.update(body.headers)
        request = httpx.Request(
            "POST", plain.url, headers=plain.headers, stream=body, extensions=plain.extensions
        )
        return self._whole(request, operation, call_seconds(size))

    def download(
        self, path: str, *, operation: str, patience: float = CALL_SECONDS
    ) -> AbstractContextManager[tuple[VendorResponse, Iterator[bytes]]]:
        """GET a file: (the answer without content, its bytes in pieces); closed with the context.

        An answer that is no success is read whole and has no pieces. No piece may take `patience`
        seconds, and all waiting for the vendor may take these and one second for each 256 kB; the
        reader's own time does not count.
        """
        return self._download(path, operation, patience)

    def _request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Request:
        if not path.startswith("/") or path.startswith("//"):
            raise ForbiddenHost("a path that is none")
        try:
            return self._http.build_request(
                method, f"{self.origin}{path}", params=params or None, json=json, headers=headers
            )
        except (TypeError, ValueError, httpx.InvalidURL) as error:
            raise Unreachable("The request could not be written: it was not sent.") from error

    def _whole(self, request: httpx.Request, operation: str, seconds: float) -> VendorResponse:
        deadline = Deadline(seconds)
        with self._exchange(request, operation, deadline) as (response, note):
            content = _read(response, deadline)
            note.received = len(content)
            return VendorResponse(response.status_code, response.headers, content)

    @contextmanager
    def _download(
        self, path: str, operation: str, patience: float
    ) -> Iterator[tuple[VendorResponse, Iterator[bytes]]]:
        request = self._request("GET", path, headers=PLAIN_FILE)
        deadline = Deadline(patience)
        with self._exchange(request, operation, deadline) as (response, note):
            if response.is_success:
                answer = VendorResponse(response.status_code, response.headers, b"")
                yield answer, _pieces(response, deadline, note, patience)
            else:
                content = _read(response, deadline)
                note.received = len(content)
                yield VendorResponse(response.status_code, response.headers, content), iter(())

    @contextmanager
    def _exchange(
        self, request: httpx.Request, operation: str, deadline: Deadline
    ) -> Iterator[tuple[httpx.Response, "_Note"]]:
        """Send `request` once; what goes wrong while it is sent or read becomes a VendorError."""
        note = _Note(request, operation)
        self._guard.deadline, self._guard.permit = deadline, self.permit
        try:
            try:
                response = self._http.send(request, auth=self._auth, stream=True)
            except Exception as error:
                raise note.failed(error) from error
            note.status = response.status_code
            with _closing(response):
                yield response, note
        except VendorError as error:
            note.outcome = type(error).__name__
            raise
        finally:
            self._journal(note.as_call())


class _Note:
    """What is known of a call while it runs."""

    def __init__(self, request: httpx.Request, operation: str) -> None:
        self.request = request
        self.operation = operation
        self.began = time.monotonic()
        self.status: int | None = None
        self.outcome = "answered"
        self.received = 0

    def failed(self, error: Exception) -> VendorError:
        """`error` as the kind that decides what happens next; the default is Unclear."""
        if isinstance(error, VendorError):
            return error
        host = self.request.url.raw_host.decode("ascii")
        if isinstance(error, NEVER_SENT):
            return Unreachable(f"{host} could not be reached: {redact(str(error)) or 'no answer'}")
        words = f"The answer of {host} was lost ({type(error).__name__})."
        return Unclear(words, status=self.status)

    def as_call(self) -> VendorCall:
        url = self.request.url
        try:
            body = self.request.content
            sent = len(body)
        except httpx.RequestNotRead:
            body = b""
            sent = getattr(self.request.stream, "length", 0)
        return VendorCall(
            operation=self.operation,
            method=self.request.method,
            path=template(url.path),
            query=tuple(dict.fromkeys(url.params)),
            status=self.status,
            outcome=self.outcome,
            milliseconds=round((time.monotonic() - self.began) * 1000),
            sent=sent,
            received=self.received,
            body=hashlib.sha256(body).hexdigest()[:16] if body else "",
        )


@contextmanager
def _closing(response: httpx.Response) -> Iterator[None]:
    # closing may fail on a connection that already broke; the first failure is the one to tell
    try:
        yield
    finally:
        try:
            response.close()
        except (httpcore.NetworkError, httpx.NetworkError, OSError):
            log.info("a connection could not be closed cleanly")


def _read(response: httpx.Response, deadline: Deadline) -> bytes:
    """The whole unpacked body; Unclear when it is late, broken or over the limit."""
    content = bytearray()
    try:
        for piece in decoded(response.iter_raw(), _encoding(response)):
            content += piece
            if len(content) > ANSWER_LIMIT:
                raise Unclear("The answer was too large to read.", status=response.status_code)
            deadline.cut(None, TimeoutError)
    except VendorError:
        raise
    except Exception as error:
        raise Unclear(
            f"The answer was lost on its way ({type(error).__name__}).", status=response.status_code
        ) from error
    return bytes(content)


def _pieces(
    response: httpx.Response, deadline: Deadline, note: "_Note", patience: float
) -> Iterator[bytes]:
    waited = 0.0
    pieces = decoded(response.iter_raw(), _encoding(response))
    while True:
        allowed = patience + note.received / BYTES_PER_SECOND - waited
        deadline.extend(min(patience, allowed))
        began = time.monotonic()
        try:
            piece = next(pieces, None)
        except Exception as error:
            raise note.failed(error) from error
        if piece is None:
            return
        if deadline.left() <= 0:
            raise note.failed(TimeoutError())
        waited += time.monotonic() - began
        note.received += len(piece)
        yield piece


def _encoding(response: httpx.Response) -> str:
    return str(response.headers.get("content-encoding", "")).strip().lower()


def template(path: str) -> str:
    """`path` with every segment that looks like an id replaced by `{id}`."""
    return "/".join(
        "{id}" if re.search(r"\d", step) and not re.fullmatch(r"v\d{1,2}", step) else step
        for step in path.split("/")
    )
