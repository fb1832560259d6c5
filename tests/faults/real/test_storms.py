"""Real processes, sockets, servers and kills: nothing lost, nothing doubled, on all we run on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import servers
from tests.faults.real.judge import Verdict, judge
from tests.faults.real.setups import SETUPS, SetUp
from tests.faults.real.storm import DRAIN_SECONDS, RATE, pass_over
from tests.faults.sizes import SEED, share
from tests.faults.table import Row

LEAST = 8  # kills, and faults: a storm in which nothing dies or fails proves nothing
EACH = share(450)


def storm(setup: SetUp, folder: Path) -> Verdict:
    folder.mkdir()
    return judge(pass_over(setup, folder, SEED, EACH))


@pytest.mark.timeout(3 * EACH / RATE + 4 * DRAIN_SECONDS)
def test_nothing_is_lost_or_doubled_in_any_storm(
    tmp_path: Path, tell: Callable[[Row], None], record_property: Callable[[str, object], None]
) -> None:
    with ThreadPoolExecutor(len(SETUPS)) as sky:  # side by side: most of their time is waiting
        storms = [sky.submit(storm, setup, tmp_path / setup.name) for setup in SETUPS]
    missing: list[servers.Missing] = []
    wrongs: list[str] = []
    for each in storms:
        try:
            verdict = each.result()
        except servers.Missing as absent:
            missing.append(absent)
            continue
        tell(verdict.row)
        record_property("storm", verdict.aside)
        wrongs += [f"{verdict.row.scenario}: {wrong}" for wrong in verdict.wrongs]
        assert verdict.row.runs >= EACH
        assert min(verdict.row.kills, verdict.row.faults) >= LEAST
    assert wrongs == []
    for gone in missing:
        servers.give_up(gone)
