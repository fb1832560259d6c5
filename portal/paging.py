"""Pages by key: a page costs the same however deep it lies, and nothing is counted."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import QueryDict

PAGE = 25

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in their order; `newer` and `older` are the cursors of the pages beside, or empty."""

    rows: list[Row]
    newer: str = ""
    older: str = ""


def cursor_of(row: Model, by: str) -> str:
    """An opaque name for the place of this row in a list ordered by that moment."""
    at: datetime = getattr(row, by)
    key = f"{at.isoformat()}|{row.pk.hex}"
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, UUID] | None:
    try:
        key = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, _, pk = key.partition("|")
        when = datetime.fromisoformat(at)
        return (when, UUID(pk)) if when.tzinfo else None
    except (ValueError, binascii.Error):
        return None


def read_page(
    rows: QuerySet[Row],
    query: QueryDict,
    *,
    by: str,
    size: int = PAGE,
    oldest_first: bool = False,
) -> Page[Row]:
    """The page the address names, of rows in the order of that column; each `id` is a UUID.

    The first page when the address names none, or nonsense.
    """
    ahead, back = ("newer", "older") if oldest_first else ("older", "newer")
    if behind := _place(query.get(back, "")):
        found = _beyond(rows, behind, by, size, falling=oldest_first)
        if len(found) > size:  # else the start of the list is nearer than that
            return _page(found[:size][::-1], by, {back: 0, ahead: -1})
        place = None
    else:
        place = _place(query.get(ahead, ""))
    found = _beyond(rows, place, by, size, falling=not oldest_first)
    beside = ({ahead: -1} if len(found) > size else {}) | ({back: 0} if place else {})
    return _page(found[:size], by, beside)


def _beyond(
    rows: QuerySet[Row], place: tuple[datetime, UUID] | None, by: str, size: int, *, falling: bool
) -> list[Row]:
    """Up to one row more than `size` beyond a place, or from the start, falling or rising."""
    if place is not None:
        at, pk = place
        # the plain bound lets the index range start here; the second only breaks ties
        bound, beyond = ("lte", "gte") if falling else ("gte", "lte")
        tie: dict[str, Any] = {by: at, f"pk__{beyond}": pk}
        rows = rows.filter(**{f"{by}__{bound}": at}).exclude(**tie)
    sign = "-" if falling else ""
    return list(rows.order_by(f"{sign}{by}", f"{sign}id")[: size + 1])


def _page(shown: list[Row], by: str, beside: dict[str, int]) -> Page[Row]:
    """The rows with the cursors beside them, each taken from the row at that end."""
    return Page(shown, **{name: cursor_of(shown[end], by) for name, end in beside.items() if shown})
