"""Owed steps counted by where they stand and why, over all cases of a connection together."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.forms import Form

from cases import access, pushes
from cases.access import Viewer, connections_behind
from cases.models.push import State
from cases.stalled import stalled
from cases.views.delivered import (
    BEHIND,
    STALLED,
    Delivered,
    Ground,
    ground_of,
    owed,
    queues,
    shown,
    told,
)
from portal import clock
from vendors.connections import health
from vendors.connections.models import Connection
from vendors.vocabulary import Kind

MOST = 50  # lines of one standing in the overview
OF_ONE_CAUSE = 5  # of them with the same cause
COUNTED = ("standing", "connection", "state", "outcome", "is_behind", "is_queued", "kind")


@dataclass(frozen=True, slots=True)
class Standing:
    """One heading of the desk; STALLED has no states of its own.

    What is to be done about its steps is said to those who settle them, and otherwise to the rest.
    """

    key: str
    title: str
    states: tuple[State, ...]
    to_settlers: str = ""
    to_others: str = ""


MEND = "Open one to read why; mend it and send it again, or take it back."
STANDINGS = (
    Standing(
        "needs_person",
        "Need a person",
        (State.NEEDS_PERSON,),
        "Open one, look at its vendor and say what you saw.",
        "Staff look at the vendor and decide. Nothing is asked of you.",
    ),
    Standing("refused", "Refused", (State.REFUSED,), MEND, MEND),
    Standing(
        "parked",
        "Held by us",
        (State.PARKED,),
        "Nothing is tried any more until somebody lets it go on.",
        "Staff let them go on. Nothing is asked of you.",
    ),
    Standing(
        STALLED,
        "Stalled",
        (),
        "Is a worker running? Nothing is lost meanwhile.",
        "Nothing is lost. Should it stay so, tell whoever looks after your cases.",
    ),
    Standing(
        "checking",
        "Sent, not yet confirmed",
        (State.UNCERTAIN, State.CHECKING, State.AWAITING),
    ),
    Standing("sending", "Being sent", (State.SENDING,)),
    Standing("waiting", "Waiting to send", (State.PENDING,)),
)
BY_KEY = {standing.key: standing for standing in STANDINGS}


@dataclass(slots=True)
class Cause:
    """Steps of one connection that stand so for the same reason: how many, and since when."""

    key: str
    standing: Standing
    connection: Connection
    title: str
    words: str
    since: datetime
    count: int = 0
    queued: int = 0  # how many of them only wait for another one of their case
    again: int = 0  # how many of them can be tried again as they are
    rows: Q = field(default_factory=Q)
    lines: list[Delivered] = field(default_factory=list)
    retry: Form | None = None  # for whoever may try them again, as they stood at `seen_at`
    seen_at: datetime | None = None

    @property
    def is_several(self) -> bool:
        return self.count > 1


@dataclass(frozen=True, slots=True)
class Group:
    """Everything of one standing, the commonest cause first."""

    standing: Standing
    causes: tuple[Cause, ...]

    @property
    def count(self) -> int:
        return sum(cause.count for cause in self.causes)

    @property
    def has_more(self) -> bool:
        """Whether there are steps of which no line is shown."""
        return self.count > sum(len(cause.lines) for cause in self.causes)


def standing(viewer: Viewer) -> QuerySet[Any]:
    """Every owed step, with the heading it stands under and whether another one is before it."""
    headings = [When(stalled(clock.now()), then=Value(STALLED))]
    headings += [When(state__in=each.states, then=Value(each.key)) for each in STANDINGS]
    before = access.pushes(viewer).filter(
        pushes.blocks(OuterRef("kind")), case=OuterRef("case"), position__lt=OuterRef("position")
    )
    found: QuerySet[Any] = owed(viewer).annotate(
        standing=Case(*headings, output_field=CharField()),
        is_queued=Case(When(state=State.PENDING, then=Exists(before)), default=Value(False)),
    )
    return found


def causes(steps: QuerySet[Any]) -> dict[str, Cause]:
    """Every cause among these steps by its key, counted in the database."""
    counted = steps.order_by().values(*COUNTED).annotate(count=Count("pk"), first=Min("since"))
    rows = list(counted)
    connections = connections_behind(row["connection"] for row in rows)
    found: dict[str, Cause] = {}
    for row in rows:
        cause = _cause(_ground(row, connections), row["first"])
        known = found.setdefault(cause.key, cause)
        known.count += row["count"]
        known.queued += row["count"] if row["is_queued"] and not row["is_behind"] else 0
        known.again += row["count"] if _can_go_again(row["state"], row["kind"]) else 0
        known.since = min(known.since, cause.since)
        known.rows |= Q(**{name: row[name] for name in COUNTED})
    return dict(sorted(found.items(), key=lambda item: (-item[1].count, item[1].since)))


def _can_go_again(state: str, kind: str) -> bool:
    """A held step goes on, a refused one is sent as a new one; a refused case needs mending."""
    return state == State.PARKED or (state == State.REFUSED and kind != Kind.CREATE)


def _ground(row: Mapping[str, Any], connections: Mapping[UUID, Connection]) -> Ground:
    state = State(row["state"])
    connection = connections[row["connection"]]
    return Ground(connection, state, row["outcome"], row["is_behind"], row["standing"])


def _cause(ground: Ground, first: datetime) -> Cause:
    """The cause of steps of this ground, without their number."""
    words, held = ground.why, None
    if ground.standing == "waiting" and words != BEHIND:
        held = health.hindrance(ground.connection)
    return Cause(
        _key(ground),
        BY_KEY[ground.standing],
        ground.connection,
        title=held.title if held is not None else "",
        words=words,
        since=(held.since if held is not None else None) or first,
    )


def _key(ground: Ground) -> str:
    """A name for the cause, the same for all steps of it."""
    same = (ground.standing, ground.connection.pk, ground.why)
    return hashlib.sha256(repr(same).encode()).hexdigest()[:12]


def overview(viewer: Viewer, steps: QuerySet[Any], found: Iterable[Cause]) -> list[Group]:
    """Every standing with its causes, and under each cause its longest waiting steps."""
    place = Window(RowNumber(), partition_by=F("standing"), order_by=[F("since"), F("pk")])
    first = list(shown(steps).annotate(place=place).filter(place__lte=MOST).order_by("since"))
    places = queues(viewer, first)
    by_key = {cause.key: cause for cause in found}
    for push in first:
        cause = by_key.get(_key(ground_of(push)))
        if cause is not None and len(cause.lines) < OF_ONE_CAUSE:
            cause.lines.append(told(push, places[push.pk]))
    groups = (
        Group(each, tuple(cause for cause in by_key.values() if cause.standing is each))
        for each in STANDINGS
    )
    return [group for group in groups if group.causes]
