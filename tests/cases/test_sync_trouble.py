"""A case that cannot be read costs only itself, and so does a connection that fails."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases import actions, sync
from cases.access import Viewer
from cases.models import Case
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.cases.telling_vendor import START, Telling, snapshot
from tests.factories import CaseFactory, ConnectionFactory, MembershipFactory
from vendors.connections import gateway
from vendors.connections.models import Connection
from vendors.http.errors import Busy, NotFound, Unauthorised, Unclear, Unreachable

ERRORS = (Unclear("A 500.", status=500), NotFound("Gone."), ValueError("a fault of ours"))


@pytest.mark.parametrize("error", ERRORS)
def test_one_unreadable_case_holds_up_no_other_and_opens_no_breaker(
    telling: Telling, error: Exception
) -> None:
    telling.tell("A", "B", "C")
    telling.pull()
    telling.tell("A", "B", "C", minutes=5, vendor_status="Solved")
    telling.fail("B", error)
    for _ in range(7):
        telling.pull()
    assert [telling.case(i).vendor_status for i in "ABC"] == ["Solved", "Open", "Solved"]
    connection = telling.connection
    assert (connection.outage_failures, connection.outage_until) == (0, None)
    assert connection.synced_at is not None
    assert connection.sync_until is None


def test_an_unreadable_case_says_since_when_and_is_tried_less_and_less(telling: Telling) -> None:
    telling.tell("A", "B")
    telling.pull()
    telling.tell("B", minutes=5)
    telling.fail("B", Unclear("The answer was no case."))
    assert telling.pull() == ["B"]
    first = telling.case("B")
    assert first.unreadable_since is not None
    assert first.unreadable_why == "The answer was no case."
    assert telling.pull() == []
    _ago(first, timedelta(minutes=30))
    assert telling.pull() == ["B"]
    again = telling.case("B")
    assert again.read_again_at is not None
    pause = again.read_again_at - timezone.now()
    assert timedelta(minutes=29) < pause < timedelta(minutes=31)
    assert telling.case("A").unreadable_since is None


def _ago(case: Case, time: timedelta) -> None:
    """As if the first failure had been that long ago and the pause were over."""
    now = timezone.now()
    Case.everything.filter(pk=case.pk).update(unreadable_since=now - time, read_again_at=now)


def test_a_case_that_can_be_read_again_is_unreadable_no_more(telling: Telling) -> None:
    telling.tell("A")
    telling.fail("A", Unclear("The answer was no case."))
    telling.pull()
    assert not Case.everything.exists()
    telling.mend("A")
    telling.pull()
    telling.tell("A", minutes=5)
    telling.fail("A", Unclear("The answer was no case."))
    telling.pull()
    telling.mend("A")
    _ago(telling.case("A"), timedelta(minutes=2))
    telling.pull()
    case = telling.case("A")
    assert (case.unreadable_since, case.read_again_at, case.unreadable_why) == (None, None, "")


def test_a_read_that_was_asked_for_and_failed_is_made_up_for(telling: Telling) -> None:
    telling.tell("A")
    telling.pull()
    telling.fail("A", Unclear("A 500.", status=500))
    case = telling.case("A")
    Case.everything.update(refresh_wanted_at=timezone.now())
    sync.refresh_wanted()
    telling.mend("A")
    _ago(case, timedelta(minutes=2))
    assert telling.pull() == ["A"]  # although the list shows it as before


def test_an_unreadable_case_is_not_said_to_be_read(telling: Telling) -> None:
    telling.tell("A", "B")
    telling.pull()
    was = telling.case("A").mirrored_at
    telling.fail("A", Unclear("A 500.", status=500))
    Case.everything.filter(vendor_id="A").update(refresh_wanted_at=timezone.now())
    telling.pull()
    telling.pull()
    assert telling.case("A").mirrored_at == was
    after = telling.case("B").mirrored_at
    assert after is not None
    assert was is not None
    assert after > was


def test_a_fault_of_ours_is_logged_with_its_trace(
    telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    telling.tell("A", "B")
    telling.fail("A", ValueError("a fault of ours"))
    with caplog.at_level(logging.ERROR, "caseport.sync"):
        telling.pull()
    (record,) = [r for r in caplog.records if r.name == "caseport.sync"]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ValueError)
    assert telling.case("B").subject == "Subject of B"


def test_a_broken_connection_stops_no_other_and_lets_go_of_its_turn(telling: Telling) -> None:
    other = ConnectionFactory(vendor="telling", owner=telling.connection.owner)
    broken = ConnectionFactory(vendor="telling", owner=telling.connection.owner)
    long_ago = timezone.now() - timedelta(days=1)
    telling.tell("A")
    Connection.objects.filter(pk=broken.pk).update(sync_started_at=long_ago - timedelta(days=1))
    Connection.objects.exclude(pk=broken.pk).update(sync_started_at=long_ago)
    telling.fail("list", ValueError("a fault of ours"))
    sync.pull_due()
    for connection in Connection.objects.all():
        assert connection.sync_until is None
        assert "reason of ours" in connection.last_error
    assert Connection.objects.get(pk=other.pk).outage_failures == 0


def test_a_list_that_fails_counts_as_an_outage(telling: Telling) -> None:
    telling.fail("list", Unclear("A 500.", status=500))
    for _ in range(5):
        telling.pull()
    assert telling.connection.outage_until is not None
    assert telling.connection.synced_at is None


@pytest.mark.parametrize("error", [Unreachable("down"), Busy("later"), Unauthorised("no")])
def test_what_concerns_the_whole_connection_ends_the_pull(
    telling: Telling, error: Exception
) -> None:
    telling.tell("A", "B", "C")
    telling.fail("A", error)
    assert telling.pull() == ["A"]
    assert telling.connection.last_error
    assert telling.connection.synced_at is None
    assert telling.connection.sync_until is None


def test_a_wanted_read_waits_for_a_vendor_that_is_down(telling: Telling) -> None:
    telling.tell("A")
    telling.pull()
    now = timezone.now()
    Case.everything.update(refresh_wanted_at=now)
    telling.fail("A", Busy("later"))
    sync.refresh_wanted()
    assert telling.case("A").refresh_wanted_at == now
    assert telling.case("A").unreadable_since is None


def test_staff_see_since_when_a_case_cannot_be_read(client: Any, db: None) -> None:
    case = CaseFactory(
        unreadable_since=timezone.now() - timedelta(hours=3), unreadable_why="A 500."
    )
    for owner, role, seen in (
        (case.reseller, Role.AGENT, True),
        (case.organization, Role.MANAGER, False),
    ):
        client.force_login(MembershipFactory(organization=owner, role=role).user)
        page = Page(client.get(f"/cases/{case.reference}/"))
        assert ("could not be read" in page.text) is seen
        assert ("A 500." in page.text) is seen


# late and out of order


def _apply(telling: Telling, case: Case, began: datetime, **told: Any) -> bool:
    vendor = gateway.open_vendor(telling.connection)
    return sync.apply(case, snapshot("A", **told), vendor, began=began)


def test_a_read_that_began_earlier_and_came_later_changes_nothing(telling: Telling) -> None:
    telling.tell("A")
    telling.pull()
    case = telling.case("A")
    began = timezone.now()
    later = began + timedelta(seconds=2)
    assert _apply(telling, case, later, vendor_status="Closed")
    assert not _apply(telling, case, began, vendor_status="Solved")
    assert telling.case("A").vendor_status == "Closed"


def test_a_state_from_before_the_mirrors_changes_nothing_and_is_told(telling: Telling) -> None:
    telling.tell("A", minutes=30, vendor_status="Solved")
    telling.pull()
    case = telling.case("A")
    now = timezone.now()
    assert not _apply(telling, case, now, modified_at=START, vendor_status="Open")
    case = telling.case("A")
    assert case.vendor_status == "Solved"
    assert "older state" in case.unreadable_why
    assert case.entries.filter(kind="status").count() == 0


def test_a_vendor_that_insists_on_its_older_time_is_believed(telling: Telling) -> None:
    telling.tell("A", minutes=30, vendor_status="Solved")
    telling.pull()
    telling.tell("A", minutes=0, vendor_status="Open")
    telling.pull()
    _ago(telling.case("A"), timedelta(hours=2))
    telling.pull()
    assert telling.case("A").vendor_status == "Open"
    assert telling.case("A").unreadable_since is None


def test_a_late_pull_does_not_set_back_when_a_case_was_read(telling: Telling) -> None:
    telling.tell("A")
    telling.pull()
    ahead = timezone.now() + timedelta(minutes=1)
    Case.everything.update(mirrored_at=ahead)
    telling.pull()
    assert telling.case("A").mirrored_at == ahead


def test_a_severity_without_a_number_takes_the_old_rank_away(telling: Telling) -> None:
    telling.tell("A", vendor_severity="1-Critical", severity_rank=1)
    telling.pull()
    telling.tell("A", minutes=5, vendor_severity="Critical", severity_rank=None)
    telling.pull()
    assert telling.case("A").severity_rank is None


def test_a_person_who_asks_is_not_kept_waiting_by_the_pause(telling: Telling) -> None:
    telling.tell("A")
    telling.pull()
    telling.tell("A", minutes=5, vendor_status="Solved")
    telling.fail("A", Unclear("A 500.", status=500))
    telling.pull()
    telling.mend("A")
    case = telling.case("A")
    staff = MembershipFactory(organization=telling.connection.owner, role=Role.AGENT).user
    assert actions.refresh(viewer=Viewer(staff), case=case)
    sync.refresh_wanted()
    assert telling.case("A").vendor_status == "Solved"
