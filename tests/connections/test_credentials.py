"""Giving a connection a credential, and a person's test of it."""

from collections.abc import Mapping

import pytest
from django.conf import LazySettings

from portal.accounts.models import AuditEvent
from tests.connections.rows import FIELDS, TestVendor
from tests.factories import AccessTokenFactory, UserFactory
from tests.world import Played
from vendors.connections import credentials, gateway, health, secrets
from vendors.connections.models import AccessToken, Connection, Credential
from vendors.http.errors import Unauthorised

NEW = {"user": "caseport", "secret": "another secret"}


def test_the_new_credential_is_active_and_the_old_one_erased(connection: Connection) -> None:
    old = connection.credentials.get()
    credentials.replace(connection, NEW, by=UserFactory.create(), changed=["secret"])
    old.refresh_from_db()
    assert (old.state, old.ciphertext) == (Credential.State.RETIRED, "")
    active = gateway.active_credential(connection)
    assert active is not None
    assert secrets.reveal(active).expose() == NEW
    assert active.identity == "user caseport"


def test_a_token_got_with_the_old_credential_is_dropped(connection: Connection) -> None:
    AccessTokenFactory.create(connection=connection)
    credentials.replace(connection, NEW, by=None, changed=["secret"])
    assert not AccessToken.objects.exists()


def test_a_new_credential_closes_the_breaker(connection: Connection) -> None:
    health.note_failure(connection, Unauthorised("no"))
    credentials.replace(connection, NEW, by=None, changed=["secret"])
    assert health.is_available(connection)


def test_the_record_names_the_fields_and_never_their_values(connection: Connection) -> None:
    person = UserFactory.create()
    credentials.replace(connection, NEW, by=person, changed=["secret"])
    event = AuditEvent.objects.get(action="credential entered")
    assert event.changed == ["secret"]
    assert event.actor == person
    row = str(AuditEvent.objects.filter(pk=event.pk).values())
    assert "another secret" not in row


@pytest.mark.parametrize(
    ("fields", "words"),
    [({}, "User, Secret missing"), ({"user": "u"}, "Secret missing"), (FIELDS, "")],
)
def test_what_is_missing_is_named(fields: Mapping[str, str], words: str) -> None:
    problem = credentials.problem(TestVendor, fields)
    assert words in problem
    assert bool(problem) is bool(words)


def test_stored_fields_no_key_opens_count_as_none(
    connection: Connection, settings: LazySettings
) -> None:
    assert credentials.stored(connection) == FIELDS
    settings.CREDENTIAL_KEYS = []
    assert credentials.stored(connection) == {}


def test_a_successful_test_closes_the_breakers_and_is_recorded(simulated: Connection) -> None:
    health.note_failure(simulated, Unauthorised("no"))
    proof = credentials.test(simulated, by=UserFactory.create())
    assert proof.proven
    assert health.is_available(simulated)
    assert health.standing(simulated) is health.Standing.HEALTHY
    assert AuditEvent.objects.get(action="connection tested").reason == "succeeded"


def test_a_failed_test_opens_the_breaker_and_raises_the_vendors_words(
    simulated: Connection, played: Played
) -> None:
    played.fault("read", "expired_credential", times=9)
    with pytest.raises(Unauthorised):
        credentials.test(simulated, by=UserFactory.create())
    assert not health.is_available(simulated)
    assert "failed" in AuditEvent.objects.get(action="connection tested").reason


def test_a_paused_connection_can_be_tested_and_stays_paused(simulated: Connection) -> None:
    Connection.objects.update(state=Connection.State.PAUSED)
    simulated.refresh_from_db()
    assert credentials.test(simulated, by=UserFactory.create()).proven
    simulated.refresh_from_db()
    assert simulated.is_paused
