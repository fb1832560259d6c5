"""The same acts chosen by Hypothesis, which makes a history that goes wrong a short one."""

from random import Random
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.faults.simulation import History
from tests.faults.sizes import share
from tests.faults.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)


class Acts(RuleBasedStateMachine):
    """People, workers, clocks and the vendor take turns; the ledger is asked after each."""

    yard: ClassVar[Yard]

    def __init__(self) -> None:
        super().__init__()
        self.history = History(self.yard, Random(0))

    @initialize(chance=st.randoms(use_true_random=False))
    def begin(self, chance: Random) -> None:
        self.history.chance = chance
        self.history.begin()

    @rule(name=st.sampled_from(sorted(History.WEIGHTS)))
    def act(self, name: str) -> None:
        self.history.act(name)

    @invariant()
    def the_ledger_agrees(self) -> None:
        assert self.yard.judge().worst == ""

    def teardown(self) -> None:
        assert self.history.end().worst == ""


def test_no_order_of_acts_loses_or_doubles_a_step(yard: Yard) -> None:
    Acts.yard = yard
    run_state_machine_as_test(
        Acts,
        settings=settings(
            max_examples=share(20),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
