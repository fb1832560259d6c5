"""How fast workers take steps, in processes of their own; run by claims.py."""

import subprocess
import sys
from dataclasses import dataclass

from django.db import connection

from cases.models.push import State
from tests.bench._crowd import Crowd, analyse
from tests.bench._figures import table
from tests.servers import ROOT
from vendors.connections.models import Connection

SECONDS = 4.0
WORKERS = (1, 2, 4)
FEW, MANY = 10_000, 1_000_000
CROWD = 5_000
ENOUGH = 1_500  # steps due at the start of each trial
MOST = 1.5  # times the CPU of the first, judged by one worker: the seconds are the disk's too


@dataclass(frozen=True, slots=True)
class Speed:
    """Steps claimed and ended each second, and the CPU milliseconds of one, the database's too."""

    rate: float
    cpu_ms: float


def report() -> None:
    """The same work among few finished steps, among many, and beside another tenant's crowd."""
    crowd = Crowd()
    ours = [crowd.connect() for _ in range(4)]
    found = {}
    crowd.finish(ours[0], FEW)
    found[f"{FEW:,} finished steps"] = speeds(crowd, ours)
    crowd.finish(ours[0], MANY - FEW)
    found[f"{MANY:,} finished steps"] = speeds(crowd, ours)
    other = crowd.connect()
    crowd.add(other, (State.REFUSED,), CROWD)
    found[f"and {CROWD:,} refused elsewhere"] = speeds(crowd, ours)
    Connection.objects.filter(pk=other.pk).update(state=Connection.State.PAUSED)
    crowd.add(other, (State.PENDING,), CROWD)
    found[f"and {CROWD:,} behind a paused connection"] = speeds(crowd, ours)
    crowd.add(crowd.connect(), (State.REFUSED, State.PENDING), CROWD)
    found[f"and {CROWD:,} behind refused ones"] = speeds(crowd, ours)
    print(f"\nSteps claimed and ended each second, by workers, on {connection.vendor}.")
    heads = [f"{n} {unit}" for n in WORKERS for unit in ("at work", "CPU ms")]
    rows = [
        [name, *(cell for speed in row for cell in (f"{speed.rate:.0f}", f"{speed.cpu_ms:.1f}"))]
        for name, row in found.items()
    ]
    table(["", *heads], rows)
    first, *others = found.values()
    worst = max(row[0].cpu_ms / first[0].cpu_ms for row in others)
    print(f"Aim: no step costs one worker more than {MOST} times the first's CPU: ", end="")
    print(f"{'met' if worst <= MOST else 'MISSED'}, {worst:.1f} times.")


def speeds(crowd: Crowd, ours: list[Connection]) -> list[Speed]:
    """The speed of one, two and four workers on our connections."""
    found = []
    for workers in WORKERS:
        for each in ours:
            crowd.add(each, (State.PENDING,), ENOUGH // len(ours))
        analyse()
        found.append(speed(workers))
    return found


def speed(workers: int) -> Speed:
    """What so many processes do when they begin together."""
    command = [sys.executable, "-m", "tests.bench._claimer", str(SECONDS)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    began = [
        subprocess.Popen(command, cwd=ROOT, text=True, **pipes)  # type: ignore[call-overload]  # noqa: S603  our own program
        for _ in range(workers)
    ]
    for process in began:
        assert process.stdout.readline() == "ready\n"
    for process in began:
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate()[0].split() for process in began]
    steps = sum(int(each[0]) for each in told)
    return Speed(steps / SECONDS, sum(float(each[1]) for each in told) / steps)
