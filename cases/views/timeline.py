"""The timeline of a case page: every entry with who wrote it, its steps and its files."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases import access
from cases.access import Viewer
from cases.delivery import RECEIVED, Delivery
from cases.models import Attachment, Case, Entry
from cases.models.timeline import Audience
from cases.views.rows import URGENCY
from cases.views.steps import Step, Steps
from vendors.vocabulary import EntryKind, Kind

SAME_MOMENT = timedelta(minutes=1)
SPOKEN = (EntryKind.NOTE, EntryKind.EMAIL, EntryKind.FILE)
LAST_MICROSECOND = timedelta(microseconds=1)
WITHIN_A_MOMENT = (EntryKind.MILESTONE, *SPOKEN, EntryKind.SYSTEM, EntryKind.STATUS)


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in the page; `place` is the organisation its author wrote from, and for whom."""

    entry: Entry
    who: str
    place: str
    is_vendors: bool
    is_event: bool
    is_opening: bool
    delivery: Delivery
    steps: tuple[Step, ...]
    files: tuple[Attachment, ...]
    replaced: tuple[Step, ...] = ()  # refused ones that were edited and sent again, for staff

    @property
    def trouble(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.is_in_trouble)

    @property
    def has_attempts(self) -> bool:
        return any(step.events for step in self.steps)


def timeline(
    viewer: Viewer, case: Case, vendor: str, steps: Steps, files: Iterable[Attachment]
) -> list[Row]:
    """What the viewer may read, oldest first."""
    entries = access.entries(viewer, case).select_related("author", "author_organization")
    of_entry: dict[object, list[Attachment]] = {}
    for file in files:
        of_entry.setdefault(file.entry_id, []).append(file)
    rows = [
        _row(case, vendor, entry, steps, tuple(of_entry.get(entry.pk, ())))
        for entry in _told_once(entries)
    ]
    return sorted(rows, key=_place_in_time)


def _place_in_time(row: Row) -> tuple[bool, datetime, int, datetime, str]:
    """The filing first, then by time; what a clock cannot tell apart, by what it means."""
    entry = row.entry
    rank = WITHIN_A_MOMENT.index(EntryKind(entry.kind))
    return not row.is_opening, _as_late_as(entry), rank, entry.created_at, str(entry.pk)


def _as_late_as(entry: Entry) -> datetime:
    """The last moment it can have happened: a vendor's time may leave out its seconds.

    Within what its time leaves open, it was over when we first saw it.
    """
    at = entry.occurred_at
    if entry.author_id is not None or at.microsecond:
        return at
    left_open = timedelta(seconds=1) if at.second else timedelta(minutes=1)
    return min(at + left_open - LAST_MICROSECOND, max(at, entry.created_at))


def _told_once(entries: Iterable[Entry]) -> list[Entry]:
    """The entries without the milestones that only repeat a change of status."""
    told = list(entries)
    changes = [
        (entry.title.rpartition("→")[2].strip().casefold(), entry.occurred_at)
        for entry in told
        if entry.kind == EntryKind.STATUS
    ]
    return [
        entry
        for entry in told
        if entry.kind != EntryKind.MILESTONE
        or not any(
            word == entry.title.casefold() and abs(entry.occurred_at - at) <= SAME_MOMENT
            for word, at in changes
        )
    ]


def _row(case: Case, vendor: str, entry: Entry, found: Steps, files: tuple[Attachment, ...]) -> Row:
    is_vendors = entry.author_id is None
    steps = found.of_entry(entry.pk)
    return Row(
        entry,
        who=(entry.vendor_author or vendor) if is_vendors else str(entry.author),
        place=_place(case, entry, vendor),
        is_vendors=is_vendors,
        is_event=is_vendors and entry.kind not in SPOKEN,
        is_opening=any(step.push.kind == Kind.CREATE for step in steps),
        delivery=_delivery(entry, steps, vendor),
        steps=steps,
        files=files,
        replaced=found.replaced_of(entry.pk),
    )


def _place(case: Case, entry: Entry, vendor: str) -> str:
    """The organisation an author wrote from, and the customer they wrote for."""
    organization = entry.author_organization
    if organization is None:
        if entry.author_id is not None or not entry.vendor_author:
            return ""
        return f"by way of {vendor}" if entry.is_customers else vendor
    customer = case.organization
    is_shared = entry.audience != Audience.INTERNAL
    acts_for = organization.is_reseller and customer is not None and is_shared
    return f"({organization}) for {customer}" if acts_for else f"({organization})"


def _delivery(entry: Entry, steps: Iterable[Step], vendor: str) -> Delivery:
    """How the whole entry stands: its most urgent step; what never leaves us has arrived."""
    told = [step.delivery for step in steps]
    urgent = [delivery for delivery in told if delivery.key in URGENCY]
    if urgent:
        return min(urgent, key=lambda delivery: URGENCY.index(delivery.key))
    if arrived := [delivery for delivery in told if delivery.key == "with_vendor"]:
        return arrived[0]
    if told:
        return told[-1]
    is_ours = entry.author_id is not None and entry.audience == Audience.VENDOR
    return Delivery("with_vendor", f"With {vendor}") if is_ours else RECEIVED
