"""A vendor that asks us to come back later is left alone for so long, and nobody else waits."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest
from django.utils import timezone

from cases import access, outbox
from cases.models.push import State
from tests.faults.line import Line
from tests.faults.sizes import share
from tests.faults.table import Row
from tests.faults.yard import START, Yard
from tests.world import connect
from vendors.connections.models import Connection
from vendors.http import transport
from vendors.http.transport import Deadline
from vendors.simulator.faults import Fault
from vendors.vocabulary import Kind

UNSAID = 30.0  # what a wait without a number comes to


def dated(seconds: float) -> str:
    return format_datetime(START + timedelta(seconds=seconds), usegmt=True)


WINDOWS = {
    "60": 60.0,
    "0": 1.0,
    "1000000000": 900.0,
    "99999999999999999999": UNSAID,
    "-5": UNSAID,
    "soon": UNSAID,
    "": UNSAID,
    "\u0661\u0662": UNSAID,
    dated(120): 120.0,
    dated(-3600): 1.0,
    dated(10**8): 900.0,
}


class BusyLine:
    """A line on which the vendor says in words of our own when to come back."""

    def __init__(self, line: Line, header: str) -> None:
        self.line = line
        self.header = header.encode()
        self.calls = 0

    def send(self, request: httpx.Request, deadline: Deadline) -> httpx.Response:
        self.calls += 1
        response = self.line.send(request, deadline)
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            response.headers = httpx.Headers([(b"Retry-After", self.header)])
        return response


@pytest.mark.parametrize("header", WINDOWS)
def test_nothing_is_asked_of_a_busy_vendor_before_its_time(
    yard: Yard, tell: Callable[[Row], None], header: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.begin()
    line = BusyLine(yard.line, header)
    monkeypatch.setattr(transport, "wire", lambda: line)
    for _ in range(3):
        yard.estate.case(Kind.NOTE)
    yard.fault(Fault("akamai_v2", "create", "429", times=1))
    assert yard.work(most=1) == 1
    window, passed = WINDOWS[header], 0.0
    for part in (0.1, 0.5, 0.9, 0.99):
        yard.pass_time(window * part - passed)
        passed = window * part
        assert yard.work() == 0
    assert line.calls == 1
    yard.pass_time(window - passed + 1)
    assert yard.work() > 0
    yard.settle()
    verdict = yard.judge(at_rest=True)
    tell(Row("Retry-After", runs=6, faults=1, lost=len(verdict.lost), doubled=len(verdict.doubled)))
    assert verdict.is_clean
    assert {push.state for push in yard.pushes()} == {State.DONE}


def another_connection(yard: Yard) -> Connection:
    """A connection of the same owner, to the same vendor."""
    given = yard.world.played.control("credentials")["akamai"]
    own = yard.world.connection
    return connect(own.owner, yard.world.played.url, given, "Another")


def owe(yard: Yard, connection: Connection, cases: int) -> None:
    """Cases of this connection, due now."""
    made = [yard.estate.case() for _ in range(cases)]
    access.worker_pushes().filter(case__in=made).update(connection=connection)
    access.worker_cases().filter(pk__in=[case.pk for case in made]).update(connection=connection)


def test_the_steps_of_others_take_no_turn_more_while_one_vendor_is_closed(yard: Yard) -> None:
    yard.begin()
    closed = yard.world.connection
    others = [another_connection(yard) for _ in range(share(5))]
    until = timezone.now() + timedelta(minutes=10)
    Connection.objects.filter(pk=closed.pk).update(busy_until=until)
    owe(yard, closed, share(10))
    for other in others:
        owe(yard, other, 3)
    turns = 0
    while outbox.run_one("steps"):
        turns += 1
    assert turns == 3 * len(others)
    done = access.worker_pushes().filter(state=State.DONE)
    assert done.filter(connection__in=others).count() == turns


def test_connections_take_turns_whoever_has_more_to_send(yard: Yard) -> None:
    yard.begin()
    long, short = yard.world.connection, another_connection(yard)
    owe(yard, long, 20)
    owe(yard, short, 3)
    for _ in range(6):
        yard.pass_time(1)
        assert outbox.run_one("steps")
    done = access.worker_pushes().filter(state=State.DONE)
    assert done.filter(connection=short).count() == 3
