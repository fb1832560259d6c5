"""A small threaded HTTP/1.1 server for the simulator: loopback only, keep-alive, real resets.

The standard library's WSGI server speaks HTTP/1.0 and closes after each answer; this one keeps
connections open, streams uploads, reads chunked bodies, and can end a connection by a TCP reset.
"""

import ipaddress
import socket
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from io import BufferedIOBase
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from urllib.parse import unquote

from .app import WSGI, Simulator, build
from .wire import PIECE, CutShort, HungUp, Json, Torn

NO_LINGER = struct.pack("ii", 1, 0)


class NotLoopback(ValueError):
    """The simulator serves this machine only."""


class Server(ThreadingMixIn, TCPServer):
    """Serves one WSGI program, a thread for each connection."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, port: int, application: WSGI) -> None:
        """Listen on a loopback address; port 0 takes a free one."""
        if not ipaddress.ip_address(host).is_loopback:
            raise NotLoopback(f"{host} is not a loopback address")
        self.application = application
        self._open: set[socket.socket] = set()
        super().__init__((host, port), Handler)

    @property
    def address(self) -> str:
        """Host and port, as a client writes them."""
        host, port = self.socket.getsockname()[:2]
        return f"{host}:{port}"

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take a connection and remember it until it ends."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def server_close(self) -> None:
        """Stop listening and end the connections clients keep open."""
        super().server_close()
        for connection in list(self._open):
            with suppress(OSError):  # it may have ended meanwhile
                connection.shutdown(socket.SHUT_RDWR)

    def shutdown_request(self, request: Any) -> None:
        """End a connection; one marked to be torn is not closed in an orderly way first."""
        self._open.discard(request)
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) == NO_LINGER:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet about clients that went away; report everything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Reads requests from one connection and lets the WSGI program answer them."""

    protocol_version = "HTTP/1.1"
    server_version = "CaseportSimulator"
    sys_version = ""
    disable_nagle_algorithm = True
    server: Server

    def serve(self) -> None:
        """Answer one request; a torn or hung-up connection ends here."""
        stream = _ChunkedStream(self.rfile) if self._is_chunked() else _SizedStream(self)
        try:
            for piece in self.server.application(self._environ(stream), self._start):
                self.wfile.write(piece)
            while stream.read(PIECE):  # what the program left unread stands before the next request
                pass
        except Torn:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            self.close_connection = True
        except (HungUp, CutShort):
            self.close_connection = True

    # The names are those http.server looks for.
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve  # noqa: N815 - not ours to choose

    def _is_chunked(self) -> bool:
        return self.headers.get("Transfer-Encoding", "").strip().lower() == "chunked"

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        code, _, phrase = status.partition(" ")
        self.send_response_only(int(code), phrase)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def _environ(self, stream: Any) -> Json:
        path, _, query = self.path.partition("?")
        environ: Json = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": self.path,
            "REMOTE_ADDR": self.client_address[0],
            "SERVER_NAME": self.server.server_address[0],
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.request_version,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": self.headers.get("Content-Length", ""),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": stream,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            environ.setdefault("HTTP_" + name.upper().replace("-", "_"), value)
        return environ

    def log_message(self, format: str, *args: Any) -> None:
        """Write no access log: /_simulator/requests is the record of calls."""


class _SizedStream:
    """The body of a request that says its length; it ends there, or where the client stopped."""

    def __init__(self, handler: Handler) -> None:
        self._source = handler.rfile
        self._left = int(handler.headers.get("Content-Length") or 0)

    def read(self, size: int = -1, /) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        piece = self._source.read(wanted)
        self._left = self._left - len(piece) if piece else 0
        return piece


class _ChunkedStream:
    """The body of a request sent in chunks; trailers are read and dropped."""

    def __init__(self, source: BufferedIOBase) -> None:
        self._source = source
        self._left = 0
        self._ended = False

    def read(self, size: int = -1, /) -> bytes:
        pieces = []
        while not self._ended and size != 0:
            piece = self._piece(size)
            pieces.append(piece)
            size = size - len(piece) if size > 0 else size
        return b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        if self._left == 0:
            self._left = self._next_size()
        if self._left == 0:
            self._ended = True
            while self._source.readline().strip():
                pass
            return b""
        piece = self._source.read(self._left if size < 0 else min(size, self._left))
        if not piece:
            raise CutShort("a chunk has no end")
        self._left -= len(piece)
        if self._left == 0:
            self._source.readline()
        return piece

    def _next_size(self) -> int:
        line = self._source.readline(100)
        try:
            return int(line.partition(b";")[0], 16)
        except ValueError as wrong:
            raise CutShort("a chunk has no size") from wrong


def serve_in_thread(simulator: Simulator, port: int = 0) -> tuple[str, Callable[[], None]]:
    """Serve on a free port from a background thread; return the base URL and what stops it."""
    server = Server("127.0.0.1", port, build(simulator))
    simulator.host = server.address
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return f"http://{server.address}", stop
