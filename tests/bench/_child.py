"""A measurement in a process of its own: the project's settings over a database of its own.

A module that needs Django offers `report()`, which prints; its measurement calls `run` with its
name.
"""

import importlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg
from django.db import connections

from portal import first_start
from tests import servers
from tests.portal.serving import environment

LONGEST = 600.0
DATABASE = "caseport_bench"


def run(module: str, **changes: str) -> None:
    """Report of `module`, with these environment variables; raises when it failed."""
    with tempfile.TemporaryDirectory(prefix="caseport-bench-") as folder:
        run_in(Path(folder), module, **changes)


def run_in(data: Path, module: str, **changes: str) -> None:
    """As `run`, over a data folder that may be a running portal's."""
    env = environment(data, DJANGO_SETTINGS_MODULE="portal.settings", **changes)
    command = [sys.executable, "-m", __name__, module]
    subprocess.run(  # noqa: S603  our own program
        command, env=env, cwd=servers.ROOT, check=True, timeout=LONGEST
    )


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL database; raises servers.Missing."""
    with servers.running("postgres") as url, psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        server.execute(f"CREATE DATABASE {DATABASE}")
        try:
            yield urlsplit(url)._replace(path=f"/{DATABASE}").geturl()
        finally:
            server.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@contextmanager
def beside() -> Iterator[None]:
    """Keeps the database open as a worker does; SQLite's last to leave clears its journal away."""
    other = connections["default"].copy()
    try:
        other.ensure_connection()
        yield
    finally:
        other.close()


def main(module: str) -> None:
    """In the child: prepare what serving prepares, then report."""
    django.setup()
    first_start.make_folders()
    first_start.prepare_database()
    first_start.collect_static()
    with beside():
        importlib.import_module(module).report()


if __name__ == "__main__":
    main(sys.argv[1])
