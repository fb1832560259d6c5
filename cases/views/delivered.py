"""Owed steps as lines of a list: where each stands, why, and what it waits for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

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
from vendors.vocabulary import Kind

BEHIND = "Waits for an earlier step of this case that needs a person."
STALLED = "stalled"  # the standing of what `cases.stalled` finds
UNTAKEN = "It should have been sent or looked for by now."
SILENT = "It was being worked on, and then nothing more was heard of it."
TIMED = (State.PENDING, State.UNCERTAIN, State.AWAITING)  # something is due at a known time
FREE = "Waits for its turn."
MUTE = "{vendor} gave no reason."
BEFORE = {  # what a step waits for, by the kind of the one before it
    Kind.CREATE: "the case to be filed",
    Kind.NOTE: "the note before it",
    Kind.FILE: "the file before it",
    Kind.CLOSE: "the close request before it",
}

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
        """To a person, the nearest reason first; never empty."""
        vendor = name_of(self.connection.vendor)
        detail = detail_of(self.state, self.outcome, vendor)
        if self.standing == STALLED:
            return UNTAKEN if self.state in TIMED else SILENT
        if self.state in WAIT_FOR_PERSON:
            return detail or MUTE.format(vendor=vendor)
        if self.is_behind:
            return BEHIND
        if self.state is State.PENDING:
            return health.why_waiting(self.connection) or detail or FREE
        return detail


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
    """The step as a line; one that waits for another of its case tells of nothing else."""
    vendor = name_of(push.connection.vendor)
    found: Any = push
    waits = bool(queue) and push.state == State.PENDING and not found.is_behind
    why = "" if waits else ground_of(push).why
    return Delivered(push, vendor, delivery_of(push, vendor), why, queue)


def ground_of(push: Push) -> Ground:
    """The ground of a step that came from `owed`."""
    found: Any = push
    standing = getattr(found, "standing", "")  # where there are headings
    return Ground(push.connection, State(push.state), push.outcome, found.is_behind, standing)


def queues(viewer: Viewer, pushes: Iterable[Push]) -> Mapping[object, str]:
    """The place of each push among the unfinished steps of its case, with one query for all."""
    pushes = list(pushes)
    of_case: dict[object, list[Place]] = {}
    rows = access.pushes(viewer).filter(case__in={p.case_id for p in pushes}, settled_at=None)
    found = rows.order_by("position").values_list("case", "position", "kind", "state")
    for case, position, kind, state in found:
        of_case.setdefault(case, []).append(Place(position, kind, state))
    return {push.pk: _place(push, of_case.get(push.case_id, [])) for push in pushes}


class Place(NamedTuple):
    """An unfinished step in the order of its case."""

    position: int
    kind: str
    state: str

    def holds_back(self, push: Push) -> bool:
        """As `cases.pushes.blocks` says: what its vendor still works on keeps only a close back."""
        earlier = self.position < push.position
        return earlier and (self.state != State.AWAITING or push.kind == Kind.CLOSE)


def _place(push: Push, places: Sequence[Place]) -> str:
    """What is to be told of its place: who waits behind a stopped one, or what it waits for."""
    ahead = [place for place in places if place.holds_back(push)]
    behind = sum(place.position > push.position for place in places)
    if push.state in WAIT_FOR_PERSON and behind:
        return f"{behind} step{'s wait' if behind > 1 else ' waits'} behind this one"
    if push.state != State.PENDING or not ahead:
        return ""
    more = len(ahead) - 1
    others = f" and {more} step{'s' if more > 1 else ''} before that" if more else ""
    return f"Waits for {BEFORE[Kind(ahead[-1].kind)]}{others}"
