"""Reads multipart/form-data from a stream: files go to disk piece by piece, fields to memory."""

import hashlib
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from .wire import PIECE, Body

FIELD_LIMIT = 256 * 1024
HEAD_LIMIT = 16 * 1024


class BadForm(ValueError):
    """The body is not a well-formed multipart form."""


@dataclass(frozen=True)
class Part:
    """One part of a form. A file's bytes lie at ``path``; a field's are in ``content``."""

    name: str
    media_type: str
    content: bytes = b""
    file_name: str | None = None
    path: Path | None = None
    size: int = 0
    sha256: str = ""


def boundary_of(content_type: str) -> bytes:
    """Return the boundary named by a multipart/form-data content type, or raise BadForm."""
    found = re.search(r';\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))', content_type)
    if found is None:
        raise BadForm("the content type names no boundary")
    return (found[1] or found[2]).encode("latin-1")


def read_form(body: Body, boundary: bytes, folder: Path) -> list[Part]:
    """Return all parts; files are written to new files in ``folder``, which the caller owns."""
    reader = _Reader(body, b"\r\n--" + boundary)
    parts: list[Part] = []
    try:
        reader.skip_preamble()
        while reader.next_part():
            parts.append(_read_part(reader, folder))
    except BaseException:
        discard(parts)
        raise
    return parts


def discard(parts: list[Part]) -> None:
    """Delete the files of parts nobody wants."""
    for part in parts:
        if part.path is not None:
            part.path.unlink(missing_ok=True)


def _read_part(reader: "_Reader", folder: Path) -> Part:
    headers = reader.headers()
    disposition = headers.get("content-disposition", "")
    name = _parameter(disposition, "name")
    if not disposition.lower().startswith("form-data") or name is None:
        raise BadForm("a part has no form-data name")
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    file_name = _parameter(disposition, "filename")
    if file_name is None:
        return Part(name, media_type, reader.content(FIELD_LIMIT))
    with tempfile.NamedTemporaryFile(dir=folder, prefix="incoming-", delete=False) as kept:
        path = Path(kept.name)
        try:
            size, sha256 = reader.copy_to(kept)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return Part(name, media_type, b"", file_name, path, size, sha256)


def _parameter(disposition: str, name: str) -> str | None:
    """Read one parameter; browsers and httpx write a quote inside a name as %22."""
    plain = re.search(rf'[;\s]{name}="((?:[^"\\]|\\.)*)"', disposition)
    if plain is None:
        extended = re.search(rf"[;\s]{name}\*=UTF-8''([^;\s]+)", disposition, re.IGNORECASE)
        return unquote(extended[1]) if extended else None
    return re.sub(r'\\(["\\])', r"\1", plain[1]).replace("%22", '"')


class _Reader:
    """Walks over a multipart body holding one piece and a delimiter's length in memory."""

    def __init__(self, body: Body, delimiter: bytes) -> None:
        self._body = body
        self._delimiter = delimiter
        self._held = b"\r\n"  # lets the first delimiter, which opens the body, look like the rest

    def _more(self) -> bool:
        piece = self._body.read(PIECE)
        self._held += piece
        return bool(piece)

    def skip_preamble(self) -> None:
        self.copy_to(None)

    def next_part(self) -> bool:
        """Step over what follows a delimiter: a line end before a part, two dashes at the end."""
        while len(self._held) < 2:
            if not self._more():
                raise BadForm("the form has no end")
        mark, self._held = self._held[:2], self._held[2:]
        if mark == b"--":
            while self._more():
                self._held = b""
            return False
        if mark != b"\r\n":
            raise BadForm("a delimiter is followed by something else")
        return True

    def headers(self) -> dict[str, str]:
        while b"\r\n\r\n" not in self._held:
            if len(self._held) > HEAD_LIMIT or not self._more():
                raise BadForm("a part's headers have no end")
        head, _, self._held = self._held.partition(b"\r\n\r\n")
        lines = head.decode("utf-8", "replace").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return {name.strip().lower(): value.strip() for name, _, value in pairs}

    def copy_to(self, target: IO[bytes] | None) -> tuple[int, str]:
        """Move bytes up to the next delimiter; return how many there were and their sha256."""
        digest = hashlib.sha256()
        size = 0
        while True:
            at = self._held.find(self._delimiter)
            ready = self._held[: at if at >= 0 else max(0, len(self._held) - len(self._delimiter))]
            size += len(ready)
            digest.update(ready)
            if target is not None:
                target.write(ready)
            if at >= 0:
                self._held = self._held[at + len(self._delimiter) :]
                return size, digest.hexdigest()
            self._held = self._held[len(ready) :]
            if not self._more():
                raise BadForm("the form has no closing delimiter")

    def content(self, limit: int) -> bytes:
        """Return a field's bytes, or raise BadForm past ``limit``."""
        with tempfile.SpooledTemporaryFile(max_size=limit) as kept:
            size, _ = self.copy_to(kept)
            if size > limit:
                raise BadForm("a field is too long")
            kept.seek(0)
            return kept.read()
