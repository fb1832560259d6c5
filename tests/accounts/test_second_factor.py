"""Second factors: set up, asked for, used once, demanded of whoever may see the console."""

import re
import time
from collections.abc import Iterator

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from portal.accounts.models import User
from portal.accounts.roles import Role
from tests.accounts.sign_in_steps import (
    age_sign_in,
    code_of,
    enter,
    is_in,
    person,
    recovery_codes,
    set_up_app,
)
from tests.factories import PASSWORD, MembershipFactory, ResellerFactory

AUTHENTICATE = "/accounts/2fa/authenticate/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _no_half_minute_ends() -> Iterator[None]:
    """A code is refused as soon as its half minute is over, be it the one it was made in."""
    with time_machine.travel(time.time(), tick=False):
        yield


@pytest.fixture
def kim(db: None) -> User:
    return person()


@pytest.fixture
def admin(db: None) -> User:
    """A reseller's admin."""
    user = person("ada@example.test")
    MembershipFactory.create(user=user, organization=ResellerFactory.create(), role=Role.ADMIN)
    return user


@pytest.fixture
def production(settings: LazySettings) -> None:
    settings.DEMO = False


@pytest.mark.django_db(transaction=True)
def test_an_app_is_set_up_and_recovery_codes_come_with_it(kim: User) -> None:
    client = enter(kim)
    set_up_app(client)
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    codes = recovery_codes(kim)
    assert len(codes) == 10
    assert all(code in page for code in codes)
    assert "The authenticator app is on." in page
    download = client.get("/accounts/2fa/recovery-codes/download/").content.decode()
    assert download.split() == codes


def test_a_password_alone_no_longer_opens_the_account(kim: User) -> None:
    set_up_app(enter(kim))
    client = enter(kim)
    assert not is_in(client)
    secret = Authenticator.objects.get(user=kim, type="totp").data["secret"]
    client.post(AUTHENTICATE, {"code": code_of(secret)})
    assert is_in(client)


def test_a_code_of_the_app_is_good_once(kim: User) -> None:
    secret = set_up_app(enter(kim))
    code = code_of(secret)
    first, second = enter(kim), enter(kim)
    first.post(AUTHENTICATE, {"code": code})
    second.post(AUTHENTICATE, {"code": code})
    assert is_in(first)
    assert not is_in(second)


@pytest.mark.parametrize("periods", [-2, 2])
def test_a_code_of_another_minute_opens_nothing(kim: User, periods: int) -> None:
    secret = set_up_app(enter(kim))
    client = enter(kim)
    client.post(AUTHENTICATE, {"code": code_of(secret, periods)})
    assert not is_in(client)


def test_a_recovery_code_is_good_once(kim: User) -> None:
    set_up_app(enter(kim))
    code = recovery_codes(kim)[3]
    first, second = enter(kim), enter(kim)
    first.post(AUTHENTICATE, {"code": code})
    second.post(AUTHENTICATE, {"code": code})
    assert is_in(first)
    assert not is_in(second)
    assert code not in recovery_codes(kim)


def test_new_recovery_codes_end_the_earlier_ones(kim: User) -> None:
    client = enter(kim)
    set_up_app(client)
    before = recovery_codes(kim)
    client.post("/accounts/2fa/recovery-codes/generate/")
    assert not set(before) & set(recovery_codes(kim))


def test_guessing_codes_is_slowed_down(kim: User) -> None:
    set_up_app(enter(kim))
    client = enter(kim)
    for guess in range(6):
        page = client.post(AUTHENTICATE, {"code": f"00000{guess}"})
    assert "too many tries" in page.content.decode()
    client.post(AUTHENTICATE, {"code": recovery_codes(kim)[0]})
    assert not is_in(client)


def test_the_picture_to_scan_needs_nothing_the_policy_forbids(kim: User) -> None:
    answer = enter(kim).get("/accounts/2fa/totp/activate/")
    assert "data:image/svg+xml;base64," in answer.content.decode()
    assert "img-src 'self' data:" in answer.headers["Content-Security-Policy"]


@pytest.mark.django_db(transaction=True)
def test_turning_a_second_factor_on_and_off_is_told_by_mail(kim: User) -> None:
    client = enter(kim)
    set_up_app(client)
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=kim).exists()
    assert [(each.to, each.subject) for each in mail.outbox] == [
        (["kim@example.test"], "Caseport: An authenticator app was set up"),
        (["kim@example.test"], "Caseport: The authenticator app was turned off"),
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/recovery-codes/",
    ],
)
def test_secrets_of_the_account_ask_again_who_it_is(kim: User, path: str) -> None:
    client = enter(kim)
    if "recovery" in path:
        set_up_app(client)
    is_in(client)  # a first page, which notes when the person signed in
    age_sign_in(client)
    asked = client.get(path)
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    client.post(asked.headers["Location"], {"password": PASSWORD, "next": path})
    assert client.get(path).status_code == 200


def test_who_just_signed_in_is_not_asked_again(kim: User) -> None:
    client = enter(kim)
    is_in(client)
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


# demanded of whoever may see the console


@pytest.mark.parametrize("path", ["/", "/cases/", "/admin/", "/accounts/profile/", "/nowhere/"])
def test_an_admin_without_a_second_factor_is_led_to_set_one_up(
    admin: User, production: None, path: str
) -> None:
    client = Client()
    client.force_login(admin)
    answer = client.get(path, secure=True)
    assert answer.headers["Location"] == "/accounts/2fa/"
    page = client.get("/accounts/2fa/").content.decode()
    assert "a password alone is not enough" in page


def test_so_is_the_operator_of_the_site(production: None, db: None) -> None:
    client = Client()
    client.force_login(person("root@example.test", is_superuser=True))
    assert client.get("/admin/").headers["Location"] == "/accounts/2fa/"


def test_a_customers_scope_is_no_way_around(admin: User, production: None) -> None:
    client = Client()
    client.force_login(admin)
    answer = client.get("/for/anyone/cases/")
    assert answer.headers["Location"].endswith("/accounts/2fa/")


def test_setting_one_up_opens_everything_at_once(admin: User, production: None) -> None:
    client = Client()
    client.force_login(admin)
    client.get("/accounts/2fa/")
    set_up_app(client)
    assert client.get("/admin/").status_code == 200
    client.post("/accounts/2fa/totp/deactivate/")
    assert client.get("/admin/").headers["Location"] == "/accounts/2fa/"


def test_recovery_codes_alone_are_no_second_factor(admin: User, production: None) -> None:
    Authenticator.objects.create(user=admin, type="recovery_codes", data={"seed": "x" * 40})
    client = Client()
    client.force_login(admin)
    assert client.get("/").headers["Location"] == "/accounts/2fa/"


def test_an_admin_without_one_can_still_leave(admin: User, production: None) -> None:
    client = Client()
    client.force_login(admin)
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("role", [Role.AGENT, Role.MANAGER, Role.REQUESTER])
def test_nobody_else_must_have_one(production: None, db: None, role: Role) -> None:
    user = person()
    MembershipFactory.create(user=user, role=role)
    client = Client()
    client.force_login(user)
    assert is_in(client)


def test_becoming_an_admin_demands_one_with_the_next_request(kim: User, production: None) -> None:
    client = Client()
    client.force_login(kim)
    assert is_in(client)
    MembershipFactory.create(user=kim, organization=ResellerFactory.create(), role=Role.ADMIN)
    assert client.get("/").headers["Location"] == "/accounts/2fa/"


def test_the_demo_demands_none(admin: User) -> None:
    client = Client()
    client.force_login(admin)
    assert client.get("/admin/").status_code == 200


def test_a_page_of_htmx_goes_there_whole(admin: User, production: None) -> None:
    client = Client()
    client.force_login(admin)
    answer = client.get("/cases/", headers=HTMX)
    assert answer.status_code == 403
    assert answer.headers["HX-Redirect"] == "/accounts/2fa/"


def test_what_was_typed_is_not_lost_over_it(admin: User, production: None) -> None:
    client = Client()
    client.force_login(admin)
    answer = client.post("/accounts/profile/", {"name": "Ada"}, headers=HTMX)
    assert answer.status_code == 403
    assert answer.headers["HX-Retarget"] == "#notices"
    assert "what you typed is still here" in answer.content.decode()


def test_the_operators_first_day_in_production_leads_to_the_console(
    production: None, db: None, settings: LazySettings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    root = User.objects.create_superuser("root@example.test", PASSWORD, name="Root")
    client = enter(root)
    assert not is_in(client)
    link = re.findall(r"https?://[^/]+(/\S+)", str(mail.outbox[0].body))[0]
    client.post(link)
    client = enter(root)
    assert client.get("/admin/").headers["Location"] == "/accounts/2fa/"
    set_up_app(client)
    assert client.get("/admin/").status_code == 200
