"""What the fault tests found: told as they run, in whichever process, and printed as one table.

Sessions of pytest that run one after another tell their rows to one file (`TOLD`), so that the
table stands over all of them.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True, slots=True)
class Reading:
    """One fault on one kind: what the page said first and last, beside the vendor's ledger."""

    fault: str
    kind: str
    first_said: str
    effects_then: int
    said_at_last: str
    effects: int
    attempts: int
    looks: int

    def row(self) -> "Row":
        """What it says of the promises."""
        return Row(
            "each fault on each kind, the page beside the ledger",
            runs=1,
            faults=1,
            doubled=max(0, self.effects - 1),
            said_done_but_absent=int(self.said_at_last == "with_vendor" and not self.effects),
            unhandled=int(self.said_at_last == "failed" and self.effects > 0),
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One scenario summed up: how often it ran, what was done to it, and what went wrong."""

    scenario: str
    runs: int  # the steps, or the single trials, it was made of
    faults: int = 0  # misbehaviours of the vendor that were met
    kills: int = 0  # workers stopped or put to sleep in their work, and servers killed
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    said_done_but_absent: int = 0
    unhandled: int = 0
    trials: int = 1  # rows summed up in this one


TOLD = "CASEPORT_FAULT_ROWS"  # where the rows of several sessions come together: a file's path
TABLES: dict[str, type[Reading] | type[Row]] = {"reading": Reading, "row": Row}


def properties(found: Reading | Row) -> tuple[str, Sequence[Any]]:
    """A finding as a test's report carries it from one process to another."""
    return type(found).__name__.lower(), list(astuple(found))


def printed(reports: Iterable[pytest.TestReport]) -> list[str]:
    """The lines of a session: each reading, then the table, whose rows are told to `TOLD` too."""
    told: dict[str, list[Any]] = {name: [] for name in TABLES}
    for report in reports:
        for name, value in report.user_properties:
            if name in TABLES and report.when == "call":
                told[name].append(TABLES[name](*value))  # type: ignore[misc]  # a finding's own cells
    rows = [*told["row"], *(reading.row() for reading in told["reading"])]
    if path := os.environ.get(TOLD):
        with Path(path).open("a") as file:
            file.writelines(f"{json.dumps(astuple(row))}\n" for row in rows)
    return [*_aligned(Reading, told["reading"]), *summed(rows)]


def told(path: Path) -> list[str]:
    """The lines of the table over all sessions that told their rows to this file."""
    return summed([Row(*json.loads(line)) for line in path.read_text().splitlines()])


def summed(rows: Iterable[Row]) -> list[str]:
    """A line for each scenario, over all its trials, and one for all of them."""
    by_scenario = defaultdict(list)
    for row in rows:
        by_scenario[row.scenario].append(row)
    lines = [_sum(scenario, trials) for scenario, trials in sorted(by_scenario.items())]
    return _aligned(Row, [*lines, _sum(f"{len(lines)} scenarios in all", lines)] if lines else [])


def _sum(scenario: str, trials: Sequence[Row]) -> Row:
    counts = (astuple(row)[1:] for row in trials)
    return Row(scenario, *map(sum, zip(*counts, strict=True)))


def _aligned(kind: type, rows: Sequence[Any]) -> list[str]:
    """A table's lines, words to the left and numbers to the right; none without rows."""
    if not rows:
        return []
    cells = [[each.name.replace("_", " ") for each in fields(kind)]]
    is_number = [each.type in (int, "int") for each in fields(kind)]
    cells += [[f"{cell:,}" if isinstance(cell, int) else cell for cell in astuple(r)] for r in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = (
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, is_number, strict=True)
        )
        for line in cells
    )
    return ["", *(line.rstrip() for line in lines)]
