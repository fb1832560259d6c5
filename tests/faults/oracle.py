"""What the vendor's ledger says of our steps: the only judge of what was lost or doubled."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from cases.models import Push, PushEvent
from cases.models.push import State
from vendors import markers

MARKER = re.compile(r"P-[0-9A-HJKMNP-TV-Z]{8}(?:-\d+)?")
NOT_THERE = (State.WITHDRAWN, State.SKIPPED, State.REFUSED, State.PARKED, State.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The markers of steps with which something is wrong, by what is wrong."""

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    out_of_order: tuple[str, ...] = ()
    said_done_but_absent: tuple[str, ...] = ()
    said_not_sent_but_there: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()  # the vendor got something else than was written
    unasked: tuple[str, ...] = ()  # the vendor did what none of these steps says
    unrecorded: tuple[str, ...] = ()  # a state no event leads to

    @property
    def is_clean(self) -> bool:
        return not self.worst

    @property
    def worst(self) -> str:
        """The first thing that is wrong, in words; empty if nothing is."""
        found = (each.name for each in fields(self) if getattr(self, each.name))
        return next(found, "").replace("_", " ")


@dataclass
class Ledger:
    """The effects of one ledger by the marker each carries."""

    effects: Iterable[dict[str, Any]]
    by_marker: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for effect in self.effects:
            if effect["by"] == "client":
                for marker in set(MARKER.findall(str(effect["body"]))):
                    self.by_marker.setdefault(marker, []).append(effect)

    def of(self, push: Push) -> list[dict[str, Any]]:
        return self.by_marker.get(push.marker, [])

    def judge(self, pushes: Iterable[Push], *, at_rest: bool = False) -> Verdict:
        """Compare these steps with the ledger; `at_rest`: everything that can be done was done."""
        found = list(pushes)
        there = {push.marker: len(self.of(push)) for push in found}
        return Verdict(
            lost=_those(found, lambda p: at_rest and not _is_over(p) and not there[p.marker]),
            doubled=_those(found, lambda p: there[p.marker] > 1),
            out_of_order=tuple(self._out_of_order(found)),
            said_done_but_absent=_those(
                found, lambda p: p.state == State.DONE and not there[p.marker]
            ),
            said_not_sent_but_there=_those(
                found, lambda p: p.state in NOT_THERE and bool(there[p.marker])
            ),
            changed=_those(found, self._is_changed),
            unasked=tuple(self.by_marker.keys() - there.keys()),
            unrecorded=tuple(_unrecorded(found)),
        )

    def _is_changed(self, push: Push) -> bool:
        text = push.payload.get("text")
        bodies = (str(effect["body"].get("comment", "")) for effect in self.of(push))
        return text is not None and any(markers.split(body)[0] != text for body in bodies)

    def _out_of_order(self, pushes: Iterable[Push]) -> Iterator[str]:
        latest: Counter[Any] = Counter()
        for push in sorted(pushes, key=lambda p: p.position):
            for effect in self.of(push)[:1]:
                if effect["n"] < latest[push.case_id]:
                    yield push.marker
                latest[push.case_id] = max(latest[push.case_id], effect["n"])


def _is_over(push: Push) -> bool:
    return push.state in (*NOT_THERE, State.NEEDS_PERSON)


def _those(pushes: Iterable[Push], wrong: Any) -> tuple[str, ...]:
    return tuple(push.marker for push in pushes if wrong(push))


def _unrecorded(pushes: Iterable[Push]) -> Iterator[str]:
    """Steps whose events do not lead, one from another, to where they stand."""
    found = {push.pk: push for push in pushes}
    events: dict[Any, list[PushEvent]] = {}
    for event in PushEvent.objects.filter(push__in=found).order_by("number"):
        events.setdefault(event.push_id, []).append(event)
    for pk, push in found.items():
        told = events.get(pk, [])
        chain = zip(["", *(event.now for event in told)], told, strict=False)
        if any(event.was != before for before, event in chain) or told[-1].now != push.state:
            yield push.marker
