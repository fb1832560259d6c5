"""The database itself refuses to change an audit row, or to delete one that no purge let go.

Written by hand, once for each database we run on. A purge writes its mark, a row of AuditPurge,
before it deletes; the mark stays for as long as anything stands that it explains.

SQLite loses a table's triggers when a later migration rebuilds that table: such a migration ends
with `guard` of this one.
"""

from collections.abc import Iterator
from typing import Any

from django.db import migrations

REFUSED = "Audit rows are never changed, and deleted only before the mark of a purge."
WRITTEN = {"accounts_auditevent": "at", "accounts_auditseal": "sealed_at"}
MARK = "accounts_auditpurge"


def on_sqlite() -> Iterator[str]:
    """Times are kept as text whose order is that of time; without a mark nothing is before it."""
    for table, column in WRITTEN.items():
        yield refusing(table, "UPDATE", "1")
        before_mark = f"OLD.{column} < (SELECT max(before) FROM {MARK})"  # noqa: S608  names of ours
        yield refusing(table, "DELETE", f"NOT coalesce({before_mark}, 0)")
    yield refusing(MARK, "UPDATE", "1")
    stands = " OR ".join(f"EXISTS (SELECT 1 FROM {table})" for table in WRITTEN)  # noqa: S608  likewise
    yield refusing(MARK, "DELETE", stands)


def refusing(table: str, deed: str, condition: str) -> str:
    return (
        f"CREATE TRIGGER {table}_{deed.lower()} BEFORE {deed} ON {table} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    )


def on_postgresql() -> Iterator[str]:
    """Row by row: TRUNCATE, which only the tables' owner may, asks no such trigger."""
    yield """
        CREATE FUNCTION accounts_audit_row_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            written timestamptz;
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF TG_TABLE_NAME = 'accounts_auditevent' THEN
                    written := OLD.at;
                ELSE
                    written := OLD.sealed_at;
                END IF;
                IF written < (SELECT max(before) FROM accounts_auditpurge) THEN
                    RETURN OLD;
                END IF;
            END IF;
            RAISE EXCEPTION 'Audit rows are never changed, and deleted only before the mark of a purge.'
                USING ERRCODE = 'integrity_constraint_violation';
        END $$"""
    yield """
        CREATE FUNCTION accounts_audit_mark_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM accounts_auditevent)
                AND NOT EXISTS (SELECT 1 FROM accounts_auditseal) THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'Audit rows are never changed, and deleted only before the mark of a purge.'
                USING ERRCODE = 'integrity_constraint_violation';
        END $$"""
    for table in (*WRITTEN, MARK):
        what = "mark" if table == MARK else "row"
        yield (
            f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION accounts_audit_{what}_stays()"
        )


def unguarded(vendor: str) -> Iterator[str]:
    for table in (*WRITTEN, MARK):
        if vendor == "postgresql":
            yield f"DROP TRIGGER {table}_stays ON {table}"
        else:
            yield f"DROP TRIGGER {table}_update"
            yield f"DROP TRIGGER {table}_delete"
    if vendor == "postgresql":
        yield "DROP FUNCTION accounts_audit_row_stays()"
        yield "DROP FUNCTION accounts_audit_mark_stays()"


def guard(apps: Any, editor: Any) -> None:
    statements = on_postgresql if editor.connection.vendor == "postgresql" else on_sqlite
    for statement in statements():
        editor.execute(statement, params=None)


def unguard(apps: Any, editor: Any) -> None:
    for statement in unguarded(editor.connection.vendor):
        editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
