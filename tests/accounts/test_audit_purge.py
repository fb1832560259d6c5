"""Letting old audit rows go: how much, what stays, and that what stays is still proven."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal.accounts.audit import chain
from portal.accounts.audit.proof import prove
from portal.accounts.models import AuditEvent, AuditPurge, AuditSeal, Organization
from tests.factories import AuditEventFactory, CustomerFactory

START = datetime(2020, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def two_years(db: None) -> Organization:
    """A deed a month for two years, each sealed half a minute later."""
    customer: Organization = CustomerFactory.create()
    for month in range(24):
        _deed(customer, START + timedelta(days=30 * month))
    return customer


def _deed(of: Organization | None, at: datetime) -> AuditEvent:
    event: AuditEvent = AuditEventFactory.create(organization=of, at=at)
    name = chain.chain_of(event)
    link = chain.head(name).over(AuditEvent.objects.get(pk=event.pk))
    AuditSeal.objects.create(
        chain=name,
        number=link.number,
        digest=link.digest,
        event_id=event.pk,
        sealed_at=at + timedelta(seconds=30),
    )
    return event


def purge(before: str, *options: str) -> str:
    out = StringIO()
    call_command("audit_purge", "--before", before, *options, stdout=out)
    return out.getvalue().strip()


def found() -> list[str]:
    return [finding.kind for proof in prove() for finding in proof.findings]


def test_what_is_older_goes_and_the_rest_is_still_proven(two_years: Organization) -> None:
    assert purge("2021-01-01") == "13 events and 13 seals are gone"
    left = AuditEvent.objects.filter(organization=two_years)
    assert left.count() == 11
    assert left.earliest("at").at >= datetime(2021, 1, 1, tzinfo=UTC)
    assert AuditSeal.objects.filter(chain=str(two_years.pk)).first().number == 14  # type: ignore[union-attr]  # there are
    assert found() == []


def test_a_rehearsal_says_the_same_and_changes_nothing(two_years: Organization) -> None:
    assert purge("2021-01-01", "--dry-run") == "13 events and 13 seals would go"
    assert AuditEvent.objects.count() == 24
    assert not AuditPurge.objects.exists()


def test_a_purge_is_recorded(two_years: Organization) -> None:
    purge("2021-01-01")
    event = AuditEvent.objects.get(action="audit purged")
    assert event.reason == "13 events before 2021-01-01"
    assert event.object_id == str(AuditPurge.objects.get().pk)


def test_the_chain_goes_on_from_what_a_purge_left(two_years: Organization) -> None:
    purge("2021-12-01")
    _deed(two_years, datetime(2022, 2, 1, 12, tzinfo=UTC))
    newest = AuditSeal.objects.filter(chain=str(two_years.pk)).last()
    assert newest is not None
    assert newest.number == 25
    assert found() == []


def test_one_purge_after_another_keeps_every_anchor(two_years: Organization) -> None:
    quiet = CustomerFactory.create()
    _deed(quiet, START)
    purge("2020-06-01")
    purge("2021-01-01")
    assert set(AuditPurge.objects.all()[0].anchors) == {str(two_years.pk), str(quiet.pk)}
    _deed(quiet, datetime(2022, 2, 1, 12, tzinfo=UTC))
    assert chain.head(str(quiet.pk)).number == 2
    assert found() == []


def test_what_is_missing_behind_an_anchor_is_found(two_years: Organization) -> None:
    purge("2021-01-01")
    mark = AuditPurge.objects.get()
    beyond = [12, mark.anchors[str(two_years.pk)][1]]
    AuditPurge.objects.create(
        before=mark.before + timedelta(1), anchors={str(two_years.pk): beyond}
    )
    assert "missing" in found()


def test_a_row_put_into_the_purged_years_is_found(two_years: Organization) -> None:
    purge("2021-01-01")
    AuditEventFactory.create(organization=two_years, at=START)
    chain.seal()
    assert found() == ["inserted"]


def test_a_row_put_in_afterwards_goes_with_its_time(two_years: Organization) -> None:
    AuditEventFactory.create(organization=two_years, at=START + timedelta(hours=1))
    assert found() == ["inserted"]
    assert purge("2021-01-01") == "14 events and 13 seals are gone"
    assert found() == []


def test_what_was_sealed_after_the_date_stays_whole(db: None) -> None:
    """A deed of the last seconds before midnight is sealed after it: the next purge takes it."""
    customer = CustomerFactory.create()
    _deed(customer, datetime(2020, 12, 31, 23, 59, 50, tzinfo=UTC))
    assert purge("2021-01-01") == "0 events and 0 seals are gone"
    assert found() == []
    assert purge("2021-01-02") == "1 events and 1 seals are gone"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("2999-01-01", "has not come yet"),
        ("yesterday", "YYYY-MM-DD"),
        ("2021-02-30", "YYYY-MM-DD"),
    ],
)
def test_a_date_that_makes_no_sense_is_refused(db: None, before: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        purge(before)


def test_a_date_before_the_last_purge_is_refused(two_years: Organization) -> None:
    purge("2021-01-01")
    with pytest.raises(CommandError, match="gone already"):
        purge("2020-01-01")
