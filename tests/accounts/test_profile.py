"""A person's own page: name, phone, time zone, theme."""

import pytest
from django.test import Client

from portal.accounts.models import User
from tests.factories import UserFactory

PROFILE = "/accounts/profile/"
GOOD = {"name": "Kim", "phone": "+49 30 1", "time_zone": "Europe/Berlin", "theme": "dark"}


@pytest.fixture
def person(db: None, client: Client) -> User:
    user: User = UserFactory.create()
    client.force_login(user)
    return user


def test_what_is_saved_is_shown_again(person: User, client: Client) -> None:
    client.post(PROFILE, GOOD)
    page = client.get(PROFILE).content.decode()
    assert 'value="Kim"' in page
    assert '<option value="Europe/Berlin" selected>' in page


def test_a_chosen_theme_is_printed_by_the_server(person: User, client: Client) -> None:
    client.post(PROFILE, GOOD)
    assert 'data-theme="dark"' in client.get(PROFILE).content.decode()


def test_the_theme_stays_on_the_device_after_signing_out(person: User, client: Client) -> None:
    client.post(PROFILE, GOOD)
    client.post("/accounts/logout/")
    assert 'data-theme="dark"' in client.get("/accounts/login/").content.decode()


def test_a_cookie_cannot_put_words_into_the_page(db: None, client: Client) -> None:
    client.cookies["theme"] = 'x" onload="alert(1)'
    page = client.get("/accounts/login/").content.decode()
    assert "alert(1)" not in page
    assert "data-theme" not in page


def test_an_unknown_time_zone_is_refused_at_its_field(person: User, client: Client) -> None:
    answer = client.post(PROFILE, {**GOOD, "time_zone": "Mars/Olympus"})
    assert answer.status_code == 422
    assert "time_zone" in answer.context["form"].errors
    person.refresh_from_db()
    assert person.time_zone == "UTC"


def test_a_name_is_needed(person: User, client: Client) -> None:
    answer = client.post(PROFILE, {**GOOD, "name": " "})
    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors


def test_nothing_else_of_the_person_can_be_posted(person: User, client: Client) -> None:
    client.post(PROFILE, {**GOOD, "is_superuser": "on", "email": "other@example.test"})
    person.refresh_from_db()
    assert not person.is_superuser
    assert person.email != "other@example.test"
