"""The two breakers of a connection, and what its row tells about it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.models import Notification
from tests.factories import CredentialFactory
from vendors.connections import gateway, health
from vendors.connections.models import Connection, Credential
from vendors.http.errors import (
    Busy,
    ForbiddenHost,
    NotFound,
    Refused,
    Unauthorised,
    Unclear,
    Unreachable,
    VendorError,
)

LATER = timedelta(hours=1)


def is_callable(connection: Connection) -> bool:
    """What a worker finds in the table; the row in hand must say the same."""
    now = timezone.now()
    found = Connection.objects.filter(health.available(now), pk=connection.pk).exists()
    fresh = Connection.objects.get(pk=connection.pk)
    assert health.is_available(fresh, now) is found
    return found


def fail(connection: Connection, error: VendorError, times: int = 1) -> None:
    for _ in range(times):
        health.note_failure(Connection.objects.get(pk=connection.pk), error)
    connection.refresh_from_db()


def test_a_new_connection_may_be_called(connection: Connection) -> None:
    assert is_callable(connection)
    assert health.why_waiting(connection) == ""


def test_a_paused_connection_may_not(connection: Connection) -> None:
    Connection.objects.update(state=Connection.State.PAUSED)
    assert not is_callable(connection)
    connection.refresh_from_db()
    assert "paused" in health.why_waiting(connection)


def test_a_connection_to_a_vendor_we_do_not_know_may_not(connection: Connection) -> None:
    Connection.objects.update(vendor="gone")
    assert not is_callable(connection)


def test_one_refusal_of_the_credential_opens_its_breaker(connection: Connection) -> None:
    fail(connection, Unauthorised("no"))
    assert not is_callable(connection)
    assert "refused our credential" in health.why_waiting(connection)
    assert health.standing(connection) is health.Standing.FAILING


def test_a_vendor_that_errs_is_asked_again_and_believed_at_the_fifth_refusal(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that declares its refusals come and go is not taken at its first word."""
    monkeypatch.setattr(gateway.vendor_of(connection), "stops_at_first_refusal", False)
    for _ in range(health.FAILURES_TO_OPEN - 1):
        fail(connection, Unauthorised("no"))
        assert connection.refused_at is None
        assert not is_callable(connection)  # it is left alone for a while
        Connection.objects.update(busy_until=None)
        assert is_callable(connection)
    fail(connection, Unauthorised("no"))
    assert connection.refused_at is not None


def test_a_success_between_takes_back_what_a_vendor_said_in_error(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.vendor_of(connection), "stops_at_first_refusal", False)
    fail(connection, Unauthorised("no"), times=health.FAILURES_TO_OPEN - 1)
    health.note_success(connection)
    fail(connection, Unauthorised("no"))
    assert connection.refused_at is None


def test_no_success_of_another_call_closes_the_credential_breaker(connection: Connection) -> None:
    fail(connection, Unauthorised("no"))
    health.note_success(connection)
    assert not is_callable(connection)
    assert connection.last_error == "no"


def test_time_alone_does_not_close_the_credential_breaker(connection: Connection) -> None:
    fail(connection, Unauthorised("no"))
    Connection.objects.update(refused_at=timezone.now() - timedelta(days=30))
    assert not is_callable(connection)


@pytest.mark.parametrize("close", [health.note_tested, health.note_new_credential])
def test_a_persons_test_or_another_credential_closes_it(
    connection: Connection, close: Callable[[Connection], None]
) -> None:
    fail(connection, Unauthorised("no"))
    close(connection)
    assert is_callable(connection)


def test_a_refusal_of_a_credential_no_longer_active_is_not_held_against_the_new_one(
    connection: Connection,
) -> None:
    gateway.open_vendor(connection)
    connection.credentials.update(state=Credential.State.RETIRED)
    CredentialFactory.create(connection=connection)
    health.note_failure(connection, Unauthorised("the old one"))
    assert is_callable(connection)


def test_the_refusal_of_the_credential_in_use_is(connection: Connection) -> None:
    gateway.open_vendor(connection)
    health.note_failure(connection, Unauthorised("no"))
    assert not is_callable(connection)


@pytest.mark.parametrize("error", [Unreachable("down"), Unclear("lost")])
def test_five_failures_of_transport_in_a_row_open_the_outage_breaker(
    connection: Connection, error: VendorError
) -> None:
    fail(connection, error, times=4)
    assert is_callable(connection)
    assert health.standing(connection) in {
        health.Standing.DEGRADED,
        health.Standing.NEVER_TESTED,
    }
    fail(connection, error)
    assert not is_callable(connection)
    assert "does not answer" in health.why_waiting(connection)


def test_failures_with_a_success_between_do_not(connection: Connection) -> None:
    fail(connection, Unreachable("down"), times=4)
    health.note_success(connection)
    fail(connection, Unreachable("down"), times=4)
    assert is_callable(connection)


def test_the_pause_doubles_and_ends_at_a_quarter_of_an_hour(connection: Connection) -> None:
    pauses = []
    for _ in range(12):
        before = timezone.now()
        fail(connection, Unreachable("down"))
        until = connection.outage_until
        pauses.append(round((until - before).total_seconds()) if until else 0)
    assert pauses == [0, 0, 0, 0, 32, 64, 128, 256, 512, 900, 900, 900]


def outage_over(connection: Connection) -> Connection:
    """A connection whose outage has run its time, as another worker would read it."""
    fail(connection, Unreachable("down"), times=5)
    Connection.objects.update(outage_until=timezone.now() - timedelta(seconds=1))
    return Connection.objects.get(pk=connection.pk)


def test_after_an_outage_exactly_one_call_tries(connection: Connection) -> None:
    one, two = outage_over(connection), Connection.objects.get(pk=connection.pk)
    assert is_callable(connection)
    assert [health.enter(one), health.enter(two)] == [True, False]
    assert not is_callable(connection)


def test_the_call_that_tried_and_succeeded_ends_the_outage(connection: Connection) -> None:
    one = outage_over(connection)
    health.enter(one)
    health.note_success(one)
    assert is_callable(connection)
    assert health.enter(one)


def test_the_call_that_tried_and_failed_prolongs_it(connection: Connection) -> None:
    one = outage_over(connection)
    health.enter(one)
    health.note_failure(one, Unreachable("still down"))
    assert not is_callable(connection)
    assert one.outage_until is not None
    assert one.outage_until > timezone.now() + timedelta(seconds=60)


def test_a_trial_nobody_ended_lets_another_try(connection: Connection) -> None:
    one = outage_over(connection)
    health.enter(one)
    later = timezone.now() + LATER
    assert Connection.objects.filter(health.available(later)).exists()
    assert health.enter(Connection.objects.get(pk=connection.pk), later)


def test_without_an_outage_everybody_may_enter(connection: Connection) -> None:
    assert health.enter(connection)
    assert health.enter(connection)


def test_busy_waits_as_long_as_the_vendor_said(connection: Connection) -> None:
    fail(connection, Busy("later", retry_after=120))
    assert not is_callable(connection)
    assert "asked us to wait" in health.why_waiting(connection)
    after = timezone.now() + timedelta(seconds=121)
    assert Connection.objects.filter(health.available(after)).exists()


def test_a_shorter_wait_does_not_shorten_a_longer_one(connection: Connection) -> None:
    fail(connection, Busy("later", retry_after=600))
    until = connection.busy_until
    fail(connection, Busy("later", retry_after=1))
    assert connection.busy_until == until


@pytest.mark.parametrize("error", [Refused("wrong"), NotFound("no such case")])
def test_a_refused_step_is_an_answer(connection: Connection, error: VendorError) -> None:
    fail(connection, Unreachable("down"), times=4)
    fail(connection, error)
    assert connection.outage_failures == 0
    assert is_callable(connection)


def test_our_own_refusal_to_send_is_noted_and_opens_nothing(connection: Connection) -> None:
    fail(connection, ForbiddenHost("elsewhere"), times=9)
    assert is_callable(connection)
    assert connection.last_error == "elsewhere"


def test_what_is_noted_holds_no_secret(connection: Connection) -> None:
    gateway.open_vendor(connection)
    fail(connection, Unreachable("could not use s3cret-of-the-test-vendor"))
    assert "s3cret" not in connection.last_error


def test_success_after_success_writes_nothing(connection: Connection) -> None:
    health.note_success(connection)
    with CaptureQueriesContext(database) as queries:
        health.note_success(connection)
    assert queries.captured_queries == []


def test_failures_of_two_workers_are_both_counted(connection: Connection) -> None:
    one = Connection.objects.get(pk=connection.pk)
    two = Connection.objects.get(pk=connection.pk)
    health.note_failure(one, Unreachable("down"))
    health.note_failure(two, Unreachable("down"))
    connection.refresh_from_db()
    assert connection.outage_failures == 2


def test_a_connection_stands_where_its_row_says(connection: Connection) -> None:
    assert health.standing(connection) is health.Standing.NEVER_TESTED
    health.note_success(connection)
    assert health.standing(connection) is health.Standing.HEALTHY
    connection.expires_on = timezone.now().date() - timedelta(days=1)
    assert health.standing(connection) is health.Standing.EXPIRED


def test_a_connection_that_has_no_credential_yet_was_refused_nothing(
    connection: Connection,
) -> None:
    connection.credentials.all().delete()
    Connection.objects.update(last_ok_at=None)
    connection.refresh_from_db()
    vendor = gateway.open_vendor(connection)
    with pytest.raises(Unauthorised) as refusal:
        vendor.check()
    health.note_failure(connection, refusal.value)
    assert health.standing(connection) is health.Standing.NEVER_TESTED
    assert not Notification.objects.exists()
