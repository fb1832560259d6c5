"""What a measurement finds: milliseconds and CPU of repeated calls, beside a yardstick's."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

WARM_UPS = 2
HEADS = ("p50 ms", "p95 ms", "calls/s", "CPU ms", "x time", "x CPU")


def _nothing() -> None:
    """Needs no preparation."""


@dataclass(slots=True)
class Trial:
    """Something to call over and over; `prepare` runs before each call and is not measured.

    `wall` and `cpu` are milliseconds of each call, the CPU's being this process's own.
    """

    name: str
    call: Callable[[], object]
    prepare: Callable[[], object] = _nothing
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def run(self, times: int, seconds: float) -> None:
        """Call it so often, or for about so long, whichever ends first."""
        for _ in range(WARM_UPS):
            self.prepare()
            self.call()
        end = time.monotonic() + seconds
        for _ in range(times):
            self.prepare()
            started, used = time.perf_counter(), time.process_time()
            self.call()
            self.cpu.append(1000 * (time.process_time() - used))
            self.wall.append(1000 * (time.perf_counter() - started))
            if time.monotonic() > end:
                break

    @property
    def p50(self) -> float:
        return statistics.median(self.wall)

    @property
    def p95(self) -> float:
        return percentile(self.wall, 95)

    @property
    def cpu_ms(self) -> float:
        return statistics.median(self.cpu)

    def cells(self, beside: "Trial") -> list[str]:
        """This trial's figures, the last two as multiples of another's."""
        rate = 1000 * len(self.wall) / sum(self.wall)
        plain = [f"{self.p50:.1f}", f"{self.p95:.1f}", f"{rate:.0f}", f"{self.cpu_ms:.1f}"]
        return [*plain, f"{self.p50 / beside.p50:.1f}", f"{self.cpu_ms / beside.cpu_ms:.1f}"]


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent of them do not exceed."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


def in_turns(
    trials: Sequence[Trial], *, rounds: int = 3, times: int = 40, seconds: float = 2.0
) -> None:
    """Run the trials one after another, several times over, so that a busy moment hits them all."""
    for _ in range(rounds):
        for trial in trials:
            trial.run(times, seconds)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column to the left, numbers to the right."""
    lines = [head, *rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(head))]
    for line in lines:
        first, *others = (
            cell.rjust(width) if n else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        print("  ".join((first, *others)), flush=True)
