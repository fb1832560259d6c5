"""A copy of the database put back while the vendor went on: nothing doubled, nothing lost."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from cases import access, outbox, pushes
from cases.models.push import State
from cases.pushes import Actor, By
from portal.accounts.models import AuditEvent
from tests.faults.sizes import SEED, share
from tests.faults.table import Row
from tests.faults.yard import Yard
from vendors.simulator.faults import Fault
from vendors.vocabulary import Kind

pytestmark = pytest.mark.django_db(transaction=True)

FAULTS = ("reset_before", "reset_after", "500_after", "429", "truncated")
KINDS = (Kind.NOTE, Kind.FILE, Kind.NOTE)


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[], Callable[[], None]]:
    """Copies the database as SQLite's own `.backup` does; what comes back puts the copy back."""
    path = tmp_path / "copy.sqlite3"

    def take() -> Callable[[], None]:
        with closing(sqlite3.connect(path)) as kept:
            connection.connection.backup(kept)
        return put_back

    def put_back() -> None:
        with closing(sqlite3.connect(path)) as kept:
            kept.backup(connection.connection)

    assert connection.vendor == "sqlite"
    return take


def restored() -> str:
    told = StringIO()
    call_command("restored", stdout=told)
    return told.getvalue()


def misbehave(yard: Yard, chance: random.Random) -> None:
    """From now on a third of the vendor's answers is a fault."""
    yard.fault(
        *(
            Fault("akamai_v2", "*", fault, probability=0.07, seed=chance.randrange(1 << 30))
            for fault in FAULTS
        )
    )


def go_on(yard: Yard, chance: random.Random, turns: int) -> None:
    """Some steps move, some time passes, some steps are added."""
    for _ in range(turns):
        yard.work(most=chance.randrange(1, 4))
        if chance.random() < 0.5:
            yard.hurry()
        if chance.random() < 0.2:
            yard.estate.case(Kind.NOTE)


def come_to_rest(yard: Yard) -> None:
    """Each step behind another waits for all looks of its own."""
    for _ in range(40):
        yard.work()
        yard.pass_time(600)


@pytest.mark.parametrize("run", range(share(4)))
def test_a_copy_put_back_in_mid_flight_doubles_and_loses_nothing(
    yard: Yard,
    copy: Callable[[], Callable[[], None]],
    tell: Callable[[Row], None],
    run: int,
) -> None:
    chance = random.Random(SEED + run)
    yard.begin()
    for _ in range(4):
        yard.estate.case(*KINDS)
    misbehave(yard, chance)
    go_on(yard, chance, chance.randrange(8))
    put_back = copy()
    go_on(yard, chance, chance.randrange(2, 12))
    put_back()
    restored()
    yard.fault()
    yard.mend()
    come_to_rest(yard)
    verdict = yard.judge(at_rest=True)
    tell(
        Row(
            "older copy put back",
            runs=access.worker_pushes().count(),
            faults=sum(bool(request["fault"]) for request in yard.simulator.store.requests),
            lost=len(verdict.lost),
            doubled=len(verdict.doubled),
            out_of_order=len(verdict.out_of_order),
            said_done_but_absent=len(verdict.said_done_but_absent),
        )
    )
    # what was asked after the copy was taken is known to the vendor alone
    assert replace(verdict, unasked=()).is_clean
    assert {push.state for push in yard.pushes()} == {State.DONE}


def test_without_the_command_the_copy_would_send_twice(
    yard: Yard, copy: Callable[[], Callable[[], None]]
) -> None:
    yard.begin()
    yard.estate.case(Kind.NOTE)
    put_back = copy()
    yard.settle()
    put_back()
    yard.settle()
    assert len(yard.judge().doubled) == 2


def test_workers_do_not_start_on_an_older_copy_until_somebody_said_so(
    yard: Yard, copy: Callable[[], Callable[[], None]]
) -> None:
    yard.begin()
    yard.estate.case(Kind.NOTE)
    assert yard.work(most=1)
    put_back = copy()
    assert not outbox.is_older()
    yard.settle()
    put_back()
    with pytest.raises(CommandError, match="older copy"):
        call_command("worker")
    assert restored().startswith("1 step may have been sent")
    assert not outbox.is_older()
    assert restored().startswith("No step waits")
    (event,) = AuditEvent.objects.filter(action="older copy put back")
    assert event.reason == "Steps that may have been sent since it was taken: 1"


def test_a_copy_nothing_was_sent_after_needs_nobody(
    yard: Yard, copy: Callable[[], Callable[[], None]]
) -> None:
    yard.begin()
    yard.estate.case()
    yard.settle()
    yard.estate.case(Kind.NOTE)
    put_back = copy()
    put_back()
    assert not outbox.is_older()


def test_a_step_held_back_in_the_copy_is_looked_for_as_well(
    yard: Yard, copy: Callable[[], Callable[[], None]]
) -> None:
    yard.begin()
    yard.estate.case()
    (push,) = yard.pushes()
    worker, person = Actor(By.WORKER), Actor(By.PERSON)
    assert pushes.take(push, State.SENDING, worker, now=timezone.now(), seconds=90)
    assert pushes.transition(push, State.PARKED, worker, "it failed for a day")
    put_back = copy()
    assert pushes.transition(push, State.PENDING, person, "tried again")
    yard.settle()
    put_back()
    assert restored().startswith("1 step ")
    come_to_rest(yard)
    assert yard.judge(at_rest=True).is_clean
    assert [push.state for push in yard.pushes()] == [State.DONE]
