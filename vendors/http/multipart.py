"""A form with one file as a body that is sent without ever being held in memory."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import BinaryIO

import httpx

from vendors.http.errors import Unreachable

CHUNK = 256 * 1024

Permit = Callable[[], None]


def always() -> None:
    """Permits everything."""


_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:; ?charset=[\w-]+)?", re.ASCII)


@contextmanager
def opened(open_file: Callable[[], BinaryIO]) -> Iterator[BinaryIO]:
    """A file kept here, closed afterwards; Unreachable if it cannot be opened: nothing was sent."""
    try:
        file = open_file()
    except Exception as error:
        raise Unreachable("The file kept here could not be opened: it was not sent.") from error
    with closing(file):
        yield file


class Multipart(httpx.SyncByteStream):
    """multipart/form-data of plain fields and then one file, read from its start at every sending.

    The file must be seekable and as long as `size` says, else Unreachable: nothing was sent.
    `permit` is asked before each piece of the file goes out; what it raises ends the sending.
    """

    def __init__(
        self,
        fields: Mapping[str, str],
        *,
        file_part: str,
        name: str,
        content_type: str,
        size: int,
        stream: BinaryIO,
        permit: Permit = always,
        boundary: str = "",
    ) -> None:
        self.boundary = boundary or secrets.token_hex(16)
        self.permit = permit
        self._file = stream
        kind = content_type if _MEDIA_TYPE.fullmatch(content_type) else "application/octet-stream"
        self._before = b"".join(
            [self._part(f'name="{_quoted(key)}"') + _bytes(text) for key, text in fields.items()]
            + [self._part(f'name="{_quoted(file_part)}"; filename="{_quoted(name)}"', kind)]
        ).removeprefix(b"\r\n")
        self._after = f"\r\n--{self.boundary}--\r\n".encode("ascii")
        self._size = size
        if self._measured() != size:
            raise Unreachable("The file kept here is not as long as it was: it was not sent.")

    @property
    def length(self) -> int:
        """Bytes of the whole body."""
        return len(self._before) + self._size + len(self._after)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that describe this body."""
        return {
            "Content-Type": f"multipart/form-data; boundary={self.boundary}",
            "Content-Length": str(self.length),
        }

    def head(self, limit: int) -> bytes:
        """The first `limit` bytes of the body, for a signature; no more of the file is read."""
        self._file.seek(0)
        body = self._before + self._file.read(min(self._size, max(0, limit - len(self._before))))
        return (body + self._after)[:limit]

    def __iter__(self) -> Iterator[bytes]:
        yield self._before
        self._file.seek(0)
        sent = 0
        while sent < self._size and (chunk := self._file.read(min(CHUNK, self._size - sent))):
            self.permit()
            yield chunk
            sent += len(chunk)
        yield self._after

    def _measured(self) -> int:
        if not self._file.seekable():
            raise Unreachable("The file kept here cannot be read twice: it was not sent.")
        self._file.seek(0, 2)
        return self._file.tell()

    def _part(self, disposition: str, content_type: str = "") -> bytes:
        kind = f"\r\nContent-Type: {content_type}" if content_type else ""
        return _bytes(
            f"\r\n--{self.boundary}\r\nContent-Disposition: form-data; {disposition}{kind}\r\n\r\n"
        )


def _quoted(name: str) -> str:
    # the escapes the HTML standard gives for names in multipart/form-data
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Unreachable("A text holds half a character: it was not sent.") from None
