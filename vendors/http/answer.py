"""A vendor's answer, read with care: bounded, decoded, and JSON that a database can hold."""

import json
import math
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from vendors.http.errors import Unclear

PIECE = 64 * 1024
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 900.0

_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class VendorResponse:
    """A vendor's whole answer; `json()` raises Unclear when it is not JSON."""

    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The content as JSON, NUL and lone surrogates replaced: no database column takes those."""
        try:
            value = json.loads(self.content, parse_float=_finite, parse_constant=_refuse)
            return _storable(value) if b"\\u" in self.content else value
        except (ValueError, RecursionError):
            raise Unclear("The answer could not be read.", status=self.status) from None


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _storable(value: Any) -> Any:
    match value:
        case str():
            return _UNSTORABLE.sub("\ufffd", value)
        case list():
            return [_storable(item) for item in value]
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}
    return value


def decoded(raw: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """`raw` undone of its content encoding, never more than 64 KiB at once however it was packed.

    Raises Unclear for an encoding we did not ask for and for a packed body that breaks off.
    """
    if encoding in {"", "identity"}:
        yield from raw
        return
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise Unclear("The answer came in an encoding we cannot read.")
    unpacker = zlib.decompressobj(wbits=47)  # 32 + 15: gzip or zlib, told by its first bytes
    began = False
    try:
        for packed in raw:
            began = began or bool(packed)
            rest = packed
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, PIECE)
                rest = unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error:
        raise Unclear("The answer was damaged on its way.") from None
    if began and not unpacker.eof:
        raise Unclear("The answer broke off.")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds to wait that a Retry-After header asks for, at least 1 and at most 900.

    It may give seconds or an HTTP date; a header that is neither counts as none.
    """
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        wait = float(text)
    else:
        at = _http_date(text)
        if at is None:
            return None
        wait = (at - now).total_seconds()
    return min(LONGEST_WAIT, max(SHORTEST_WAIT, wait))


def clock_ahead(headers: Mapping[str, str], now: datetime) -> float | None:
    """How many seconds the vendor's Date header is ahead of `now`, None if it gives none."""
    at = _http_date(headers.get("date", ""))
    return None if at is None else (at - now).total_seconds()


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
