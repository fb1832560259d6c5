"""What a worker's look costs does not grow with what ended or waits for somebody else."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import outbox
from cases.models.push import State
from tests.bench._crowd import Crowd

FEW, MANY = 1_000, 10_000
GROWTH = 1.5  # of a look, while the rows beside it grow elevenfold


def looks() -> None:
    """Everything a worker asks the table over and over."""
    outbox.due_lanes()
    outbox.ask_one("test")
    outbox.sweep()
    assert outbox.claim("files", "test") is None
    assert outbox.claim("steps", "test") is not None


def steps_of(work: Callable[[], None]) -> int:
    """The instructions SQLite's machine runs for it, in tens."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    connection.connection.set_progress_handler(tick, 10)
    work()
    connection.connection.set_progress_handler(None, 0)
    return count


def blocks_of(work: Callable[[], None]) -> int:
    """The blocks PostgreSQL visits for the questions asked."""
    with CaptureQueriesContext(connection) as seen:
        work()
    asked = [each["sql"] for each in seen.captured_queries if each["sql"].startswith("SELECT")]
    count = 0
    with connection.cursor() as cursor:
        for sql in asked:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
            (plan,) = cursor.fetchone()[0]
            count += plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    return count


def cost() -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as its autovacuum does by itself
    looks()  # what is only looked up once
    return steps_of(looks) if connection.vendor == "sqlite" else blocks_of(looks)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.DONE, State.REFUSED, State.NEEDS_PERSON])
def test_what_ended_or_waits_for_a_person_costs_a_worker_nothing(state: State) -> None:
    crowd = Crowd()
    ours = crowd.connect()
    crowd.add(ours, (State.PENDING,), 10)
    crowd.add(ours, (state,), FEW)
    few = cost()
    crowd.add(ours, (state,), MANY)
    assert cost() <= few * GROWTH


@pytest.mark.django_db
def test_a_queue_behind_a_connection_that_may_not_be_called_costs_the_others_nothing() -> None:
    crowd = Crowd()
    ours, paused = crowd.connect(), crowd.connect()
    paused.state = paused.State.PAUSED
    paused.save()
    crowd.add(ours, (State.PENDING,), 10)
    crowd.add(paused, (State.PENDING,), FEW)
    few = cost()
    crowd.add(paused, (State.PENDING,), MANY)
    assert cost() <= few * GROWTH


@pytest.mark.django_db
def test_a_long_queue_is_taken_from_its_head() -> None:
    crowd = Crowd()
    crowd.add(crowd.connect(), (State.PENDING,), FEW)
    few = cost()
    crowd.add(crowd.connect(), (State.PENDING,), MANY)
    assert cost() <= few * 2  # two connections are looked at
