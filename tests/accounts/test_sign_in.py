"""Signing in: by e-mail, by nobody uninvited, with links that lead to us."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from portal.accounts.models import User
from tests.accounts.sign_in_steps import set_up_app
from tests.factories import PASSWORD, UserFactory


@pytest.fixture
def person(db: None) -> User:
    user: User = UserFactory.create(email="kim@example.test")
    return user


def sign_in(client: Client, email: str, password: str, **more: str) -> int:
    answer = client.post("/accounts/login/", {"login": email, "password": password, **more})
    return answer.status_code


@pytest.mark.parametrize("email", ["kim@example.test", "KIM@Example.test"])
def test_a_person_signs_in_by_email(person: User, client: Client, email: str) -> None:
    assert sign_in(client, email, PASSWORD) == 302
    assert client.session["_auth_user_id"] == str(person.pk)


def test_a_wrong_password_lets_nobody_in(person: User, client: Client) -> None:
    assert sign_in(client, "kim@example.test", "wrong") != 302
    assert "_auth_user_id" not in client.session


def test_somebody_inactive_is_not_let_in(person: User, client: Client) -> None:
    User.objects.update(is_active=False)
    sign_in(client, "kim@example.test", PASSWORD)
    assert "_auth_user_id" not in client.session


def test_guessing_passwords_is_slowed_down(person: User, client: Client) -> None:
    answers = [sign_in(client, "kim@example.test", f"wrong {n}") for n in range(12)]
    assert sign_in(client, "kim@example.test", PASSWORD) != 302, answers


def test_nobody_signs_up_uninvited(db: None, client: Client) -> None:
    client.post(
        "/accounts/signup/",
        {
            "email": "new@example.test",
            "password1": "a long one 4711",
            "password2": "a long one 4711",
        },
    )
    assert not User.objects.exists()


def test_signing_in_leads_to_no_other_site(person: User, client: Client) -> None:
    answer = client.post(
        "/accounts/login/",
        {"login": person.email, "password": PASSWORD, "next": "https://evil.test/"},
    )
    assert answer.headers["Location"] == "/"


def test_a_reset_link_leads_to_us_whatever_the_host_header_says(
    person: User, client: Client, settings: LazySettings
) -> None:
    settings.PUBLIC_URL = "https://caseport.example"
    settings.ALLOWED_HOSTS = ["evil.test"]
    client.post("/accounts/password/reset/", {"email": person.email}, headers={"Host": "evil.test"})
    text = str(mail.outbox[0].body)
    assert "evil.test" not in text
    links = re.findall(r"https?://\S+", text)
    assert links
    assert all(link.startswith("https://caseport.example/accounts/") for link in links)


def test_a_reset_link_sets_a_new_password(person: User, client: Client) -> None:
    client.post("/accounts/password/reset/", {"email": person.email})
    path = re.findall(r"https?://[^/]+(/\S+)", str(mail.outbox[0].body))[0]
    page = client.get(path, follow=True)
    where = page.redirect_chain[-1][0]
    new = "quite another 4711"
    client.post(where, {"password1": new, "password2": new})
    assert sign_in(Client(), person.email, new) == 302


def test_a_stranger_asking_for_a_reset_learns_nothing_and_gets_no_mail(
    person: User, client: Client
) -> None:
    known = client.post("/accounts/password/reset/", {"email": person.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.test"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert [message.to for message in mail.outbox] == [[person.email]]


def test_who_has_a_second_factor_is_asked_for_it(person: User, client: Client) -> None:
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    sign_in(client, person.email, PASSWORD)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    set_up_app(client)

    other = Client()
    answer = other.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert answer.headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert other.get("/accounts/profile/").status_code == 302


def test_every_session_of_mine_is_listed(person: User, client: Client) -> None:
    sign_in(client, person.email, PASSWORD)
    assert client.get("/accounts/sessions/").status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_console_has_no_door_of_its_own(db: None, client: Client, method: str) -> None:
    root = UserFactory.create(email="root@example.test", is_superuser=True)
    told = {"username": root.email, "password": PASSWORD, "next": "/admin/"}
    answer = (
        client.generic(method, "/admin/login/")
        if method == "GET"
        else client.post("/admin/login/", told)
    )
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=")
    assert "_auth_user_id" not in client.session
