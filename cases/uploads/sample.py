"""A file under inspection: its beginning and end in memory, the rest on disk."""

from dataclasses import dataclass
from typing import BinaryIO, Self

HEAD = 64 * 1024
TAIL = 66 * 1024  # a ZIP's last record may be followed by a comment of 65,535 bytes
PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """`name` is cleaned; `file` can seek and is left at any position."""

    name: str
    file: BinaryIO
    size: int
    head: bytes
    tail: bytes

    @classmethod
    def take(cls, name: str, file: BinaryIO) -> Self:
        size = file.seek(0, 2)
        file.seek(0)
        head = file.read(HEAD)
        file.seek(max(0, size - TAIL))
        return cls(name, file, size, head, file.read(TAIL))

    @property
    def tail_start(self) -> int:
        """Where in the file `tail` begins."""
        return self.size - len(self.tail)

    def read(self, start: int, length: int) -> bytes:
        """Up to `length` bytes from `start`; fewer, or none, beyond the end."""
        self.file.seek(start)
        return self.file.read(length)
