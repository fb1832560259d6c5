"""A connection nobody used for an hour is tried, harmlessly, so that its state is true."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.connections.rows import TestVendor
from vendors.connections import health, probing
from vendors.connections.models import Connection
from vendors.http.errors import Unauthorised, Unreachable
from vendors.vocabulary import Proof

WORKS = Proof(proven=("It answers.",))


@pytest.fixture
def unused(connection: Connection, testco: type[TestVendor]) -> Connection:
    """The connection, last heard of two hours ago."""
    testco.answers["check"] = WORKS
    Connection.objects.update(last_ok_at=timezone.now() - timedelta(hours=2))
    connection.refresh_from_db()
    return connection


def standing(connection: Connection) -> health.Standing:
    return health.standing(Connection.objects.get(pk=connection.pk))


def test_it_is_tried_once_an_hour(unused: Connection, testco: type[TestVendor]) -> None:
    testco.answers["check"] = Unreachable("no answer")
    assert probing.probe()
    assert not probing.probe()
    Connection.objects.update(probed_at=timezone.now() - timedelta(minutes=61))
    assert probing.probe()
    assert testco.asked == ["check", "check"]


def test_one_that_answers_is_told_as_healthy(unused: Connection) -> None:
    probing.probe()
    fresh = Connection.objects.get(pk=unused.pk)
    assert fresh.last_ok_at is not None
    assert timezone.now() - fresh.last_ok_at < timedelta(minutes=1)


def test_one_whose_credential_died_fails_before_anybody_needs_it_and_is_not_asked_again(
    unused: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["check"] = Unauthorised("Inactive client token")
    probing.probe()
    assert standing(unused) is health.Standing.FAILING
    Connection.objects.update(probed_at=timezone.now() - timedelta(days=1))
    assert not probing.probe()
    assert testco.asked == ["check"]


@pytest.mark.parametrize(
    "change",
    [
        {"last_ok_at": timezone.now()},
        {"state": Connection.State.PAUSED},
        {"vendor": "gone"},
        {"busy_until": timezone.now() + timedelta(hours=1)},
        {"outage_until": timezone.now() + timedelta(hours=1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_needs_no_probe_or_may_not_be_called_is_left_alone(
    unused: Connection, testco: type[TestVendor], change: dict[str, object]
) -> None:
    Connection.objects.update(**change)
    assert not probing.probe()
    assert testco.asked == []


def test_one_without_a_credential_raises_no_alarm(
    unused: Connection, testco: type[TestVendor]
) -> None:
    unused.credentials.all().delete()
    assert not probing.probe()
    assert standing(unused) is health.Standing.HEALTHY
