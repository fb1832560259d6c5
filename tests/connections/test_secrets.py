"""Credentials at rest: sealed to their row, opened in one place, shown nowhere."""

import copy
import json
import logging
import pickle

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings

from tests.factories import SECRETS, AccessTokenFactory, CredentialFactory
from vendors.connections import secrets
from vendors.connections.models import Credential
from vendors.http import redaction


def test_what_was_sealed_opens_in_its_own_row(db: None) -> None:
    credential = CredentialFactory.create()
    assert secrets.reveal(credential).expose() == SECRETS


def test_the_row_holds_nothing_readable(db: None) -> None:
    credential = CredentialFactory.create()
    row = json.dumps(list(Credential.objects.filter(pk=credential.pk).values()), default=str)
    assert not any(value in row for value in SECRETS.values())


def test_an_envelope_moved_to_another_row_is_refused(db: None) -> None:
    mine = CredentialFactory.create()
    other = CredentialFactory.create(fields={**SECRETS, "client_secret": "another"})
    Credential.objects.filter(pk=mine.pk).update(ciphertext=other.ciphertext)
    mine.refresh_from_db()
    with pytest.raises(secrets.Unreadable, match="another row"):
        secrets.reveal(mine)


def test_a_credentials_envelope_is_no_token(db: None) -> None:
    credential = CredentialFactory.create()
    token = AccessTokenFactory.create(connection=credential.connection)
    token.ciphertext = credential.ciphertext
    with pytest.raises(secrets.Unreadable):
        secrets.reveal_token(token)


def test_a_wrong_key_is_refused_without_a_word_of_the_content(
    db: None, settings: LazySettings
) -> None:
    credential = CredentialFactory.create()
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(secrets.Unreadable) as raised:
        secrets.reveal(credential)
    assert credential.ciphertext not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_damaged_envelope_is_refused(db: None) -> None:
    credential = CredentialFactory.create()
    credential.ciphertext = credential.ciphertext[:-8] + "AAAAAAA="
    with pytest.raises(secrets.Unreadable):
        secrets.reveal(credential)


@pytest.mark.parametrize("keys", [[], ["no key"]])
def test_without_a_key_nothing_is_sealed(settings: LazySettings, keys: list[str]) -> None:
    settings.CREDENTIAL_KEYS = keys
    with pytest.raises(secrets.Unreadable, match="CREDENTIAL_KEYS"):
        secrets.seal("x", "y")


def test_an_older_key_still_opens_and_the_newest_seals(settings: LazySettings) -> None:
    old = settings.CREDENTIAL_KEYS[0]
    envelope = secrets.seal("value", "row")
    new = Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [new, old]
    assert secrets.unseal(envelope, "row") == "value"
    settings.CREDENTIAL_KEYS = [new]
    with pytest.raises(secrets.Unreadable):
        secrets.unseal(envelope, "row")


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = secrets.Secret("do not tell")
    for shown in (str(secret), repr(secret), f"{secret}", f"{secret:>20}", f"{[secret]}"):
        assert "do not tell" not in shown
    assert secret.expose() == "do not tell"


def test_a_secret_cannot_be_pickled_or_copied() -> None:
    secret = secrets.Secret("do not tell")
    for dump in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            dump(secret)


def test_a_revealed_value_is_hidden_from_the_log_and_a_host_is_not(db: None) -> None:
    secrets.reveal(CredentialFactory.create())
    record = logging.makeLogRecord({"msg": f"{SECRETS['client_secret']} at {SECRETS['host']}"})
    redaction.RedactingFilter().filter(record)
    assert SECRETS["client_secret"] not in record.getMessage()
    assert SECRETS["host"] in record.getMessage()


def test_equal_secrets_have_equal_fingerprints_and_the_fingerprint_tells_nothing(
    db: None,
) -> None:
    one, two = CredentialFactory.create(), CredentialFactory.create()
    other = CredentialFactory.create(fields={**SECRETS, "client_secret": "another"})
    assert one.fingerprint == two.fingerprint != other.fingerprint
    assert one.ciphertext != two.ciphertext
    assert SECRETS["client_secret"][-4:] not in str(one)
