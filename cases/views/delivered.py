"""Owed steps as lines of a list: where each stands, why, and what it waits for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from cases import access
from cases.access import Viewer
from cases.delivery import Delivery, delivery_of, detail_of
from cases.models import Push
from cases.models.push import State
from cases.views.steps import WAIT_FOR_PERSON
from vendors.connections import health
from vendors.connections.models import Connection
from vendors.connections.offered import name_of

BEHIND = "Waits for an earlier step of this case that needs a person."
STALLED = "stalled"  # the standing of what `cases.stalled` finds
UNTAKEN = "It should have been sent or looked for by now. Is a worker running?"
SILENT = "Its worker fell silent, and no other has taken it back. Is a worker running?"
TIMED = (State.PENDING, State.UNCERTAIN, State.AWAITING)  # something is due at a known time
ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth")

# since when a step stands as it does, from the columns its way leaves behind
SINCE = Coalesce("doubted_at", "sent_at", "failing_since", "waiting_since")


@dataclass(frozen=True, slots=True)
class Ground:
    """What decides why a step stands where it stands: steps of the same are told together."""

    connection: Connection
    state: State
    outcome: str
    is_behind: bool
    standing: str = ""

    @property
    def why(self) -> str:
        """To a person, the nearest reason first."""
        detail = detail_of(self.state, self.outcome, name_of(self.connection.vendor))
        if self.standing == STALLED:
            return UNTAKEN if self.state in TIMED else SILENT
        if self.state in WAIT_FOR_PERSON:
            return detail
        if self.is_behind:
            return BEHIND
        if self.state is State.PENDING:
            return health.why_waiting(self.connection) or detail
        return detail or health.why_waiting(self.connection)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One push in a list of pushes; `queue` tells its place among the steps of its case."""

    push: Push
    vendor: str
    delivery: Delivery
    why: str
    queue: str = ""

    @property
    def since(self) -> datetime:
        found: datetime = getattr(self.push, "since", self.push.waiting_since)
        return found

    @property
    def due_at(self) -> datetime | None:
        """When it is sent, looked for or asked about next, if it waits for nothing but a time."""
        push = self.push
        waits = push.state == State.PENDING and (self.queue or push.not_before <= self.since)
        return push.not_before if push.state in TIMED and not waits else None

    @property
    def due_words(self) -> str:
        return "next try" if self.push.state == State.PENDING else "next look"


def owed(viewer: Viewer) -> QuerySet[Any]:
    """Every step not ended yet that the viewer may see, with what its line tells of it."""
    earlier = access.pushes(viewer).filter(
        case=OuterRef("case"),
        position__lt=OuterRef("position"),
        settled_at=None,
        state__in=WAIT_FOR_PERSON,
    )
    found = access.pushes(viewer).filter(settled_at=None)
    return found.annotate(is_behind=Exists(earlier), since=SINCE)


def shown(pushes: QuerySet[Any]) -> QuerySet[Any]:
    """Owed steps with the rows their lines read, and without what is large."""
    return pushes.select_related("case", "connection", "author", "attachment").defer(
        "payload", "case__raw", "case__answers", "case__facts", "case__description"
    )


def told(push: Push, queue: str = "") -> Delivered:
    vendor = name_of(push.connection.vendor)
    return Delivered(push, vendor, delivery_of(push, vendor), ground_of(push).why, queue)


def ground_of(push: Push) -> Ground:
    """The ground of a step that came from `owed`."""
    found: Any = push
    standing = getattr(found, "standing", "")  # where there are headings
    return Ground(push.connection, State(push.state), push.outcome, found.is_behind, standing)


def queues(viewer: Viewer, pushes: Iterable[Push]) -> Mapping[object, str]:
    """The place of each push among the unfinished steps of its case, with one query for all."""
    pushes = list(pushes)
    of_case: dict[object, list[int]] = {}
    rows = access.pushes(viewer).filter(case__in={p.case_id for p in pushes}, settled_at=None)
    for case, position in rows.order_by("position").values_list("case", "position"):
        of_case.setdefault(case, []).append(position)
    return {push.pk: _place(push, of_case.get(push.case_id, [])) for push in pushes}


def _place(push: Push, positions: list[int]) -> str:
    """What is to be told of its place: who waits behind a stopped one, or whom it waits for."""
    ahead = sum(position < push.position for position in positions)
    behind = sum(position > push.position for position in positions)
    if push.state in WAIT_FOR_PERSON and behind:
        return f"{behind} step{'s wait' if behind > 1 else ' waits'} behind this one"
    if push.state == State.PENDING and ahead:
        return f"{_ordinal(ahead + 1)} in its case"
    return ""


def _ordinal(number: int) -> str:
    return ORDINALS[number - 1] if number <= len(ORDINALS) else f"Number {number}"
