"""A harness that never fails proves nothing: each of eight planted bugs must be caught by it."""

from collections.abc import Callable, Iterator
from random import Random

import pytest
from django.db import IntegrityError
from pytest_django import Settings

from cases.actions import Rejected
from cases.pushes import ForbiddenMove
from tests.faults.planted_outbox import BUGS, Soil
from tests.faults.simulation import History
from tests.faults.sizes import SEED
from tests.faults.table import Row
from tests.faults.trial import ARRIVES_LATE, LATE, Trial
from tests.faults.yard import Yard
from vendors.vocabulary import Kind

pytestmark = pytest.mark.django_db(transaction=True)

HISTORIES, ACTS = 40, 250
TRIED = (
    (Kind.NOTE, ARRIVES_LATE),
    (Kind.CREATE, "reset_before"),
    (Kind.NOTE, "reset_after"),
    (Kind.NOTE, "429"),
)


@pytest.mark.parametrize("bug", BUGS)
def test_each_planted_bug_is_caught(
    yard: Yard,
    bug: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tell: Callable[[Row], None],
) -> None:
    BUGS[bug](Soil(monkeypatch, settings))
    for tried, found in enumerate(attempts(yard, Random(f"{SEED} {bug}")), 1):
        if found:
            tell(Row(f"planted: {bug}: {found}", tried))
            return
    pytest.fail(f"nothing caught a sender that {bug}")


def attempts(yard: Yard, chance: Random) -> Iterator[str]:
    """What each trial and each history found wrong, in words; empty where it found nothing."""
    for kind, fault in TRIED:
        trial = Trial(yard, kind, fault)
        for at in range(12):  # 0: nobody is stopped
            for then in (yard.take_over, yard.take_over_twice):
                yield caught("at a moment", lambda: _live(trial, at, then))  # noqa: B023  called at once
    for _ in range(HISTORIES):
        history = History(yard, Random(chance.randrange(10**9)))
        yield caught("by chance", lambda: history.run(ACTS).worst)  # noqa: B023  called at once


def _live(trial: Trial, at: int, then: Callable[[], None]) -> str:
    trial.live(at, then)
    trial.yard.pass_time(2 * LATE)
    return trial.yard.judge().worst


def caught(where: str, run: Callable[[], str]) -> str:
    """What a run found wrong; a rule of the code's own or of the database's that broke counts."""
    try:
        wrong = run()
    except (IntegrityError, ForbiddenMove, Rejected) as error:
        wrong = type(error).__name__
    return wrong and f"{wrong}, {where}"
