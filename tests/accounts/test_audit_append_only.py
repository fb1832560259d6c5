"""No audit row is changed, and none deleted but by a purge: in our code, and in the database."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from portal.accounts.models import AuditEvent, AuditPurge, AuditSeal
from portal.accounts.models.audit import AuditIsAppendOnly
from tests.factories import AuditEventFactory, AuditPurgeFactory, AuditSealFactory

NOW = timezone.now()
OLD = NOW - timedelta(days=400)
FACTORIES: dict[type[models.Model], Any] = {
    AuditEvent: AuditEventFactory,
    AuditSeal: AuditSealFactory,
    AuditPurge: AuditPurgeFactory,
}
EVERY = pytest.mark.parametrize("model", list(FACTORIES))


def write(model: type[models.Model], at: Any) -> models.Model:
    column = {AuditEvent: "at", AuditSeal: "sealed_at", AuditPurge: "before"}[model]  # type: ignore[index]  # one of three
    row: models.Model = FACTORIES[model].create(**{column: at})
    return row


def in_sql(statement: str, row: models.Model, more: str = "") -> int:
    """What somebody at the database's own prompt may do to a row."""
    field = row._meta.pk
    assert field is not None
    pk = field.get_db_prep_value(row.pk, connection)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{statement} WHERE id = %s {more}", [pk])
        return int(cursor.rowcount)


def delete(row: models.Model) -> int:
    return in_sql(f"DELETE FROM {row._meta.db_table}", row)  # noqa: S608  our own table


@EVERY
def test_our_own_code_can_neither_change_nor_delete_a_row(
    db: None, model: type[models.Model]
) -> None:
    row = write(model, OLD)
    rows = model._default_manager.all()
    for deed in (
        row.save,
        row.delete,
        rows.delete,
        lambda: rows.update(id=row.pk),
        lambda: rows.bulk_update([row], ["id"]),
    ):
        with pytest.raises(AuditIsAppendOnly):
            deed()
    assert rows.get() == row


@EVERY
def test_the_database_refuses_every_change(db: None, model: type[models.Model]) -> None:
    row = write(model, OLD)
    AuditPurge.objects.create(before=NOW)
    with pytest.raises(IntegrityError, match="never changed"):
        in_sql(f"UPDATE {model._meta.db_table} SET id = id", row)  # noqa: S608  our own table


KEYS: dict[type[models.Model], list[tuple[str, ...]]] = {  # what no two rows of a table share
    AuditEvent: [("id",)],
    AuditSeal: [("id",), ("event_id",), ("chain", "number")],
    AuditPurge: [("id",)],
}


def take_place_of(row: models.Model, key: tuple[str, ...], deed: str) -> None:
    """Insert a row that shares this key with another and differs in all other ones."""
    fresh = {"id": f"'{uuid4()}'", "event_id": f"'{uuid4()}'", "number": "number + 1"}
    if connection.vendor == "sqlite":
        fresh = {name: value.replace("-", "") for name, value in fresh.items()}
    columns = [field.attname for field in row._meta.concrete_fields]
    columns += [name for name in key if name not in columns]
    told = [name if name in key else fresh.get(name, name) for name in columns]
    table, into, values = row._meta.db_table, ", ".join(columns), ", ".join(told)
    before, _, after = deed.partition("|")
    in_sql(f"{before} INTO {table} ({into}) SELECT {values} FROM {table}", row, after)  # noqa: S608  our own table


def ways_to_replace(model: type[models.Model]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each key with each statement that puts a row in the place of the one that has it."""
    for key in KEYS[model]:
        yield key, f"INSERT|ON CONFLICT ({', '.join(key)}) DO UPDATE SET id = EXCLUDED.id"
    if connection.vendor == "sqlite":
        yield from ((key, "INSERT OR REPLACE|") for key in [("rowid",), *KEYS[model]])


@EVERY
def test_no_row_is_replaced_by_one_of_the_same_key(db: None, model: type[models.Model]) -> None:
    row = write(model, OLD)
    AuditPurge.objects.create(before=OLD)
    untouched = list(model._default_manager.order_by("pk").values())
    for key, deed in ways_to_replace(model):
        with pytest.raises(IntegrityError, match="never changed"):
            take_place_of(row, key, deed)
    assert list(model._default_manager.order_by("pk").values()) == untouched


@pytest.mark.parametrize("model", [AuditEvent, AuditSeal])
def test_the_database_deletes_only_what_is_before_the_mark(
    db: None, model: type[models.Model]
) -> None:
    row, younger = write(model, OLD), write(model, NOW)
    with pytest.raises(IntegrityError):
        delete(row)
    AuditPurge.objects.create(before=OLD)
    with pytest.raises(IntegrityError):
        delete(row)
    AuditPurge.objects.create(before=OLD + timedelta(microseconds=1))
    with pytest.raises(IntegrityError):
        delete(younger)
    assert delete(row) == 1


@pytest.mark.parametrize("model", [AuditEvent, AuditSeal])
def test_the_newest_mark_counts(db: None, model: type[models.Model]) -> None:
    row = write(model, OLD)
    AuditPurge.objects.create(before=NOW)
    AuditPurge.objects.create(before=OLD)
    assert delete(row) == 1


@pytest.mark.parametrize("micro", [0, 1, 500_000, 999_999])
def test_a_fraction_of_a_second_is_told_apart(db: None, micro: int) -> None:
    at = OLD.replace(microsecond=micro)
    row = write(AuditEvent, at)
    AuditPurge.objects.create(before=at)
    with pytest.raises(IntegrityError):
        delete(row)
    AuditPurge.objects.create(before=at + timedelta(microseconds=1))
    assert delete(row) == 1


@pytest.mark.parametrize("model", [AuditEvent, AuditSeal])
def test_a_mark_stays_while_anything_stands(db: None, model: type[models.Model]) -> None:
    row = write(model, OLD)
    mark = AuditPurge.objects.create(before=NOW)
    with pytest.raises(IntegrityError):
        delete(mark)
    delete(row)
    assert delete(mark) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_that_commits_leaves_nothing_behind(turn: int) -> None:
    assert not AuditEvent.objects.exists()
    assert not AuditPurge.objects.exists()
    AuditEventFactory.create()
    AuditSealFactory.create()
