"""A worker is stopped, or sleeps past its lease, at every moment of every step's life."""

from collections.abc import Callable

import pytest

from tests.faults.moments import stop
from tests.faults.table import Row
from tests.faults.test_every_fault import FAULTS
from tests.faults.trial import ARRIVES_LATE, Trial
from tests.faults.yard import Yard
from vendors.vocabulary import Kind

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("kind", [Kind.CREATE, Kind.NOTE, Kind.FILE, Kind.CLOSE])
@pytest.mark.parametrize("fault", ["", ARRIVES_LATE, *FAULTS])
def test_a_worker_gone_at_any_moment_loses_and_doubles_nothing(
    yard: Yard, kind: Kind, fault: str, tell: Callable[[Row], None]
) -> None:
    trial = Trial(yard, kind, fault)
    moments = trial.live().passed
    assert trial.verdict() == ""
    for at in range(1, moments + 1):
        for then in (stop, yard.take_over, yard.take_over_twice):
            met = trial.live(at, then)
            assert met.met, f"moment {at} of {moments} did not come"
            assert trial.verdict() == "", f"{then.__name__} at {at} of {moments}, {met.met}"
    runs = 3 * moments + 1
    tell(Row(f"every moment of a {kind}", runs, faults=runs if fault else 0, kills=4 * moments))
