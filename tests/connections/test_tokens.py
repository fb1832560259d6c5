"""One sign-in at the vendor serves all processes until its token ends."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.utils import timezone

from vendors.connections.models import AccessToken, Connection
from vendors.connections.tokens import StoredToken
from vendors.http.errors import Unauthorised


class SignIn:
    """A vendor's sign-in: a new token each time, good for `seconds`."""

    def __init__(self, seconds: float = 3600) -> None:
        self.times = 0
        self.seconds = seconds

    def __call__(self) -> tuple[str, datetime]:
        self.times += 1
        return f"token number {self.times}", datetime.now(UTC) + timedelta(seconds=self.seconds)


def test_a_good_token_is_used_again_by_everybody(connection: Connection) -> None:
    sign_in = SignIn()
    assert StoredToken(connection).get(sign_in) == "token number 1"
    assert StoredToken(connection).get(sign_in) == "token number 1"


def test_a_token_about_to_end_is_not_used(connection: Connection) -> None:
    sign_in = SignIn(seconds=30)
    StoredToken(connection).get(sign_in)
    assert StoredToken(connection).get(sign_in) == "token number 2"


def test_the_row_holds_nothing_readable(connection: Connection) -> None:
    StoredToken(connection).get(SignIn())
    assert "token number" not in AccessToken.objects.get().ciphertext


def test_a_token_the_vendor_refused_is_dropped(connection: Connection) -> None:
    sign_in = SignIn()
    tokens = StoredToken(connection)
    tokens.forget(tokens.get(sign_in))
    assert tokens.get(sign_in) == "token number 2"


def test_dropping_an_older_token_keeps_the_current_one(connection: Connection) -> None:
    sign_in = SignIn()
    tokens = StoredToken(connection)
    old = tokens.get(sign_in)
    tokens.forget(old)
    tokens.get(sign_in)
    tokens.forget(old)
    assert tokens.get(sign_in) == "token number 2"


def test_a_token_no_key_opens_means_signing_in_again(
    connection: Connection, settings: LazySettings
) -> None:
    sign_in = SignIn()
    StoredToken(connection).get(sign_in)
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    assert StoredToken(connection).get(sign_in) == "token number 2"


def test_a_refused_sign_in_is_told_and_blocks_nobody(connection: Connection) -> None:
    def refused() -> tuple[str, datetime]:
        raise Unauthorised("no")

    with pytest.raises(Unauthorised):
        StoredToken(connection).get(refused)
    assert StoredToken(connection).get(SignIn()) == "token number 1"


def test_a_sign_in_whose_process_died_is_taken_over(connection: Connection) -> None:
    AccessToken.objects.create(
        connection=connection, renewing_until=timezone.now() - timedelta(seconds=1)
    )
    assert StoredToken(connection).get(SignIn()) == "token number 1"
