"""Sockets with one deadline over a whole call, and the wall that keeps calls on their own host.

httpx bounds each read, so a vendor that sends one byte a minute is never late. Here every connect,
handshake, write and read is cut to what is left until the deadline. (A name look-up cannot be cut;
the system's resolver bounds it.)
"""

import os
import ssl
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import httpcore
import httpx

from vendors.http.errors import ForbiddenHost
from vendors.http.hosts import Origin
from vendors.http.multipart import always

CONNECT_SECONDS = 10.0
POOL_SECONDS = 5.0
KEEP_SECONDS = 5.0  # an idle connection older than this is not used again
WRITE_PIECE = 64 * 1024

TIMEOUT = httpx.Timeout(None, connect=CONNECT_SECONDS, pool=POOL_SECONDS)


class Deadline:
    """A moment on the monotonic clock after which nothing waits any longer."""

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Let it be `seconds` from now."""
        self.until = time.monotonic() + seconds

    def left(self) -> float:
        return self.until - time.monotonic()

    def cut(self, timeout: float | None, late: type[Exception]) -> float:
        """`timeout` or what is left, whichever is shorter; raises `late` when nothing is left."""
        left = self.left()
        if left <= 0:
            raise late("deadline passed")
        return left if timeout is None else min(timeout, left)


class _InForce:
    """The deadline for whatever one thread reads or writes next."""

    def __init__(self) -> None:
        self.deadline = Deadline(0)


class _Socket(httpcore.NetworkStream):
    """A connection whose every wait is cut to the deadline in force."""

    def __init__(self, inner: httpcore.NetworkStream, now: _InForce) -> None:
        self._inner = inner
        self._now = now

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._now.deadline.cut(timeout, httpcore.ReadTimeout)
        return self._inner.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), WRITE_PIECE):
            left = self._now.deadline.cut(timeout, httpcore.WriteTimeout)
            self._inner.write(buffer[start : start + WRITE_PIECE], left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._now.deadline.cut(timeout, httpcore.ConnectTimeout)
        return _Socket(self._inner.start_tls(ssl_context, server_hostname, left), self._now)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Network(httpcore.NetworkBackend):
    def __init__(self, now: _InForce) -> None:
        self._inner = httpcore.SyncBackend()
        self._now = now

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._now.deadline.cut(timeout, httpcore.ConnectTimeout)
        stream = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return _Socket(stream, self._now)


class Wire:
    """One thread's connections, closed when the thread ends."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._now = _InForce()
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(),
            max_connections=10,
            max_keepalive_connections=5,
            keepalive_expiry=KEEP_SECONDS,
            retries=0,
            network_backend=_Network(self._now),
        )
        weakref.finalize(self, self._pool.close)  # nothing below may refer back to this object

    def send(self, request: httpx.Request, deadline: Deadline) -> httpx.Response:
        """Send once, whatever happens, and give the answer with its body still to be read."""
        self._now.deadline = deadline
        assert isinstance(request.stream, Iterable)  # noqa: S101 - told to the type checker
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer, self._now, deadline)
        )


class _Body(httpx.SyncByteStream):
    """An answer's body; its own deadline is put in force again before each piece is awaited."""

    def __init__(self, answer: httpcore.Response, now: _InForce, deadline: Deadline) -> None:
        self._answer = answer
        self._now = now
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        pieces = self._answer.iter_stream()
        while True:
            self._now.deadline = self._deadline
            piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    def close(self) -> None:
        self._answer.close()


@cache
def _tls() -> ssl.SSLContext:
    """The one TLS context, as building it costs more than a call; no environment changes it."""
    return httpx.create_ssl_context(trust_env=False)


class _ThreadsOwn(threading.local):
    wire: Wire | None = None


_own = _ThreadsOwn()


def wire() -> Wire:
    """This thread's connections, made at its first call and again in a forked child."""
    if _own.wire is None or _own.wire.pid != os.getpid():
        _own.wire = Wire()
    return _own.wire


class Guard(httpx.BaseTransport):
    """Lets a request out only to `allowed` origins; ForbiddenHost before any byte leaves.

    `inner` stands in for the network in tests; a call's deadline and its permit to leave are put
    into `deadline` and `permit` beforehand.
    """

    def __init__(
        self, allowed: frozenset[Origin], inner: httpx.BaseTransport | None = None
    ) -> None:
        self.deadline = Deadline(0)
        self.permit = always
        self._allowed = allowed
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        origin = Origin.of(request.url)
        if origin not in self._allowed:
            raise ForbiddenHost(f"{origin} is not where this connection speaks to")
        self.permit()
        if self._inner is None:
            return wire().send(request, self.deadline)
        answer = self._inner.handle_request(request)
        # anew, because a stand-in's answer may already count as read
        return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream)
