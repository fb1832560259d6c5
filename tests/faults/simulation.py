"""Chance at work: people, workers, vendors and clocks do what they may do, in any order.

Everything is decided by one seed, so that what went wrong once can be had again.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import httpx
from django.db.models import QuerySet
from django.utils import timezone

from cases import access, actions, outbox
from cases.actions import Rejected
from cases.models import Case, Push
from cases.models.push import State
from tests.faults.line import arrives
from tests.faults.moments import interrupted, stop
from tests.faults.oracle import Ledger, Verdict
from tests.faults.yard import LANES, Yard
from vendors.connections.models import Connection
from vendors.simulator.faults import AFTER, BEFORE, Fault
from vendors.vocabulary import Kind

CASES = 12  # of one history: enough to get in each other's way
MOST_MOMENTS = 24  # no step's call and look together have more
SEEN = "read in the vendor's ledger"
LATE = 25.0  # seconds: less than a vendor may take to show what it accepted
MEANWHILE = ("work", "work", "sweep", "hurry", "pull", "stop_a_worker")
FAULTS = tuple(sorted((BEFORE | AFTER) - {"expired_credential"}))


@dataclass
class Tally:
    """What happened in one history."""

    pushes: int = 0
    faults: int = 0
    kills: int = 0
    sleeps: int = 0
    settled_by_people: int = 0
    lost_calls: int = 0


@dataclass
class History:
    """One history of a few cases, from nothing owed until everything rests."""

    yard: Yard
    chance: random.Random
    tally: Tally = field(default_factory=Tally)
    cases: list[Case] = field(default_factory=list)
    _depth: int = 0

    WEIGHTS: ClassVar[Mapping[str, int]] = {
        "owe": 12,
        "work": 40,
        "stop_a_worker": 6,
        "sleep_through_a_lease": 4,
        "pass_time": 18,
        "jump_an_hour": 1,
        "hurry": 12,
        "sweep": 4,
        "misbehave": 6,
        "behave": 3,
        "withdraw": 2,
        "pause": 1,
        "resume": 3,
        "pull": 1,
    }

    def run(self, acts: int) -> Verdict:
        """So many acts by chance, then the end; what is wrong at last."""
        self.begin()
        names, weights = list(self.WEIGHTS), list(self.WEIGHTS.values())
        for _ in range(acts):
            self.act(self.chance.choices(names, weights)[0])
        return self.end()

    def begin(self) -> None:
        random.seed(self.chance.getrandbits(32))  # of which our own pauses are drawn
        self.yard.begin()
        self.yard.line.lose = self._lose
        self.cases.clear()
        if self.chance.random() < 0.5:
            self.misbehave()

    def act(self, name: str) -> None:
        """Do one thing that may happen at any time."""
        getattr(self, name)()

    def end(self) -> Verdict:
        """Faults are over and people settle what is theirs: then everything must come to rest."""
        yard = self.yard
        yard.fault()
        yard.line.lose = arrives
        yard.pass_time(2 * LATE)
        for _ in range(30):
            self.resume()
            yard.mend()
            yard.settle()
            if not self._settle_by_people():
                break
        self.tally.pushes = access.worker_pushes().count()
        self.tally.faults = self.tally.lost_calls + sum(
            request["fault"] is not None for request in yard.simulator.store.requests
        )
        return yard.judge(at_rest=True)

    # people

    def owe(self) -> None:
        """Somebody files a case, or adds something to one."""
        if len(self.cases) < CASES:
            more = self.chance.choices([Kind.NOTE, Kind.FILE], [5, 1], k=self.chance.randint(0, 3))
            self.cases.append(self.yard.estate.case(*more))
            return
        case = self.chance.choice(self.cases)
        more = self.chance.choices([Kind.NOTE, Kind.FILE], [5, 1], k=self.chance.randint(1, 4))
        is_closing = access.worker_pushes().filter(case=case, kind=Kind.CLOSE).exists()
        if not is_closing and self.chance.random() < 0.3:
            more.insert(self.chance.randint(0, len(more)), Kind.CLOSE)
        self.yard.estate.owe(case, *more)

    def withdraw(self) -> None:
        """Somebody takes back a step; it may be too late."""
        waiting = access.worker_pushes().filter(state=State.PENDING).exclude(kind=Kind.CREATE)
        if push := self._any(waiting):
            try:
                actions.withdraw(viewer=self.yard.world.viewer("casey"), push=push)
            except Rejected:  # the workers were faster
                return

    def pause(self) -> None:
        Connection.objects.update(state=Connection.State.PAUSED)

    def resume(self) -> None:
        Connection.objects.update(state=Connection.State.ACTIVE)

    def _settle_by_people(self) -> int:
        """A person looks at the vendor and says what is there; how many steps they settled."""
        riley = self.yard.world.viewer("riley")
        ledger = Ledger(self.yard.simulator.store.effects)
        asked = list(access.worker_pushes().filter(state=State.NEEDS_PERSON))
        for push in asked:
            there = ledger.of(push)
            if there:
                number = there[0]["case"] if push.kind == Kind.CREATE else ""
                actions.confirm_found(
                    viewer=riley, push=push, vendor_id=number, reason=SEEN, anyway=number
                )
            else:
                actions.confirm_absent(viewer=riley, push=push, reason=SEEN)
        self.tally.settled_by_people += len(asked)
        return len(asked)

    # workers

    def work(self) -> None:
        """A worker looks for work, mostly where there may be some."""
        due = access.worker_pushes().filter(queue__in=LANES, not_before__lte=timezone.now())
        lanes = sorted(set(due.order_by().values_list("queue", flat=True))) or [LANES[0]]
        outbox.run_one(self.chance.choice(lanes))

    def stop_a_worker(self) -> None:
        """A worker is killed somewhere in what it does."""
        with interrupted(self.chance.randint(1, MOST_MOMENTS), self._stop):
            self.work()

    def _stop(self) -> None:
        self.tally.kills += 1
        stop()

    def sleep_through_a_lease(self) -> None:
        """A worker stands still somewhere while the world goes on, then goes on itself."""
        with interrupted(self.chance.randint(1, MOST_MOMENTS), self._meanwhile):
            self.work()

    def _meanwhile(self) -> None:
        self.tally.sleeps += 1
        self.yard.pass_time(self.chance.choice((1, 40, 100, 400, 2000)))
        for _ in range(self.chance.randint(1, 6)):
            self.act(self.chance.choice(MEANWHILE))

    def sweep(self) -> None:
        outbox.sweep()

    def pull(self) -> None:
        """The mirror is brought up to date, which may settle steps."""
        self.yard.world.pull()

    # time and the vendor

    def pass_time(self) -> None:
        self.yard.pass_time(self.chance.choice((0.1, 1, 5, 30, 95)))

    def jump_an_hour(self) -> None:
        """Somebody sets the clock, or the machine was suspended."""
        self.yard.pass_time(3600)

    def hurry(self) -> None:
        self.yard.hurry()

    def misbehave(self) -> None:
        """The vendor has a bad time."""
        names = self.chance.sample(FAULTS, 3)
        chances = ((name, self.chance.choice((0.1, 0.3, 0.6))) for name in names)
        rules = [
            Fault("*", operation, name, probability=odds, seed=self.chance.randrange(10**6))
            for name, odds in chances
            for operation in self.chance.choices(("*", "read"), (2, 1))
        ]
        self.yard.fault(*rules)

    def behave(self) -> None:
        self.yard.fault()
        self.yard.mend()

    def _lose(self, request: httpx.Request) -> float | None:
        """Some calls that change something get lost, and reach the vendor all the same, late."""
        if request.method != "POST" or self.chance.random() > 0.05:
            return None
        self.tally.lost_calls += 1
        return self.chance.uniform(0, LATE)

    def _any(self, found: QuerySet[Push]) -> Push | None:
        rows = list(found.order_by("case__reference", "position").values_list("pk", flat=True))
        return found.select_related("case").get(pk=self.chance.choice(rows)) if rows else None
