"""The life of one step, in which a worker is gone at one chosen moment."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from cases import access
from cases.models import Push
from cases.models.push import State
from tests.faults.moments import Moments, interrupted, stop
from tests.faults.yard import Yard
from vendors.simulator.faults import Fault
from vendors.vocabulary import Kind

ARRIVES_LATE = "late"
LATE = 20.0  # seconds: less than a vendor may take to show what it accepted


@dataclass
class Once:
    """Loses the first call that changes something, for so many seconds."""

    seconds: float
    is_over: bool = False

    def __call__(self, request: httpx.Request) -> float | None:
        if self.is_over or request.method != "POST":
            return None
        self.is_over = True
        return self.seconds


@dataclass
class Trial:
    """The life of one step of a kind, from its claim until it rests, with one fault waiting."""

    yard: Yard
    kind: Kind
    fault: str

    def live(self, at: int = 0, then: Callable[[], None] = stop) -> Moments:
        """Live it; a worker meets `then` at moment `at`, and the others go on."""
        push = self._owed()
        with interrupted(at, then) as moments:
            self._settle(push)
        self._settle(push)
        return moments

    def verdict(self) -> str:
        """What is wrong at the end, in words; empty if nothing is."""
        self.yard.pass_time(2 * LATE)
        verdict = self.yard.judge(at_rest=True)
        states = set(access.worker_pushes().values_list("state", flat=True))
        return "" if verdict.is_clean and states == {State.DONE} else f"{verdict} {states}"

    def _owed(self) -> Push:
        """A fresh step, due now; what it needs to be sent at all is there."""
        yard = self.yard
        yard.begin()
        kinds = () if self.kind is Kind.CREATE else (self.kind,)
        case = yard.estate.case()
        if kinds:
            yard.settle()
            case.refresh_from_db()
            yard.estate.owe(case, *kinds)
        if self.fault == ARRIVES_LATE:
            yard.line.lose = Once(LATE)
        elif self.fault:
            yard.fault(Fault("*", self.kind, self.fault, times=1))
        return access.worker_pushes().get(case=case, kind=self.kind)

    def _settle(self, push: Push) -> None:
        """Until it rests; a credential that was refused is proved good again by a person."""
        self.yard.settle(8)
        self.yard.mend()
        self.yard.settle()
