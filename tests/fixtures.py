"""Fixtures over tests/servers.py: asking for what is missing skips the test with the reason."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests import servers


def _serve(name: str) -> Iterator[str]:
    try:
        with servers.running(name) as url:
            yield url
    except servers.Missing as missing:
        servers.give_up(missing)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server, as a URL of its database `postgres`."""
    yield from _serve("postgres")


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis; processes that share the tests share it, each with a database of its own."""
    beside = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    for url in _serve("redis"):
        yield urlsplit(url)._replace(path=f"/{int(beside) % 16}").geturl() if beside else url


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    yield from _serve("rabbitmq")


@pytest.fixture(scope="session")
def axe_script() -> str:
    """The source of axe-core, to be run in a page."""
    try:
        return servers.axe()
    except servers.Missing as missing:
        servers.give_up(missing)
        raise


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what a marker says this run does not offer."""
    if item.get_closest_marker("chromium"):
        try:
            servers.chromium()
        except servers.Missing as missing:
            servers.give_up(missing)
    if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.skip("runs on PostgreSQL alone: make test has a part for it")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how much the isolation tests asked, if they ran."""
    sizes: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            sizes.update({name: n for name, n in report.user_properties if isinstance(n, int)})
    if sizes:
        told = ", ".join(f"{n:,} {name}" for name, n in sorted(sizes.items()))
        terminalreporter.write_line(f"Isolation: {told}.")
