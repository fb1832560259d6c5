"""Reconstructed samples of the vendor's answers, and errors made of them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from vendors.akamai_v2 import answers
from vendors.http.answer import VendorResponse
from vendors.http.errors import (
    VendorError,
)

SAMPLES = Path(__file__).parent / "samples" / "akamai_v2"
CASE = "F-CS-1455428"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text())


def answered(status: int, body: Any, **headers: str) -> VendorResponse:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return VendorResponse(status, httpx.Headers(headers), content)


def problem(
    status: int, body: Any, headers: dict[str, str] | None = None, *, reading: bool = False
) -> VendorError:
    response = answered(status, body, **(headers or {}))
    return answers.problem(response, reading=reading, now=NOW)
