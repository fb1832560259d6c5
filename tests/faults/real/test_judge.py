"""The judge is tried: whatever went wrong in a storm, it says so under its name."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.faults.real.judge import AFTERMATH, FELL_SILENT, judge
from tests.faults.real.plan import Deed, deeds
from tests.faults.real.setups import SETUPS, SetUp
from tests.faults.real.storm import Event, Seen, Step

SEED = 7
LOG = """2026-11-28 19:06:14,480 ERROR portal.loop sweep failed and goes on
    Traceback (most recent call last):
      File "cases/tasks.py", line 1, in sweep
    ValueError: nobody foresaw it
"""


LIBRARYS = LOG.replace("cases/tasks.py", "/x/site-packages/celery/worker/cases/pool.py")


def effect(n: int, deed: Deed) -> dict[str, Any]:
    """What the vendor writes down when it is asked for a deed."""
    if deed.kind == "create":
        body = {"description": deed.text}
    else:
        body = {"comment": f"{deed.text}\n[ref P-0123ABCD]"}
    file = {"name": deed.file_name, "sha256": deed.sha256} if deed.kind == "file" else None
    return {"n": n, "operation": deed.kind, "case": "F-CS-1", "body": body, "file": file}


@pytest.fixture
def seen() -> Seen:
    """A storm over one case in which all went well."""
    done = deeds(SEED, 1)
    return Seen(
        setup=SETUPS[0],
        seed=SEED,
        cases=1,
        seconds=1.0,
        ledger=[effect(n, deed) for n, deed in enumerate(done)],
        requests=[],
        pushes=[Step(deed.key, "done", "", deed.text) for deed in done],
        events=[
            Event(deed.key, number, was, now)
            for deed in done
            for number, was, now in ((1, "", "pending"), (2, "pending", "done"))
        ],
        kills=0,
        calm_at=0.0,
        fell=[],
        logs={},
        notes=[],
        away=[],
    )


def wrongs(seen: Seen) -> set[str]:
    return {wrong.partition(":")[0] for wrong in judge(seen).wrongs}


def stand(seen: Seen, step: int, state: str, outcome: str = "") -> None:
    """Let the step stand in another state than done, its effect and its last event taken back."""
    seen.ledger = [e for e in seen.ledger if e["n"] != step]
    seen.pushes[step] = seen.pushes[step]._replace(state=state, outcome=outcome)
    seen.events = [e for e in seen.events if e[:2] != (f"0-{step}", 2)]
    if state != "pending":
        seen.events.append(Event(f"0-{step}", 2, "pending", state))


def test_a_storm_in_which_all_went_well_has_no_wrongs(seen: Seen) -> None:
    assert judge(seen).wrongs == []


def lose(seen: Seen) -> None:
    del seen.ledger[3], seen.pushes[3]


def double(seen: Seen) -> None:
    seen.ledger.append({**seen.ledger[-1], "n": 99})


def swap(seen: Seen) -> None:
    seen.ledger[2]["n"], seen.ledger[3]["n"] = 3, 2


def send_elsewhere(seen: Seen) -> None:
    seen.ledger[2]["case"] = "F-CS-2"


def boast(seen: Seen) -> None:
    del seen.ledger[3]


def alter(seen: Seen) -> None:
    seen.ledger[3]["body"]["comment"] += "."


def alter_file(seen: Seen) -> None:
    seen.ledger[6]["file"]["sha256"] = "0"


def skip_an_event(seen: Seen) -> None:
    del seen.events[5]


def leave_waiting(seen: Seen) -> None:
    stand(seen, 12, "pending")


def ask_without_need(seen: Seen) -> None:
    stand(seen, 12, "needs_person", "Something alike is there.")


def raise_in_a_worker(seen: Seen) -> None:
    seen.logs["worker 0"] = LOG


def refuse_a_submit(seen: Seen) -> None:
    seen.notes.append({"raised": "ValueError: no", "began": 1.0, "ended": 1.0})


def fall(seen: Seen) -> None:
    seen.fell.append(("beat 0", "not a word"))


@pytest.mark.parametrize(
    ("go_wrong", "name"),
    [
        (lose, "lost"),
        (double, "doubled"),
        (swap, "out_of_order"),
        (send_elsewhere, "out_of_order"),
        (boast, "said_done_but_absent"),
        (alter, "altered"),
        (alter_file, "altered"),
        (skip_an_event, "unrecorded"),
        (leave_waiting, "unfinished"),
        (ask_without_need, "unfinished"),
        (raise_in_a_worker, "unhandled"),
        (refuse_a_submit, "unhandled"),
        (fall, "unhandled"),
    ],
)
def test_what_went_wrong_is_named(seen: Seen, go_wrong: Callable[[Seen], None], name: str) -> None:
    go_wrong(seen)
    assert wrongs(seen) == {name}


def test_a_question_after_three_deaths_is_no_wrong_and_holds_up_what_is_behind(seen: Seen) -> None:
    stand(seen, 11, "needs_person", FELL_SILENT)
    stand(seen, 12, "pending")
    verdict = judge(seen)
    assert verdict.wrongs == []
    assert "1 need a person" in verdict.aside


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.name)
def test_a_brokers_library_may_stumble_where_there_is_a_broker_soon_after_a_kill(
    seen: Seen, setup: SetUp
) -> None:
    seen.setup, seen.logs = setup, {"worker 0": LIBRARYS}
    seen.calm_at = datetime(2026, 11, 28, 19, 6, tzinfo=UTC).timestamp()
    assert (wrongs(seen) == set()) is bool(setup.broker)
    seen.calm_at -= AFTERMATH
    assert wrongs(seen) == {"unhandled"}


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.name)
def test_an_error_with_a_line_of_ours_in_it_is_never_a_librarys(seen: Seen, setup: SetUp) -> None:
    seen.setup, seen.logs = setup, {"worker 0": LOG}
    seen.calm_at = datetime(2026, 11, 28, 19, 6, tzinfo=UTC).timestamp()
    assert wrongs(seen) == {"unhandled"}
