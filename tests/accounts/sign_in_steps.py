"""What tests of signing in do: enter by password, set up an authenticator app, compute its code."""

import time

import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from portal.accounts.models import User
from tests.factories import PASSWORD, UserFactory


def person(email: str = "kim@example.test", **facts: object) -> User:
    """Somebody whose address is confirmed."""
    user: User = UserFactory.create(email=email, **facts)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def enter(user: User, password: str = PASSWORD, **browser: str) -> Client:
    """A browser in which the person gave e-mail address and password."""
    client = Client(headers=browser)
    client.post("/accounts/login/", {"login": user.email, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get("/accounts/profile/").status_code == 200


def code_of(secret: str, periods: int = 0) -> str:
    """What an app that holds the secret shows now, or so many periods from now."""
    value = totp.hotp_value(secret, int(time.time()) // 30 + periods)
    return str(totp.format_hotp_value(value))


def lasting_code_of(secret: str) -> str:
    """As `code_of`, in time to be typed: a code whose half minute ends is refused."""
    if (left := 30 - time.time() % 30) < 15:
        time.sleep(left)
    return code_of(secret)


def set_up_app(client: Client) -> str:
    """Turn an authenticator app on, as the page says; the secret it keeps."""
    client.get("/accounts/2fa/totp/activate/")
    secret: str = client.session[totp.SECRET_SESSION_KEY]
    with time_machine.travel(time.time(), tick=False):  # no half minute ends in between
        answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def recovery_codes(user: User) -> list[str]:
    kept = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    codes: list[str] = kept.wrap().get_unused_codes()
    return codes


def age_sign_in(client: Client, seconds: float = 600) -> None:
    """Let the sign-in, and every later proof of who it is, have been so long ago."""
    session = client.session
    session["signed_in_at"] = time.time() - seconds
    session["account_authentication_methods"] = [
        {**each, "at": time.time() - seconds}
        for each in session.get("account_authentication_methods", [])
    ]
    session.save()
