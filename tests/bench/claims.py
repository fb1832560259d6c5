"""How fast steps are claimed as the table grows and others wait, on SQLite and on PostgreSQL."""

from tests import servers
from tests.bench import _child

REPORT = "tests.bench._claims"


def measure() -> None:
    """Print the speeds for each database that is here."""
    _child.run(REPORT)
    try:
        with _child.postgres() as url:
            _child.run(REPORT, DATABASE_URL=url)
    except servers.Missing as missing:
        print(f"Left out PostgreSQL: {missing}")
