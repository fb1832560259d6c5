"""Those who look after a connection are warned before its credential ends."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from portal.accounts.models import Notification, User
from portal.accounts.roles import Role
from tests.factories import MembershipFactory
from vendors.connections import credentials, expiry
from vendors.connections.models import Connection

ENDS = date(2027, 3, 31)
NEW = {"user": "caseport", "secret": "another secret"}


def told(user: User) -> list[str]:
    found = Notification.objects.filter(user=user, kind=Notification.Kind.EXPIRY)
    return [each.text for each in found.order_by("created_at")]


@pytest.fixture
def keeper(connection: Connection) -> User:
    """An admin of the connection's owner; the connection's credential ends on ENDS."""
    Connection.objects.filter(pk=connection.pk).update(expires_on=ENDS)
    person: User = MembershipFactory.create(organization=connection.owner, role=Role.ADMIN).user
    return person


def days_before(days: int) -> datetime:
    return datetime(ENDS.year, ENDS.month, ENDS.day, 9, tzinfo=UTC) - timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "words"),
    [(30, "in 30 days"), (7, "in 7 days"), (1, "tomorrow"), (0, "today"), (12, "in 12 days")],
)
def test_the_warning_says_when(keeper: User, days: int, words: str) -> None:
    with time_machine.travel(days_before(days), tick=False):
        expiry.warn()
    (text,) = told(keeper)
    assert f"ends {words}, on 31 March 2027." in text


def test_it_comes_thirty_seven_and_one_day_before_and_no_oftener(keeper: User) -> None:
    for days in range(40, -5, -1):
        for hour in (0, 6):
            with time_machine.travel(days_before(days) + timedelta(hours=hour), tick=False):
                assert not expiry.warn()
    assert [text.split(", on")[0].rpartition("ends ")[2] for text in told(keeper)] == [
        "in 30 days",
        "in 7 days",
        "tomorrow",
    ]


def test_others_are_not_told(keeper: User, connection: Connection) -> None:
    agent = MembershipFactory.create(organization=connection.owner, role=Role.AGENT).user
    with time_machine.travel(days_before(7), tick=False):
        expiry.warn()
    assert told(agent) == []


def test_a_new_credential_has_an_end_of_its_own(keeper: User, connection: Connection) -> None:
    later = ENDS + timedelta(days=730)
    credentials.enter(connection, NEW, by=keeper, changed=["secret"], expires_on=later)
    credentials.put_to_use(connection, by=keeper, unproven=True)
    with time_machine.travel(days_before(1), tick=False):
        expiry.warn()
    assert told(keeper) == []


def test_the_notice_leads_to_where_another_one_is_entered(
    keeper: User, connection: Connection
) -> None:
    with time_machine.travel(days_before(7), tick=False):
        expiry.warn()
    notice = Notification.objects.get(user=keeper, kind=Notification.Kind.EXPIRY)
    assert notice.path == f"admin/connections/connection/{connection.pk}/credential/"
