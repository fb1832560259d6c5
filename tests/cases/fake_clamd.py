"""A stand-in for clamd: speaks its INSTREAM protocol and misbehaves on demand.

Written from the manual page clamd(8). It knows one "virus", the harmless words in `VIRUS`.
"""

import hashlib
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

VIRUS = b"THIS-STANDS-IN-FOR-A-VIRUS"


@dataclass
class Clamd:
    """What the stand-in saw, and how it is to behave.

    `dies_after` is the number of bytes after which it hangs up; `takes` the largest stream it
    takes; `before_answer` is called when a whole file has come, before the verdict goes out.
    """

    address: str = ""
    dies_after: int | None = None
    takes: int | None = None
    before_answer: Callable[[], object] = lambda: None
    answer: bytes | None = None
    digests: list[str] = field(default_factory=list)
    sessions: int = 0
    longest_piece: int = 0


class Hangup(Exception):
    """The stand-in closes the connection without an answer."""


@contextmanager
def running(clamd: Clamd, socket_path: Path | None = None) -> Iterator[Clamd]:
    """Serve on a free port of 127.0.0.1, or on a Unix socket at the path."""

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            clamd.sessions += 1
            try:
                self.wfile.write(_verdict(clamd, self) + b"\0")
            except Hangup:
                return

    with _server(Session, socket_path) as server:
        server.daemon_threads = True
        clamd.address = str(socket_path or f"127.0.0.1:{server.socket.getsockname()[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield clamd
        finally:
            server.shutdown()
            thread.join()


def _server(
    session: type[socketserver.StreamRequestHandler], path: Path | None
) -> socketserver.ThreadingTCPServer | socketserver.ThreadingUnixStreamServer:
    if path is None:
        return socketserver.ThreadingTCPServer(("127.0.0.1", 0), session)
    return socketserver.ThreadingUnixStreamServer(str(path), session)


def _verdict(clamd: Clamd, session: socketserver.StreamRequestHandler) -> bytes:
    if session.rfile.read(10) != b"zINSTREAM\0":
        return b"UNKNOWN COMMAND"
    digest, size, found, last = hashlib.sha256(), 0, False, b""
    while length := struct.unpack(">I", session.rfile.read(4))[0]:
        piece = session.rfile.read(length)
        digest.update(piece)
        size += length
        clamd.longest_piece = max(clamd.longest_piece, length)
        found = found or VIRUS in last + piece
        last = piece[-len(VIRUS) :]
        if clamd.dies_after is not None and size > clamd.dies_after:
            raise Hangup
        if clamd.takes is not None and size > clamd.takes:
            return b"INSTREAM size limit exceeded. ERROR"
    clamd.digests.append(digest.hexdigest())
    clamd.before_answer()
    if clamd.answer is not None:
        return clamd.answer
    return b"stream: Stand-In.Virus FOUND" if found else b"stream: OK"
