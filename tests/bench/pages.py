"""Case list and case page among 10,000 cases, on SQLite and on PostgreSQL."""

from tests import servers
from tests.bench import _child

REPORT = "tests.bench._pages"


def measure() -> None:
    """Print the pages' figures for each database that is here."""
    _child.run(REPORT)
    try:
        with _child.postgres() as url:
            _child.run(REPORT, DATABASE_URL=url)
    except servers.Missing as missing:
        print(f"Left out PostgreSQL: {missing}")
