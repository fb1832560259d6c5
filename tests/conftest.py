"""What every test may ask for."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from portal.accounts.models import AuditEvent, AuditPurge, AuditSeal

pytest_plugins = ("tests.fixtures",)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Rate limits and what else the cache counts begin anew with each test."""
    cache.clear()


@pytest.fixture(autouse=True)
def _audit_can_be_flushed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lets the audit go before a test that commits is cleaned up after.

    Such a test ends with every table emptied: on SQLite by DELETE, which the audit's triggers
    refuse, on PostgreSQL by TRUNCATE, which asks none.
    """
    marker = request.node.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction")
    commits = commits or not {"transactional_db", "live_server"}.isdisjoint(request.fixturenames)
    if not commits or connection.vendor != "sqlite":
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    AuditPurge.objects.create(before=timezone.now() + timedelta(days=36_500))
    AuditSeal.objects.all().let_go()
    AuditEvent.objects.all().let_go()
