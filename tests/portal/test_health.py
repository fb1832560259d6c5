"""What a monitor is told, and who is told what."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.models import Lease
from tests.factories import (
    ConnectionFactory,
    LeaseFactory,
    MembershipFactory,
    PushFactory,
    UserFactory,
)
from vendors.connections import health
from vendors.http.errors import Unauthorised

BEARER = {"Authorization": "Bearer a-token-of-the-monitor"}


@pytest.fixture
def working(db: None) -> None:
    """A worker ran just now."""
    LeaseFactory.create(last_run_at=timezone.now())


@pytest.fixture
def token(settings: LazySettings) -> None:
    settings.MONITOR_TOKEN = "a-token-of-the-monitor"


def test_livez_asks_nobody(db: None, client: Client) -> None:
    with CaptureQueriesContext(database) as queries:
        answer = client.get("/livez")
    assert answer.status_code == 200
    assert queries.captured_queries == []


def test_readyz_is_fine_when_everything_works(db: None, client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_readyz_names_a_broker_that_does_not_answer(
    db: None, client: Client, settings: LazySettings
) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"broker\n")


def test_readyz_names_a_storage_that_cannot_be_written(
    db: None, client: Client, settings: LazySettings
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": "/proc/nowhere"},
        },
    }
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"storage\n")


@pytest.mark.django_db(transaction=True)
def test_readyz_names_migrations_that_are_missing(client: Client) -> None:
    call_command("migrate", "portal", "zero", verbosity=0)
    try:
        answer = client.get("/readyz")
    finally:
        call_command("migrate", "portal", verbosity=0)
    assert (answer.status_code, answer.content) == (503, b"migrations\n")


def test_all_is_well_when_workers_work(working: None, client: Client) -> None:
    assert client.get("/health.json").json() == {"healthy": True, "issues": []}


def test_a_silent_worker_is_an_issue(working: None, client: Client) -> None:
    Lease.objects.update(last_run_at=timezone.now() - timedelta(minutes=3))
    found = client.get("/health.json").json()
    assert not found["healthy"]
    assert [issue["part"] for issue in found["issues"]] == ["worker"]


@pytest.fixture
def failing(working: None) -> None:
    """A connection whose credential was refused."""
    health.note_failure(ConnectionFactory.create(label="Northwind link"), Unauthorised("no"))


def test_anybody_learns_that_a_connection_fails_and_not_which(
    failing: None, client: Client
) -> None:
    answer = client.get("/health.json")
    assert [issue["part"] for issue in answer.json()["issues"]] == ["connection"]
    assert "Northwind" not in answer.content.decode()


def test_the_monitor_learns_which(failing: None, token: None, client: Client) -> None:
    issue = client.get("/health.json", headers=BEARER).json()["issues"][0]
    assert issue["name"] == "Northwind link"
    assert "refused our credential" in issue["words"]


def test_metrics_are_for_the_monitor_and_the_operator(
    db: None, token: None, client: Client
) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 404
    assert client.get("/metrics", headers=BEARER).status_code == 200
    client.force_login(MembershipFactory.create().user)
    assert client.get("/metrics").status_code == 404
    client.force_login(UserFactory.create(operator=True))
    assert client.get("/metrics").status_code == 200


def test_an_unset_token_opens_nothing(db: None, client: Client, settings: LazySettings) -> None:
    settings.MONITOR_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_metrics_count_steps_by_state(working: None, token: None, client: Client) -> None:
    PushFactory.create_batch(2)
    PushFactory.create(state="done")
    lines = client.get("/metrics", headers=BEARER).content.decode().splitlines()
    assert 'caseport_pushes{state="pending"} 2' in lines
    assert 'caseport_pushes{state="done"} 1' in lines
    assert 'caseport_pushes{state="refused"} 0' in lines
