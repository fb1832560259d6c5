"""Many steps at once, multiplied within the database: a million rows in seconds."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, models
from django.utils import timezone

from cases.models.push import ENDED, State
from tests import factories
from vendors.connections.models import Connection

PER_CASE = 10
KEYS = {"sqlite": "printf('%032x', {})", "postgresql": "lpad(to_hex({}), 32, '0')::uuid"}
EARLIER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', copied.not_before, '-' || (n / 1000.0) || ' seconds')",
    "postgresql": "copied.not_before - n * interval '1 millisecond'",
}


@dataclass
class Crowd:
    """Makes cases and steps of many connections; no number is used twice."""

    used: int = 0

    def connect(self) -> Connection:
        """A connection with a credential, which may be called."""
        made: Connection = factories.ConnectionFactory()
        factories.CredentialFactory(connection=made)
        return made

    def add(self, through: Connection, states: tuple[State, ...], cases: int) -> None:
        """So many cases, each with one step in each of these states, in this order."""
        case = factories.CaseFactory(connection=through, organization__reseller=through.owner)
        first, self.used = self.used + 1, self.used + cases
        told = {"id": _key("n"), "reference": "'B-' || n", "vendor_id": "'B-' || n"}
        _multiply(case, first, self.used, told)
        for position, state in enumerate(states, 1):
            push = factories.PushFactory(
                case=case,
                state=state,
                position=position,
                not_before=timezone.now() - timedelta(hours=1),
                settled_at=timezone.now() if state in ENDED else None,
            )
            told = {
                "id": _key(f"n * {PER_CASE} + {position - 1}"),
                "case_id": _key("n"),
                "marker": f"'B{position}-' || n",
                "not_before": EARLIER[connection.vendor],
            }
            _multiply(push, first, self.used, told)
            push.delete()
        case.delete()

    def finish(self, through: Connection, steps: int) -> None:
        """So many steps that ended."""
        self.add(through, (State.DONE,) * PER_CASE, steps // PER_CASE)


def analyse() -> None:
    """Let the planner know its tables, as PostgreSQL's autovacuum does by itself."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")


def _key(number: str) -> str:
    return KEYS[connection.vendor].format(number)


def _multiply(row: models.Model, first: int, last: int, changed: dict[str, str]) -> None:
    """Copies of this row, one for each number; the columns named are made from it."""
    quote = connection.ops.quote_name
    fields = [field for field in row._meta.concrete_fields if not field.generated]
    columns = [str(field.column) for field in fields]
    values = ", ".join(changed.get(name, f"copied.{quote(name)}") for name in columns)
    names, table = ", ".join(map(quote, columns)), quote(row._meta.db_table)
    numbers = "WITH RECURSIVE numbers(n) AS (SELECT %s UNION ALL SELECT n + 1 FROM numbers"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) {numbers} WHERE n < %s) "  # noqa: S608  our own words
            f"SELECT {values} FROM {table} AS copied, numbers WHERE copied.id = %s",
            [first, last, row.pk if connection.vendor == "postgresql" else row.pk.hex],
        )
