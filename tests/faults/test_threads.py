"""Many workers and many pages at one database: order is kept, and nobody finds it locked."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bench import _child
from tests.faults.sizes import share
from tests.faults.table import Row
from tests.portal.serving import environment
from tests.servers import ROOT, Missing, give_up

CASES, STEPS, WRITES = min(share(12), 200), min(share(6), 25), share(100)
"""Of the whole: 200 cases of 25 steps and 8 times 2,000 writes are CASEPORT_FAULT_TIMES=20."""


@pytest.mark.timeout(1800)  # the whole of it takes its time
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_steps_of_a_case_stay_in_order_and_nothing_is_locked(
    database: str, tmp_path: Path, tell: Callable[[Row], None]
) -> None:
    try:
        found = run_on(database, tmp_path)
    except Missing as missing:
        give_up(missing)
        return
    tell(
        Row(
            f"8 workers beside pages, {database}",
            runs=found["pushes"],
            lost=found["lost"],
            doubled=found["doubled"],
            out_of_order=found["out_of_order"],
            said_done_but_absent=found["said_done_but_absent"],
            unhandled=len(found["wrong"]) + len(found["failed"]),
        )
    )
    assert (found["wrong"], found["failed"]) == ([], [])
    assert found["pushes"] == CASES * (STEPS + 1)
    assert found["pages"] > 0
    wrong = ("lost", "doubled", "out_of_order", "said_done_but_absent", "changed", "unwritten")
    assert {name: found[name] for name in wrong} == dict.fromkeys(wrong, 0)


def run_on(database: str, folder: Path) -> dict[str, Any]:
    """What the threads found; raises servers.Missing."""
    if database == "postgres":
        with _child.postgres() as url:
            return run(folder, DATABASE_URL=url)
    return run(folder)


def run(folder: Path, **changes: str) -> dict[str, Any]:
    env = environment(folder, DJANGO_SETTINGS_MODULE="portal.settings", **changes)
    command = [sys.executable, "-m", "tests.faults.threads", str(CASES), str(STEPS), str(WRITES)]
    done = subprocess.run(  # noqa: S603  our own program
        command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
