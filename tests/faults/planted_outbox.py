"""Eight bugs a sender of steps may have; the simulation must catch each of them."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Q
from django.utils import timezone
from pytest_django import Settings

from cases import access, outbox, pushes
from cases.models import Push, PushEvent
from cases.models.push import State
from cases.outbox import claiming, sending
from cases.pushes import Actor
from tests.faults.late_vendor import Wrapped
from vendors import markers
from vendors.contract import Vendor
from vendors.http.errors import Unclear
from vendors.vocabulary import Finding, Kind, Receipt, Sought

Verb = Callable[[Vendor, Push], Receipt]


@dataclass(frozen=True, slots=True)
class Soil:
    """Where a bug is planted, until its test ends."""

    patch: pytest.MonkeyPatch
    settings: Settings


def sends_again_at_once(soil: Soil) -> None:
    """A lost answer is taken for a failure, and the call made again."""

    def again(verb: Verb) -> Verb:
        def insist(vendor: Vendor, push: Push) -> Receipt:
            try:
                return verb(vendor, push)
            except Unclear:
                return verb(vendor, push)

        return insist

    soil.patch.setattr(sending, "VERBS", {k: again(verb) for k, verb in sending.VERBS.items()})


def claims_without_comparing(soil: Soil) -> None:
    """Two workers that saw the same step both take it."""

    def take(
        push: Push, to: State, actor: Actor, *, now: datetime, seconds: float, **columns: Any
    ) -> bool:
        columns |= {"token": uuid4(), "lease_until": now + timedelta(seconds=seconds)}
        _write(push, to, "claimed", **columns)
        return True

    soil.patch.setattr(pushes, "take", take)


def takes_silence_for_absence(soil: Soil) -> None:
    """What a silent worker held is sent again without a look."""

    def give_up(push: Push) -> bool:
        _write(push, State.PENDING, "its worker fell silent", token=None, lease_until=None)
        return True

    soil.patch.setattr(outbox, "_give_up", give_up)


def knows_no_order(soil: Soil) -> None:
    """A step does not wait for those before it."""
    soil.patch.setattr(pushes, "blocks", lambda kind: Q(pk__in=[]))
    for name in ("waiting", "oldest"):  # put into SQL again, and once more when the bug is gone
        soil.patch.setattr(claiming, name, cache(getattr(claiming, name).__wrapped__))


def has_no_patience(soil: Soil) -> None:
    """One look, at once, proves that nothing is there."""
    soil.settings.QUIET_HORIZON = (0.0,)


def marks_each_try_anew(soil: Soil) -> None:
    """A second try carries another marker than the one that is looked for."""

    def anew(verb: Verb) -> Verb:
        def mark(vendor: Vendor, push: Push) -> Receipt:
            sent = copy(push)
            sent.marker = markers.mint() if push.attempts > 1 else push.marker
            return verb(vendor, sent)

        return mark

    soil.patch.setattr(sending, "VERBS", {k: anew(verb) for k, verb in sending.VERBS.items()})


class TakesTheNewest(Wrapped):
    """Believes that the newest case is the one that was lost."""

    def find(self, sought: Sought) -> Finding:
        if sought.kind is not Kind.CREATE:
            return super().find(sought)
        newest = max((case.vendor_id for case in self.changed_cases(None)), default="")
        return Finding(found=Receipt(vendor_id=newest), matches=1) if newest else Finding()


def looks_for_the_newest_case(soil: Soil) -> None:
    """A look goes by time and not by the marker."""
    named = f"{TakesTheNewest.__module__}:{TakesTheNewest.__name__}"
    soil.patch.setenv("CASEPORT_EXTRA_VENDORS", named)


def forgets_whose_turn_it_is(soil: Soil) -> None:
    """A worker that lost its lease writes what it thinks all the same."""
    transition = pushes.transition

    def unfenced(push: Push, to: State, actor: Actor, why: str = "", **columns: Any) -> bool:
        push.token = access.worker_pushes().values_list("token", flat=True).get(pk=push.pk)
        return transition(push, to, actor, why, **columns)

    soil.patch.setattr(pushes, "transition", unfenced)
    soil.patch.setattr(pushes, "renew", lambda push, **given: True)


BUGS: Mapping[str, Callable[[Soil], None]] = {
    bug.__name__.replace("_", " "): bug
    for bug in (
        sends_again_at_once,
        claims_without_comparing,
        takes_silence_for_absence,
        knows_no_order,
        has_no_patience,
        marks_each_try_anew,
        looks_for_the_newest_case,
        forgets_whose_turn_it_is,
    )
}


def _write(push: Push, to: State, why: str, **columns: Any) -> None:
    """Set a state as nobody may."""
    last = PushEvent.objects.filter(push=push).count()
    access.worker_pushes().filter(pk=push.pk).update(state=to, **columns)
    PushEvent.objects.create(
        push=push, number=last + 1, was=push.state, now=to, why=why, at=timezone.now()
    )
    for name, value in {"state": to, **columns}.items():
        setattr(push, name, value)
