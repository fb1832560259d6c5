"""What is read out of an answer, and what of it is refused."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.http.answer import VendorResponse, clock_ahead, decoded, retry_after
from vendors.http.errors import Unclear

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def read(content: bytes) -> Any:
    return VendorResponse(200, httpx.Headers(), content).json()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b'{"a": 1',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b"[" * 200_000,
        b"1" * 10_000,
        b'"\xff"',
    ],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_no_json_is_unclear(content: bytes) -> None:
    with pytest.raises(Unclear) as caught:
        read(content)
    assert caught.value.status == 200


@given(st.binary())
def test_no_content_raises_anything_but_unclear(content: bytes) -> None:
    with suppress(Unclear):
        read(content)


def test_text_no_database_can_hold_is_replaced() -> None:
    assert read(b'{"a\\u0000": ["\\ud800", "x\\u0000y", "\\ud83d\\ude00"]}') == {
        "a\ufffd": ["\ufffd", "x\ufffdy", "\U0001f600"]
    }


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        (" 30 ", 30),
        ("0", 1),
        ("0.2", 1),
        ("2.5", 2.5),
        ("1000000000", 900),
        ("Sun, 22 Nov 2026 12:02:00 GMT", 120),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 1),
        ("Tue, 22 Nov 2033 12:00:00 GMT", 900),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("nan", None),
        ("1e3", None),
        ("١٢", None),
        ("99999999999999999999", None),
        ("Sun, 99 Nov 2026 12:02:00 GMT", None),
    ],
)
def test_retry_after_is_kept_within_reason(header: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": header}, NOW) == seconds


def test_no_header_asks_for_no_wait() -> None:
    assert retry_after(httpx.Headers(), NOW) is None


@given(st.text())
def test_no_header_text_breaks_the_reading_of_it(text: str) -> None:
    wait = retry_after({"retry-after": text}, NOW)
    assert wait is None or 1 <= wait <= 900


def test_the_vendors_clock_is_compared_with_ours() -> None:
    assert clock_ahead({"date": "Sun, 22 Nov 2026 12:00:41 GMT"}, NOW) == 41
    assert clock_ahead({"date": "yesterday"}, NOW) is None
    assert clock_ahead({}, NOW) is None


def test_an_empty_packed_answer_is_empty() -> None:
    assert b"".join(decoded([], "gzip")) == b""
