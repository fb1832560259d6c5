"""Reads what a case holds: lists of objects and times, whatever the vendor wrote in their place."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from vendors.akamai_v2.shapes import items, text


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of an array, or a lone one; what else stands there is passed over."""
    return [item for item in items(value) if isinstance(item, dict)]


def moment(value: Any) -> datetime | None:
    """A time such as `2016-02-29T14:15:40+0000`, in UTC; one without an offset is taken as UTC."""
    try:
        at = datetime.fromisoformat(text(value).strip())
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
