"""The chain of each organisation: what is sealed when, and which tampering its proof tells."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.utils import timezone

from portal import schedule
from portal.accounts.audit import chain
from portal.accounts.audit.proof import prove
from portal.accounts.models import AuditEvent, AuditSeal, Organization
from tests.factories import AuditEventFactory, CustomerFactory

MIGRATION = import_module("portal.accounts.migrations.0002_audit_is_append_only")
LONG_AGO = datetime(2020, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def customer(db: None) -> Organization:
    made: Organization = CustomerFactory.create()
    return made


def deeds(of: Organization | None, count: int = 1, at: datetime = LONG_AGO) -> list[AuditEvent]:
    """Deeds a second apart, the last at that moment."""
    ago = [timedelta(seconds=seconds) for seconds in reversed(range(count))]
    return [AuditEventFactory.create(organization=of, at=at - each) for each in ago]


def seal_all() -> None:
    while chain.seal():
        pass


def numbers(of: Organization) -> list[int]:
    return list(AuditSeal.objects.filter(chain=str(of.pk)).values_list("number", flat=True))


def rows(model: type[models.Model]) -> "models.QuerySet[Any]":
    """A table as somebody who owns the database has it: no trigger, no rule of our code.

    The triggers come back with the end of the test, which takes back all it did.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for drop in MIGRATION.unguarded(connection.vendor):
            cursor.execute(drop)
    return model._base_manager.all()


def found() -> list[str]:
    return [finding.kind for proof in prove() for finding in proof.findings]


def verify(*options: str) -> str:
    out = StringIO()
    call_command("audit_verify", *options, stdout=out, no_color=True)
    return out.getvalue()


# sealing


def test_every_organisation_has_a_chain_of_its_own_and_so_has_none(customer: Organization) -> None:
    other = CustomerFactory.create()
    for of, count in ((customer, 3), (other, 2), (None, 1)):
        deeds(of, count)
    seal_all()
    assert numbers(customer) == [1, 2, 3]
    assert numbers(other) == [1, 2]
    assert AuditSeal.objects.get(chain="").number == 1


def test_events_are_sealed_oldest_first(customer: Organization) -> None:
    late, early = deeds(customer)[0], deeds(customer, at=LONG_AGO - timedelta(hours=1))[0]
    seal_all()
    assert [seal.event_id for seal in AuditSeal.objects.all()] == [early.pk, late.pk]


def test_a_deed_of_this_moment_waits(customer: Organization) -> None:
    deeds(customer, at=timezone.now())
    assert not chain.seal()
    assert "1 events are not sealed yet" in verify()


def test_a_day_without_a_worker_is_sealed_afterwards(
    customer: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "BATCH", 2)
    for hours in range(24):
        deeds(customer, at=LONG_AGO + timedelta(hours=hours))
    seal_all()
    assert len(numbers(customer)) == 24
    assert found() == []


def test_a_deed_that_took_minutes_to_be_stored_is_no_intruder(customer: Organization) -> None:
    deeds(customer)
    seal_all()
    deeds(customer, at=LONG_AGO - timedelta(minutes=9))
    seal_all()
    assert numbers(customer) == [1, 2]
    assert found() == []


def test_sealing_twice_does_nothing_twice(customer: Organization) -> None:
    deeds(customer, 3)
    assert chain.seal()
    before = list(AuditSeal.objects.values())
    assert not chain.seal()
    assert list(AuditSeal.objects.values()) == before


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sealers_at_once_do_not_fork_a_chain() -> None:
    """Where processes write side by side, whoever comes second gives way."""
    customer = CustomerFactory.create()
    deeds(customer, 300)
    at_once = threading.Barrier(4)

    def sealer(_: int) -> bool:
        try:
            at_once.wait(60)
            return chain.seal()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        did = list(pool.map(sealer, range(4)))
    assert True in did
    seal_all()
    assert numbers(customer) == list(range(1, 301))
    assert found() == []


def test_the_worker_seals_by_itself(customer: Organization) -> None:
    deeds(customer, 3)
    assert schedule.run(schedule.named("seal_audit"))
    assert numbers(customer) == [1, 2, 3]


def test_every_column_is_in_the_digest() -> None:
    """A new column is decided about: rows sealed before it were sealed without it."""
    assert set(chain.COLUMNS) == {field.attname for field in AuditEvent._meta.concrete_fields}


def test_the_digest_can_be_computed_elsewhere(customer: Organization) -> None:
    event = deeds(customer)[0]
    seal_all()
    text = (
        f'{{"acting_for_id":null,"action":"case.filed","actor_id":"{event.actor_id}",'
        '"at":"2020-05-01T12:00:00.000000+00:00","changed":[],'
        f'"id":"{event.pk}","ip":null,"object_id":"1","object_kind":"case","object_name":"",'
        f'"organization_id":"{customer.pk}","reason":"","request_id":""}}'
    )
    assert AuditSeal.objects.get().digest == hashlib.sha256(text.encode()).hexdigest()


# proving


def test_what_nobody_touched_holds(customer: Organization) -> None:
    deeds(customer, 5)
    deeds(None, 2)
    seal_all()
    head = chain.head(str(customer.pk))
    told = verify()
    assert f"{customer.name}: 5 events, head 5 {head.digest}\n" in told
    assert "no organisation: 2 events" in told
    assert "every chain holds" in told


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "nothing at all"),
        ("actor_id", None),
        ("organization_id", None),
        ("at", LONG_AGO + timedelta(microseconds=1)),
        ("changed", ["name"]),
        ("reason", "Because."),
        ("ip", "192.0.2.1"),
        ("object_name", "Another"),
    ],
)
def test_a_changed_row_is_found(customer: Organization, column: str, value: Any) -> None:
    middle = deeds(customer, 5)[2]
    seal_all()
    rows(AuditEvent).filter(pk=middle.pk).update(**{column: value})
    assert found() == ["changed"]
    with pytest.raises(CommandError, match="1 things do not fit"):
        verify()


@pytest.mark.parametrize("which", [0, 2, 4])
def test_a_removed_row_is_found(customer: Organization, which: int) -> None:
    gone = deeds(customer, 5)[which]
    deeds(None)
    seal_all()
    rows(AuditEvent).filter(pk=gone.pk).delete()
    assert found() == ["removed"]


def test_a_row_removed_with_its_seal_is_found(customer: Organization) -> None:
    gone = deeds(customer, 5)[2]
    seal_all()
    rows(AuditEvent).filter(pk=gone.pk).delete()
    AuditSeal._base_manager.filter(event_id=gone.pk).delete()
    assert found() == ["missing"]


def test_a_row_put_in_afterwards_is_found_and_never_sealed(customer: Organization) -> None:
    deeds(customer, 5)
    seal_all()
    deeds(customer, at=LONG_AGO - timedelta(hours=1))
    deeds(CustomerFactory.create(), at=LONG_AGO - timedelta(days=1))
    seal_all()
    assert len(numbers(customer)) == 5
    assert found() == ["inserted", "inserted"]


def test_a_changed_seal_is_found(customer: Organization) -> None:
    deeds(customer, 5)
    seal_all()
    rows(AuditSeal).filter(number=3).update(digest="0" * 64)
    assert found() == ["changed", "changed"]  # with the one that follows it


def test_a_row_moved_to_another_chain_is_found(customer: Organization) -> None:
    deeds(customer, 5)
    seal_all()
    rows(AuditSeal).filter(number=5).update(chain="", number=1)
    assert found() == ["changed"]


def test_one_organisations_trouble_is_told_under_its_name(customer: Organization) -> None:
    gone = deeds(customer)[0]
    deeds(None)
    seal_all()
    rows(AuditEvent).filter(pk=gone.pk).delete()
    assert {proof.chain for proof in prove() if proof.findings} == {str(customer.pk)}


def test_a_chain_whose_end_was_cut_off_is_found_by_a_head_kept_elsewhere(
    customer: Organization,
) -> None:
    last = deeds(customer, 5)[-1]
    seal_all()
    kept = chain.head(str(customer.pk)).digest
    assert "every chain holds" in verify("--kept", kept)
    rows(AuditEvent).filter(pk=last.pk).delete()
    AuditSeal._base_manager.filter(event_id=last.pk).delete()
    assert found() == []
    with pytest.raises(CommandError, match="1 things do not fit"):
        verify("--kept", kept)
