"""Moving every stored secret to a new key, at any time and as often as one likes."""

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from portal.checks import keys_open_what_is_stored
from tests.factories import SECRETS, AccessTokenFactory, CredentialFactory
from vendors.connections import secrets
from vendors.connections.models import AccessToken, Credential


def run(*options: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *options, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def rows(db: None) -> list[Credential]:
    """Two credentials and a token, sealed with the key of now."""
    token = AccessTokenFactory.create()
    AccessToken.objects.filter(pk=token.pk).update(
        ciphertext=secrets.seal("a token", secrets.context_of(token))
    )
    made: list[Credential] = CredentialFactory.create_batch(2)
    return made


@pytest.fixture
def new_key(rows: list[Credential], settings: LazySettings) -> str:
    """A new key, first in the list."""
    key = Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [key, *settings.CREDENTIAL_KEYS]
    return key


def test_after_rotation_the_new_key_alone_opens_everything(
    new_key: str, settings: LazySettings
) -> None:
    assert run() == "3 moved to the newest key"
    settings.CREDENTIAL_KEYS = [new_key]
    for credential in Credential.objects.all():
        assert secrets.reveal(credential).expose() == SECRETS
    assert secrets.reveal_token(AccessToken.objects.get()).expose() == "a token"


def test_running_again_changes_nothing(new_key: str) -> None:
    run()
    before = list(Credential.objects.order_by("pk").values_list("ciphertext", flat=True))
    assert run() == "3 on the newest key"
    assert before == list(Credential.objects.order_by("pk").values_list("ciphertext", flat=True))


def test_a_run_that_was_stopped_is_finished_by_the_next(
    new_key: str, rows: list[Credential]
) -> None:
    done = rows[0]
    fresh = secrets.reseal(done.ciphertext, secrets.context_of(done))
    Credential.objects.filter(pk=done.pk).update(ciphertext=fresh)
    assert run() == "2 moved to the newest key, 1 on the newest key"


def test_check_says_what_is_left_and_changes_nothing(new_key: str) -> None:
    before = list(Credential.objects.values_list("ciphertext", flat=True))
    with pytest.raises(CommandError):
        run("--check")
    assert before == list(Credential.objects.values_list("ciphertext", flat=True))
    run()
    assert run("--check") == "3 on the newest key"


def test_a_lost_key_is_told_and_nothing_is_erased(
    rows: list[Credential], settings: LazySettings
) -> None:
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError):
        run()
    assert not Credential.objects.filter(ciphertext="").exists()


def test_a_lost_key_stops_the_start_until_what_it_closed_is_erased(
    rows: list[Credential], settings: LazySettings
) -> None:
    assert keys_open_what_is_stored(None) == []
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    assert [error.id for error in keys_open_what_is_stored(None)] == ["caseport.E002"]
    assert run("--drop-unreadable") == "3 erased"
    assert keys_open_what_is_stored(None) == []
    assert not Credential.objects.filter(state=Credential.State.ACTIVE).exists()


@pytest.mark.parametrize("keys", [[], ["no key"]])
def test_a_key_that_is_none_stops_the_start(
    db: None, settings: LazySettings, keys: list[str]
) -> None:
    settings.CREDENTIAL_KEYS = keys
    assert [error.id for error in keys_open_what_is_stored(None)] == ["caseport.E001"]
