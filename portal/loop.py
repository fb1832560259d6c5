"""The built-in worker: threads that deliver steps and files and run the periodic jobs.

It replaces broker, Celery worker and beat on one machine. Rows are the jobs, so a loop beside
other loops or beside Celery workers is harmless: claims are exclusive and jobs take leases.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db import connections
from django.utils.module_loading import import_string

from portal import nudge, schedule

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
LANE_SECONDS = 5.0
"""The sweep rings for what falls due each second; a lane looks by itself only this often."""
LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Duty:
    """What one thread does over and over: `call` when `bell` rings and after `seconds` without.

    `call` is told whether it was rung for and says whether it did anything; while it did, it is
    called again at once.
    """

    name: str
    call: Callable[[bool], bool]
    seconds: float
    bell: str = ""


def _deliver(function: str, rung: bool) -> bool:
    return bool(import_string(function)())


def _run(job: schedule.Job, rung: bool) -> bool:
    schedule.run(job, asked=rung)
    return False  # a job empties its own queue


def duties(steps: int, files: int) -> tuple[Duty, ...]:
    """The threads of one worker: for steps, for files, and one for each periodic job."""
    lanes = (("steps", steps), ("files", files))
    return tuple(
        Duty(f"{lane}-{n}", partial(_deliver, f"cases.tasks.deliver_{lane}"), LANE_SECONDS, lane)
        for lane, threads in lanes
        for n in range(1, threads + 1)
    ) + tuple(Duty(job.name, partial(_run, job), job.seconds, job.bell) for job in schedule.JOBS)


class Loop:
    """One worker process: `run` works until `stop`, which lets what is in flight finish."""

    def __init__(self, tasks: tuple[Duty, ...]) -> None:
        self._rung = {duty: threading.Event() for duty in tasks}
        self._idle: set[Duty] = set()
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Claim nothing more; safe in a signal handler and from any thread."""
        self._stopping.set()
        for rung in self._rung.values():
            rung.set()

    def run(self) -> bool:
        """Work until stopped; False if a thread died, which nothing a step does may cause."""
        threads = [
            threading.Thread(target=self._work, args=(duty,), name=duty.name) for duty in self._rung
        ]
        for thread in threads:
            thread.start()
        self._listen(threads)
        alive = all(thread.is_alive() for thread in threads) or self._stopping.is_set()
        self.stop()
        for thread in threads:
            thread.join()
        return alive

    def _listen(self, threads: list[threading.Thread]) -> None:
        try:
            listener = nudge.Listener()
        except OSError as failure:
            log.warning("Nobody can nudge this worker, it polls each second: %s", failure)
            while not self._stopping.wait(POLL_SECONDS) and all(t.is_alive() for t in threads):
                pass
            return
        try:
            while not self._stopping.is_set() and all(t.is_alive() for t in threads):
                self._wake(listener.hear(POLL_SECONDS / 2))
        finally:
            listener.close()

    def _wake(self, bell: str) -> None:
        """Wake one idle thread, since one ring is one thing to do; all of them when none is idle.

        Of a long queue the sweep rings again each second, and whoever finds work goes on.
        """
        mine = [duty for duty in self._rung if bell and duty.bell == bell]
        idle = [duty for duty in mine if duty in self._idle]
        for duty in idle[:1] or mine:
            self._idle.discard(duty)
            self._rung[duty].set()

    def _work(self, duty: Duty) -> None:
        failures, pause = 0, 0.0
        while not self._stopping.is_set():
            self._idle.add(duty)
            rung = self._rung[duty].wait(pause)
            self._idle.discard(duty)
            pause = duty.seconds
            self._rung[duty].clear()
            try:
                while not self._stopping.is_set() and duty.call(rung):
                    pass
                failures = 0
            except Exception:
                failures += 1
                log.exception("%s failed and goes on", duty.name)
                connections.close_all()  # a broken connection is not used twice
                self._stopping.wait(min(LONGEST_PAUSE, 2.0**failures / 2))
        connections.close_all()
