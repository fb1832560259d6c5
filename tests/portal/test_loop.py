import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from cases import outbox
from portal import nudge, schedule
from portal.loop import Duty, Loop, duties
from portal.management.commands.worker import Command
from tests.portal.serving import wait_for

PATIENCE = 60.0


class Work:
    """A duty's function that counts its calls and answers what the test lined up, then False."""

    def __init__(self, *answers: bool | BaseException) -> None:
        self.calls: list[bool] = []
        self.reached = threading.Condition()
        self._answers = list(answers)

    def __call__(self, rung: bool) -> bool:
        with self.reached:
            self.calls.append(rung)
            self.reached.notify_all()
        answer = self._answers.pop(0) if self._answers else False
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def wait_for(self, calls: int) -> bool:
        with self.reached:
            return self.reached.wait_for(lambda: len(self.calls) >= calls, PATIENCE)


Start = Callable[..., Loop]


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Start]:
    settings.DATA = tmp_path
    running: list[tuple[Loop, threading.Thread]] = []

    def run(*duties: Duty) -> Loop:
        loop = Loop(duties)
        thread = threading.Thread(target=loop.run)
        thread.start()
        running.append((loop, thread))
        return loop

    yield run
    for loop, thread in running:
        loop.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_work_is_looked_for_at_once_and_again_after_the_pause(start: Start) -> None:
    work = Work()
    start(Duty("polling", work, 0.01))

    assert work.wait_for(3)


def test_work_that_did_something_is_called_again_without_a_pause(start: Start) -> None:
    work = Work(True, True, True)
    start(Duty("draining", work, 3600))

    assert work.wait_for(4)


def test_a_nudge_wakes_the_lane_it_names_and_no_other(start: Start) -> None:
    steps, files = Work(), Work()
    start(Duty("steps", steps, 3600, "steps"), Duty("files", files, 3600, "files"))
    assert steps.wait_for(1)
    assert files.wait_for(1)

    while len(files.calls) < 2:  # the first nudges may come before the ear is open
        nudge.ring("files")
        time.sleep(0.01)

    assert files.calls[1] is True
    assert steps.calls == [False]


def test_a_failure_is_logged_and_the_work_goes_on(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    work = Work(ValueError("a poisoned row"))
    start(Duty("failing", work, 0.01))

    assert work.wait_for(2)
    assert "a poisoned row" in caplog.text


def test_a_thread_that_dies_ends_the_worker_so_that_it_is_restarted(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA = tmp_path
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    assert Loop((Duty("dying", Work(SystemExit()), 3600),)).run() is False


def test_stopping_finishes_what_is_in_flight_and_claims_no_more(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    ended: list[bool] = []

    def deliver(rung: bool) -> bool:
        loop.stop()
        ended.append(rung)
        return True

    loop = Loop((Duty("in flight", deliver, 0.01),))

    assert loop.run() is True
    assert ended == [False]


def test_a_worker_has_threads_for_steps_for_files_and_for_each_job() -> None:
    names = [duty.name for duty in duties(steps=3, files=1)]

    assert names == ["steps-1", "steps-2", "steps-3", "files-1"] + [j.name for j in schedule.JOBS]


def test_one_ring_wakes_one_of_the_threads_that_have_nothing_to_do(start: Start) -> None:
    first, second = Work(), Work()
    loop = start(Duty("1", first, 3600, "steps"), Duty("2", second, 3600, "steps"))
    assert first.wait_for(1)  # its first call comes by itself: a ring before it wakes nobody
    assert second.wait_for(1)
    assert wait_for(lambda: len(loop._idle) == 2 and list(nudge.folder().glob("*.sock")))
    nudge.ring("steps")
    assert wait_for(lambda: len(first.calls) + len(second.calls) == 3)
    assert wait_for(lambda: len(loop._idle) == 2)
    assert len(first.calls) + len(second.calls) == 3


def test_one_connection_cannot_hold_every_thread_of_a_worker() -> None:
    told = vars(Command().create_parser("manage.py", "worker").parse_args([]))
    for lane, calls in outbox.IN_FLIGHT.items():
        assert told[lane] > calls
