"""A socket on loopback that does exactly what a test says, byte by byte."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Play = Callable[[socket.socket], None]


@dataclass
class Loopback:
    """Where the socket listens and what came in."""

    port: int
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def read_request(connection: socket.socket, log: list[bytes] | None = None) -> bytes:
    """One whole request with a Content-Length or no body; empty when the client has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length and (more := connection.recv(65536)):
        body += more
    request = head + b"\r\n\r\n" + body
    if log is not None:
        log.append(request)
    return request


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@contextmanager
def listening(play: Play) -> Iterator[Loopback]:
    """Runs `play` on each connection until the block ends; a client that leaves is no error."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        loopback = Loopback(server.getsockname()[1])
        server.settimeout(0.05)
        done = threading.Event()
        threads: list[threading.Thread] = []

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(10)
                play(connection)

        def accept() -> None:
            while not done.is_set():
                with suppress(TimeoutError):
                    connection, _ = server.accept()
                    loopback.connections += 1
                    thread = threading.Thread(target=serve, args=(connection,))
                    thread.start()
                    threads.append(thread)

        acceptor = threading.Thread(target=accept)
        acceptor.start()
        try:
            yield loopback
        finally:
            done.set()
            acceptor.join()
            for thread in threads:
                thread.join()
