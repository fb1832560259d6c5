"""The faults' worlds, and the tables they print at the end."""

from collections.abc import Callable, Iterator

import pytest
import time_machine

from tests.faults.line import Line
from tests.faults.sizes import SEED
from tests.faults.table import Reading, Row, printed, properties
from tests.faults.yard import START, Yard
from tests.world import World, played, world
from vendors.http import transport

__all__ = ["played", "world"]


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[Reading | Row], None]:
    """Puts a finding into the table of this run."""

    def tell(found: Reading | Row) -> None:
        request.node.user_properties.append(properties(found))

    return tell


@pytest.fixture
def yard(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    """The small world on a clock of its own, its vendor at the end of a line without sockets."""
    line = Line(world.played.simulator)
    monkeypatch.setattr(transport, "wire", lambda: line)
    monkeypatch.setattr(world.played.simulator, "sleep", lambda seconds: None)
    with time_machine.travel(START, tick=False) as clock:
        yield Yard(world, line, clock)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if hasattr(terminalreporter.config, "workerinput"):
        return  # a worker of xdist, whose reports its controller has
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    asides = [value for each in reports for name, value in each.user_properties if name == "storm"]
    began = f"Chance began with CASEPORT_FAULT_SEED={SEED}."
    for line in [*printed(reports), *asides, began]:
        terminalreporter.write_line(str(line))
