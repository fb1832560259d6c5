"""EdgeGrid (EG1-HMAC-SHA256), the signature some vendors ask for on every request.

Written from the vendor's page "Authenticate with EdgeGrid" and held to the published test vectors
of its own package.
"""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Callable, Generator
from datetime import UTC, datetime

import httpx

from vendors.http.errors import Unreachable
from vendors.http.multipart import Multipart

MAX_BODY = 131_072  # bytes of a POST body that are hashed; more are sent, but not signed


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_nonce() -> str:
    return str(uuid.uuid4())


class EdgeGridAuth(httpx.Auth):
    """Signs each request anew, with a fresh nonce and the time of sending, good for ±30 s.

    A body that streams is hashed only if it is a `Multipart`, whose start can be read without the
    rest; any other stream raises Unreachable before anything is sent.
    """

    def __init__(
        self,
        client_token: str,
        client_secret: str,
        access_token: str,
        *,
        headers_to_sign: tuple[str, ...] = (),
        max_body: int = MAX_BODY,
        clock: Callable[[], datetime] = utc_now,
        nonce: Callable[[], str] = new_nonce,
    ) -> None:
        self._client_token = client_token
        self._client_secret = client_secret
        self._access_token = access_token
        self._headers_to_sign = tuple(name.lower() for name in headers_to_sign)
        self._max_body = max_body
        self._clock = clock
        self._nonce = nonce

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self.header(request)
        yield request

    def header(self, request: httpx.Request) -> str:
        """The Authorization header for `request` as it will go over the wire."""
        timestamp = self._clock().astimezone(UTC).strftime("%Y%m%dT%H:%M:%S+0000")
        unsigned = (
            f"EG1-HMAC-SHA256 client_token={self._client_token};access_token={self._access_token};"
            f"timestamp={timestamp};nonce={self._nonce()};"
        )
        data = "\t".join(
            [
                request.method,
                request.url.scheme,
                request.headers["host"],
                request.url.raw_path.decode("ascii"),
                self._canonical_headers(request),
                self._content_hash(request),
                unsigned,
            ]
        )
        key = _hmac(self._client_secret, timestamp)
        return f"{unsigned}signature={_hmac(key, data)}"

    def _canonical_headers(self, request: httpx.Request) -> str:
        present = [name for name in self._headers_to_sign if name in request.headers]
        return "\t".join(f"{name}:{' '.join(request.headers[name].split())}" for name in present)

    def _content_hash(self, request: httpx.Request) -> str:
        if request.method != "POST":
            return ""
        body = self._first_bytes(request)
        return _base64(hashlib.sha256(body).digest()) if body else ""

    def _first_bytes(self, request: httpx.Request) -> bytes:
        try:
            return request.content[: self._max_body]
        except httpx.RequestNotRead:
            if isinstance(request.stream, Multipart):
                return request.stream.head(self._max_body)
        raise Unreachable("A body that cannot be read twice cannot be signed: it was not sent.")


def _hmac(key: str, message: str) -> str:
    return _base64(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest())


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode("ascii")
