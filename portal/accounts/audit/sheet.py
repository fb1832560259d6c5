"""Audit events as a table of text, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from datetime import tzinfo

from portal.accounts.models import AuditEvent

HEADINGS = (
    "time",
    "who",
    "e-mail",
    "acting for",
    "organisation",
    "action",
    "kind",
    "id",
    "name",
    "changed",
    "reason",
    "address",
    "request",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Line:
    """What the csv module writes to: it hands each line back."""

    def write(self, text: str) -> str:
        return text


def lines(events: Iterable[AuditEvent], zone: tzinfo) -> Iterator[str]:
    """The table, line by line; times with their distance from UTC."""
    writer = csv.writer(_Line())
    yield writer.writerow(HEADINGS)
    for event in events:
        yield writer.writerow(_harmless(cell) for cell in _cells(event, zone))


def _cells(event: AuditEvent, zone: tzinfo) -> tuple[object, ...]:
    return (
        event.at.astimezone(zone).isoformat(timespec="seconds"),
        event.actor or "",
        event.actor.email if event.actor else "",
        event.acting_for or "",
        event.organization or "",
        event.action,
        event.object_kind,
        event.object_id,
        event.object_name,
        ", ".join(event.changed),
        event.reason,
        event.ip or "",
        event.request_id,
    )


def _harmless(cell: object) -> str:
    """A text a spreadsheet takes for text: one that would be a formula gets an apostrophe."""
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
