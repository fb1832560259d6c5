"""A storm over one set-up: people work, the vendor misbehaves, processes and servers are killed.

Afterwards the faults end, everything is left alone until it stands still, and what was seen is
handed to the judge.
"""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from tests.faults.real.crowd import Crowd
from tests.faults.real.ground import Ground, ground
from tests.faults.real.plan import KINDS, cases_for
from tests.faults.real.producer import PEOPLE, Orders, read
from tests.faults.real.setups import CELERY, SetUp

RATE = 6.0
"""Pushes submitted each second."""
USUAL = 450
"""The pushes among which a set-up's acts are spread once; more pushes, more acts."""
CALM_FROM = 0.75
"""The share of the work in whose time the acts fall: the calls they cut are over 70 s later."""
DRAIN_SECONDS = 600.0
"""Bounds only what is stuck, on a machine that has five storms and other work at once."""
LEASE_AND_MORE = 8.0  # seconds a worker stands still to find its lease gone
CALLS_BETWEEN = 10  # calls to the vendor between two kills: only who works is worth killing
ARRIVED = 0.75  # the share of all deeds after whose arrival the vendor behaves
FAULTS: tuple[dict[str, Any], ...] = (
    {"fault": "reset_before"},
    {"fault": "reset_after"},
    {"fault": "hang_after", "seconds": 1},
    {"fault": "drip", "seconds": 1},
    {"fault": "429", "retry_after": 1},
    {"fault": "500_before"},
    {"fault": "500_after"},
    {"fault": "503", "retry_after": 1},
    {"fault": "truncated"},
    {"fault": "html"},
    {"fault": "wrong_type"},
)
SHARES = {"create": 0.25, "note": 0.25, "file": 0.25, "close": 0.25, "read": 0.08}
PREPARE = """
import django; django.setup()
from django.core.management import call_command
from portal import first_start
first_start.make_folders(); first_start.prepare_database(); call_command("seed_demo", verbosity=0)
"""
STANDS = {"needs_person", "refused", "parked"}


def rules(dice: random.Random) -> list[dict[str, Any]]:
    """The simulator's faults: each operation meets one of them with its share in all."""
    return [
        {
            **fault,
            "vendor": "akamai_v2",
            "operation": operation,
            "probability": 1 - (1 - share) ** (1 / len(FAULTS)),
            "seed": dice.getrandbits(32),
        }
        for operation, share in SHARES.items()
        for fault in FAULTS
    ]


class Step(NamedTuple):
    """A push as the portal's database has it."""

    id: Any
    state: str
    outcome: str
    payload: Any


class Event(NamedTuple):
    """One change of a push's state as the portal recorded it."""

    push: Any
    number: int
    was: str
    now: str


@dataclass
class Seen:
    """What a storm left behind, for the judge."""

    setup: SetUp
    seed: int
    cases: int
    seconds: float
    ledger: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    pushes: list[Step]
    events: list[Event]
    kills: int
    calm_at: float  # when the last act was over
    fell: list[tuple[str, str]]
    logs: dict[str, str]
    notes: list[dict[str, Any]]
    away: list[tuple[float, float]]


class Storm:
    """One storm while it lasts."""

    def __init__(self, ground: Ground, seed: int, pushes: int) -> None:
        self.ground = ground
        self.setup = ground.setup
        self.seed = seed
        self.cases = cases_for(pushes)
        self.seconds = pushes / RATE
        self.dice = random.Random(f"{seed} {self.setup.name}")
        self.crowd = Crowd(ground.folder)
        times = max(1, round(pushes / USUAL))
        self.acts = [act for act, often in self.setup.acts for _ in range(often * times)]
        self.dice.shuffle(self.acts)
        self.last_call = 0
        self.calm_at = 0.0

    def control(self, name: str, body: Any = None) -> Any:
        where = f"{self.ground.simulator}/_simulator/{name}"
        with httpx.Client(timeout=60, trust_env=False) as client:
            answer = client.get(where) if body is None else client.post(where, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pass_over(self) -> Seen:
        """The whole of it."""
        began = time.monotonic()
        try:
            self.prepare()
            self.rage()
            self.control("faults", [])
            self.drain()
            return self.look_back(time.monotonic() - began)
        finally:
            self.crowd.stop()

    def prepare(self) -> None:
        env = self.ground.env()
        port = str(self.ground.simulator_port)
        vendor = [sys.executable, "-m", "vendors.simulator", "--port", port]
        self.crowd.start("simulator", vendor, {**env, "TMPDIR": str(self.ground.folder)})
        self.run([sys.executable, "-c", PREPARE], env)
        self.control("faults", rules(self.dice))
        worker = [sys.executable, "manage.py", "worker"]
        for number, kind in enumerate(self.setup.workers):
            self.crowd.start(f"worker {number}", worker, self.ground.env(broker=kind == CELERY))
        for number in range(self.setup.beats):
            beat = [sys.executable, "-m", "celery", "-A", "portal", "beat"]
            notes = str(self.ground.folder / f"beat-{number}")
            self.crowd.start(f"beat {number}", [*beat, "--schedule", notes], env)
        for number in range(len(PEOPLE)):
            notes = str(self.ground.folder / f"notes-{number}")
            pause = len(PEOPLE) / RATE
            orders = Orders(self.seed, self.cases, number, pause, notes)
            self.crowd.start(f"producer {number}", orders.command(), env)

    def run(self, command: list[str], env: dict[str, str]) -> None:
        done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)  # noqa: S603  our own words
        assert done.returncode == 0, done.stderr

    def rage(self) -> None:
        """All acts, while people work; then until everything is submitted."""
        assert self.wait_for(lambda: bool(self.calls_since(0)), DRAIN_SECONDS), "nobody works"
        began = time.monotonic()
        for number, act in enumerate(self.acts):
            self.rest_until(began + CALM_FROM * self.seconds * number / len(self.acts))
            ACTS[act](self)
        self.calm_at = time.time()
        patience = self.seconds + DRAIN_SECONDS
        assert self.wait_for(lambda: self.crowd.finished("producer"), patience), "still submitting"
        self.wait_for(self.most_has_arrived, DRAIN_SECONDS)

    def rest_until(self, due: float) -> None:
        while time.monotonic() < due:
            self.crowd.tend()
            time.sleep(0.2)

    def most_has_arrived(self) -> bool:
        ((ended,),) = self.ground.rows("SELECT count(settled_at) FROM cases_push")
        return bool(ended >= ARRIVED * self.cases * len(KINDS))

    def wait_for(self, true: Callable[[], bool], seconds: float) -> bool:
        """Whether it became true in time; what falls meanwhile is started again."""
        until = time.monotonic() + seconds
        while not true():
            if time.monotonic() > until:
                return False
            self.crowd.tend()
            time.sleep(0.2)
        return True

    def drain(self) -> None:
        """Wait until nothing moves any more, or for so long that something is stuck."""
        self.wait_for(self.stands_still, DRAIN_SECONDS)

    def stands_still(self) -> bool:
        """Whether the first unfinished step of each case waits for a person."""
        unfinished = "SELECT case_id, state FROM cases_push WHERE settled_at IS NULL"
        first: dict[Any, str] = {}
        for case, state in self.ground.rows(f"{unfinished} ORDER BY position"):
            first.setdefault(case, state)
        time.sleep(0.8)
        return set(first.values()) <= STANDS

    # acts

    def working(self) -> list[str]:
        """The workers, once they are at work again after the last kill."""
        self.wait_for(lambda: len(self.calls_since(self.last_call)) >= CALLS_BETWEEN, 20)
        return self.crowd.named("worker")

    def calls_since(self, number: int) -> list[dict[str, Any]]:
        """The calls the vendor got after that one, as its own record has them."""
        calls: list[dict[str, Any]] = self.control(f"requests?after={number}")["requests"]
        return calls

    def note_last_call(self) -> int:
        self.last_call = max(
            (c["n"] for c in self.calls_since(self.last_call)), default=self.last_call
        )
        return self.last_call

    def kill(self, workers: Iterable[str]) -> None:
        for worker in workers:
            self.crowd.kill(worker)
        self.note_last_call()

    def kill_worker(self) -> None:
        self.kill([self.dice.choice(self.working())])

    def kill_child(self) -> None:
        """One of the processes in which Celery works dies, and its main process notices."""
        celery = self.working()[0]
        self.wait_for(lambda: self.crowd.kill_child(celery, self.dice), 30)

    def kill_beat(self) -> None:
        self.crowd.kill(self.dice.choice(self.crowd.named("beat")))

    def kill_producer(self) -> None:
        self.crowd.kill(self.dice.choice(self.crowd.named("producer")))

    def kill_in_flight(self) -> None:
        """Calls are on their way when every worker dies; the vendor acts on them afterwards."""
        workers = self.working()
        with self.crowd.standing_still("simulator"):
            time.sleep(1.0)
            for worker in workers:
                self.crowd.kill(worker)
        self.note_last_call()

    def kill_after_commit(self) -> None:
        """The vendor did a change and its answer is still on its way when every worker dies."""
        workers, before = self.working(), self.note_last_call()
        slow = {"vendor": "akamai_v2", "operation": "note", "fault": "hang_after"}
        self.control("faults", [{**slow, "times": 1, "seconds": 5}, *rules(self.dice)])

        def is_hanging() -> bool:
            return any(call["fault"] == "hang_after" for call in self.calls_since(before))

        self.wait_for(is_hanging, 10)
        self.kill(workers)

    def pause_worker(self) -> None:
        with self.crowd.standing_still(self.dice.choice(self.working())):
            time.sleep(LEASE_AND_MORE)

    def look_back(self, seconds: float) -> Seen:
        requests = self.control("requests")["requests"]
        ledger = self.control("ledger")["effects"]
        self.crowd.stop()
        members = self.crowd.members
        return Seen(
            setup=self.setup,
            seed=self.seed,
            cases=self.cases,
            seconds=seconds,
            ledger=[effect for effect in ledger if effect["by"] == "client"],
            requests=requests,
            pushes=[Step(*row) for row in self.ground.rows(STEPS)],
            events=[Event(*row) for row in self.ground.rows(EVENTS)],
            kills=self.crowd.kills.total() + self.ground.crashes,
            calm_at=self.calm_at,
            fell=self.crowd.fell,
            logs={name: each.log.read_text(errors="replace") for name, each in members.items()},
            notes=[note for path in self.ground.folder.glob("notes-*") for note in read(path)],
            away=self.ground.away,
        )


STEPS = "SELECT id, state, outcome, payload FROM cases_push"
EVENTS = "SELECT push_id, number, was, now FROM cases_pushevent ORDER BY push_id, number"

ACTS: dict[str, Callable[[Storm], object]] = {
    "kill_worker": Storm.kill_worker,
    "kill_child": Storm.kill_child,
    "kill_beat": Storm.kill_beat,
    "kill_producer": Storm.kill_producer,
    "kill_in_flight": Storm.kill_in_flight,
    "kill_after_commit": Storm.kill_after_commit,
    "pause_worker": Storm.pause_worker,
    "restart_database": lambda storm: storm.ground.restart_database(),
    "cut_connections": lambda storm: storm.ground.cut_connections(storm.dice),
    "flush_broker": lambda storm: storm.ground.flush_broker(),
    "crash_broker": lambda storm: storm.ground.crash_broker(),
    "lose_broker": lambda storm: storm.ground.crash_broker(10),
    "hang_broker": lambda storm: storm.ground.hang_broker(5),
}


def pass_over(setup: SetUp, folder: Path, seed: int, pushes: int) -> Seen:
    """A storm over a set-up of its own; raises Missing where a server is not installed."""
    with ground(setup, folder) as found:
        return Storm(found, seed, pushes).pass_over()
