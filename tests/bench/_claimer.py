"""One worker of claims.py: claims steps and ends them as delivered, without calling anybody."""

import os
import sys
import time

import django
from django.db import connection

from tests.bench._processes import cpu_ms


def main(seconds: float) -> None:
    """Say that it is ready, wait for a line, work so long; print steps and CPU milliseconds."""
    django.setup()
    from cases import outbox, pushes
    from vendors.vocabulary import Receipt

    actor = pushes.Actor(pushes.By.WORKER, worker=outbox.worker_name())
    outbox.due_lanes()
    pids = [os.getpid(), *servers()]
    print("ready", flush=True)
    sys.stdin.readline()
    end, used, steps = time.monotonic() + seconds, cpu_ms(pids), 0
    while time.monotonic() < end:
        push = outbox.claim("steps", actor.worker)
        if push is not None:
            steps += pushes.settle(push, Receipt(), actor, "the vendor accepted")
    print(steps, cpu_ms(pids) - used)


def servers() -> list[int]:
    """The database's own process for this connection, where it has one."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return [int(cursor.fetchone()[0])]


if __name__ == "__main__":
    main(float(sys.argv[1]))
