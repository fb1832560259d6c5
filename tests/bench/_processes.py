"""Processes as the kernel counts them: their children, the CPU they used, the memory they held."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """The processes started by this one that still run."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_ms(pids: Iterable[int]) -> float:
    """Milliseconds of CPU they used since they began, in steps of the kernel's clock."""
    return sum(1000 / TICKS * _ticks(pid) for pid in pids)


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])  # utime and stime, counted from the state


class Memory:
    """How much more than now each process holds at its worst, until `growth` is asked."""

    def __init__(self, pids: Iterable[int]) -> None:
        self.before = {pid: _kilobytes(pid, "VmRSS") for pid in pids}
        for pid in self.before:
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak is counted from here

    def growth(self) -> float:
        """MB (10^6 bytes) of the process that grew most."""
        grown = (_kilobytes(pid, "VmHWM") - held for pid, held in self.before.items())
        return max(grown) * 1024 / 1e6

    def held(self) -> float:
        """MB held at first by the largest of them."""
        return max(self.before.values()) * 1024 / 1e6


def _kilobytes(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
