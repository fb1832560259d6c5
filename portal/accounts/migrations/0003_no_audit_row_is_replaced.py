"""SQLite refuses a row that would take the place of an audit row.

`INSERT OR REPLACE` deletes what stands in its way without asking the triggers of a deletion. Every
key counts, the hidden row number too. On PostgreSQL the same deed is an update, refused as one.

A later migration that rebuilds one of these tables ends with `guard` of this one.
"""

from typing import Any

from django.db import migrations

REFUSED = "Audit rows are never changed, and deleted only before the mark of a purge."
KEYS = {
    "accounts_auditevent": ("rowid", "id"),
    "accounts_auditseal": ("rowid", "id", "event_id", "chain, number"),
    "accounts_auditpurge": ("rowid", "id"),
}


def taken(table: str, key: str) -> str:
    own = ", ".join(f"NEW.{column}" for column in key.split(", "))
    return f"EXISTS (SELECT 1 FROM {table} WHERE ({key}) = ({own}))"  # noqa: S608  names of ours


def guard(apps: Any, editor: Any) -> None:
    if editor.connection.vendor != "sqlite":
        return
    for table, keys in KEYS.items():
        condition = " OR ".join(taken(table, key) for key in keys)
        editor.execute(
            f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
            params=None,
        )


def unguard(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "sqlite":
        for table in KEYS:
            editor.execute(f"DROP TRIGGER {table}_insert", params=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_audit_is_append_only")]

    operations = [migrations.RunPython(guard, unguard)]
