"""Many threads at one database, in a process of its own: `python -m tests.faults.threads`.

Workers bring on the steps of many cases beside pages that are read, then writers write small
transactions; what came of it is printed as JSON. The database is the environment's.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import django

WORKERS, READERS = 8, 2
LONGEST = 900.0


@dataclass
class Crew:
    """Threads that do something over and over, and what went wrong in them."""

    wrong: list[str] = field(default_factory=list)
    done: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, number: int, work: Callable[[], bool]) -> list[threading.Thread]:
        """So many threads, each working until it is over or `work` says that it is finished."""
        threads = [threading.Thread(target=self._run, args=(work,)) for _ in range(number)]
        for thread in threads:
            thread.start()
        return threads

    def _run(self, work: Callable[[], bool]) -> None:
        from django.db import connections

        end = time.monotonic() + LONGEST
        while not self.over.is_set() and time.monotonic() < end:
            try:
                if not work():
                    break
            except Exception as error:
                with self._lock:
                    self.wrong.append(f"{type(error).__name__}: {error}")
            with self._lock:
                self.done += 1
        connections.close_all()


def main(cases: int, steps: int, writes: int) -> dict[str, Any]:
    """Prepare the database as serving does, and do both."""
    django.setup()
    from portal import first_start

    first_start.make_folders()
    first_start.prepare_database()
    first_start.collect_static()
    return {**deliver(cases, steps), **write(writes)}


def deliver(cases: int, steps: int) -> dict[str, Any]:
    """Workers and readers at once, until every step rests; then the ledger is read."""
    from django.conf import settings

    from cases import access, outbox
    from tests.faults.estate import Estate
    from tests.faults.line import Line
    from tests.faults.oracle import Ledger
    from tests.world import Played, founded
    from vendors.http import transport
    from vendors.simulator.app import Simulator
    from vendors.simulator.server import serve_in_thread
    from vendors.vocabulary import Kind

    simulator = Simulator()
    url, stop = serve_in_thread(simulator)
    settings.EXTRA_HOSTS = [url.removeprefix("http://")]
    transport.wire = lambda: Line(simulator)  # type: ignore[assignment, return-value]  # a double
    world = founded(Played(simulator, url))
    estate = Estate(world)
    estate.clear()
    simulator.reset()
    for _ in range(cases):
        estate.case(*[Kind.NOTE] * steps)
    owed = access.worker_pushes()

    def work() -> bool:
        if not outbox.run_one("steps"):
            time.sleep(0.02)
        return owed.filter(settled_at=None).exists()

    workers, readers = Crew(), Crew()
    at_work = workers.start(WORKERS, work)
    reading = readers.start(READERS, visit(world))
    for thread in at_work:
        thread.join()
    readers.over.set()
    for thread in reading:
        thread.join()
    stop()
    verdict = Ledger(simulator.store.effects).judge(owed.select_related("case"), at_rest=True)
    found = {name: len(getattr(verdict, name)) for name in verdict.__slots__}
    wrong = workers.wrong + readers.wrong
    return {**found, "pushes": owed.count(), "pages": readers.done, "wrong": wrong}


def visit(world: Any) -> Callable[[], bool]:
    """Reads of the pages people have open."""
    from portal.wsgi import application
    from tests.bench._asker import Asker, session_of

    asker = Asker(application, session_of(world.people["casey"]))

    def read() -> bool:
        page = asker.ask("/cases/")
        assert page.status == 200, page.status
        return True

    return read


def write(writes: int) -> dict[str, Any]:
    """Writers of small transactions that read before they write, all at the same row."""
    from django.db import transaction
    from django.db.models import F

    from cases import access
    from cases.models import Push

    row = access.worker_pushes().earliest("created_at").pk
    begun = Push.everything.get(pk=row).looks
    left = {"count": writes * WORKERS}
    lock = threading.Lock()

    def once() -> bool:
        with lock:
            left["count"] -= 1
            if left["count"] < 0:
                return False
        with transaction.atomic():
            Push.everything.get(pk=row)
            Push.everything.filter(pk=row).update(looks=F("looks") + 1)
        return True

    crew = Crew()
    for thread in crew.start(WORKERS, once):
        thread.join()
    written = Push.everything.get(pk=row).looks - begun
    return {"written": written, "unwritten": writes * WORKERS - written, "failed": crew.wrong}


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:]))))
