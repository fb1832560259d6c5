"""Where workers are stopped and put to sleep: one process, one clock that moves when told to."""

from datetime import UTC, datetime, timedelta

import time_machine
from django.conf import settings
from django.db.models import Min
from django.utils import timezone

from cases import access, outbox
from cases.models import Push
from cases.models.push import ENDED, HELD, State
from tests.faults.estate import Estate
from tests.faults.line import Line, arrives
from tests.faults.moments import AFTER_CALL, interrupted
from tests.faults.oracle import Ledger, Verdict
from tests.world import World
from vendors.connections import health
from vendors.connections.models import Connection
from vendors.simulator.faults import Fault

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LANES = tuple(outbox.LANES)
AT_REST = (*ENDED, State.NEEDS_PERSON, State.REFUSED, State.PARKED)


class Yard:
    """One played vendor, its connection, and as many workers as anybody lets work."""

    def __init__(self, world: World, line: Line, clock: time_machine.Traveller) -> None:
        self.world = world
        self.line = line
        self._clock = clock
        self.simulator = world.played.simulator
        self.estate = Estate(world)

    def begin(self) -> None:
        """Nothing is owed, the vendor is as it was at first, the connection is sound."""
        self.estate.clear()
        self.simulator.faults.replace([])
        self.simulator.store.clear()
        self.line.owed.clear()
        self.line.lose = arrives
        self.mend()

    def fault(self, *faults: Fault) -> None:
        """The vendor's misbehaviours from now on."""
        self.simulator.faults.replace(list(faults))

    def mend(self) -> None:
        """Whatever stopped the connections is put right by a person."""
        for connection in Connection.objects.all():
            health.note_tested(connection)

    def pass_time(self, seconds: float) -> None:
        """Let time pass; what the vendor gets late happens in it, each at its own moment.

        A call that came only at the end of a long time would be refused for its old signature.
        """
        end = timezone.now() + timedelta(seconds=seconds)
        for at in sorted(at for at, _ in self.line.owed if at < end):
            self._clock.move_to(max(at, timezone.now()))
            self.line.arrive()
        self._clock.move_to(end)
        self.line.arrive()

    def work(self, most: int = 20) -> int:
        """Workers bring on whatever is due now; how many steps they did."""
        did = 0
        for lane in LANES:
            while did < most and outbox.run_one(lane):
                did += 1
        return did

    def hurry(self) -> None:
        """Let the time pass after which the next step or call is due; the sweep comes by."""
        now = timezone.now()
        unfinished = access.worker_pushes().filter(settled_at=None)
        ahead = unfinished.exclude(state__in=[*HELD, *AT_REST]).filter(not_before__gt=now)
        waiting = ahead.aggregate(at=Min("not_before"))
        held = unfinished.filter(state__in=HELD).aggregate(at=Min("lease_until"))
        closed = Connection.objects.aggregate(busy=Min("busy_until"), out=Min("outage_until"))
        dues = [at for at in (waiting["at"], held["at"], *closed.values()) if at and at > now]
        if dues:
            self.pass_time((min(dues) - now + timedelta(seconds=1)).total_seconds())
        outbox.sweep()

    def settle(self, rounds: int = 40) -> None:
        """Work and let time pass until every step rests."""
        for _ in range(rounds):
            self.work()
            if not access.worker_pushes().exclude(state__in=AT_REST).exists():
                return
            self.hurry()

    def take_over(self) -> None:
        """Time passes beyond every lease, and other workers go on with what they find."""
        self.pass_time(settings.LEASE_SECONDS + 1)
        outbox.sweep()
        self.settle(6)

    def take_over_twice(self) -> None:
        """As `take_over`, but the first worker to send again is stopped with its answer."""
        self.pass_time(settings.LEASE_SECONDS + 1)
        outbox.sweep()
        with interrupted(AFTER_CALL):
            self.settle(6)

    def pushes(self) -> list[Push]:
        return list(access.worker_pushes().select_related("case"))

    def judge(self, *, at_rest: bool = False) -> Verdict:
        ledger = Ledger(self.simulator.store.effects)
        return ledger.judge(self.pushes(), at_rest=at_rest)
