"""A vendor that acts long after the answer was lost: found in time, never asked twice."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from cases.models.push import State
from tests.faults.late_vendor import Lateness
from tests.faults.reading import KINDS
from tests.faults.table import Reading
from tests.faults.walking import begin, fall_silent, lateness, walk
from tests.world import World


@pytest.fixture
def late(world: World, monkeypatch: pytest.MonkeyPatch) -> Lateness:
    return lateness(world, monkeypatch)


@pytest.mark.parametrize("lasts", [0.0, 1200.0])
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_vendor_does_late_is_found_and_not_sent_again(
    world: World,
    late: Lateness,
    kind: str,
    lasts: float,
    monkeypatch: pytest.MonkeyPatch,
    tell: Callable[[Reading], None],
) -> None:
    late.lasts = lasts
    case = begin(world, kind, monkeypatch)
    last = walk(world, case, kind, late)
    push = world.push(case, kind)
    told = "late, long call" if lasts else "late"
    tell(Reading(told, kind, "unconfirmed", 0, last, 1, push.attempts, push.looks))
    assert (push.state, last, push.attempts) == (State.DONE, "with_vendor", 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_call_that_outlives_its_worker_is_waited_for(
    world: World,
    late: Lateness,
    kind: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tell: Callable[[Reading], None],
) -> None:
    case = begin(world, kind, monkeypatch)
    fall_silent(world, kind, late, settings)
    last = walk(world, case, kind, late)
    push = world.push(case, kind)
    tell(Reading("worker dies", kind, "unconfirmed", 0, last, 1, push.attempts, push.looks))
    assert (push.state, last, push.attempts) == (State.DONE, "with_vendor", 1)
