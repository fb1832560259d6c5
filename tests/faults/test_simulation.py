"""Many histories by chance: whatever happened in them, each step was done once and in its order."""

from collections.abc import Callable
from random import Random

import pytest

from tests.faults.simulation import History
from tests.faults.sizes import SEED, share
from tests.faults.table import Row
from tests.faults.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)

PARTS = 40  # so that several processes share them
PUSHES = share(50_000)
ACTS = (40, 200, 600)


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_each_step_is_done_once_and_in_order(
    yard: Yard, part: int, tell: Callable[[Row], None]
) -> None:
    chance = Random(f"{SEED} {part}")
    pushes = faults = kills = 0
    while pushes < PUSHES / PARTS:
        seed, acts = chance.randrange(10**9), chance.choice(ACTS)
        history = History(yard, Random(seed))
        verdict = history.run(acts)
        assert verdict.is_clean, f"Random({seed}), {acts} acts: {verdict}"
        pushes += history.tally.pushes
        faults += history.tally.faults
        kills += history.tally.kills + history.tally.sleeps
    tell(Row("simulated histories", pushes, faults=faults, kills=kills))
