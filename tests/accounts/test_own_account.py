"""What a person does about their own account: sessions, password, e-mail address."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from portal.accounts.models import User
from portal.accounts.sign_in_rules import session_mark
from portal.accounts.templatetags.sign_in import device
from tests.accounts.sign_in_steps import age_sign_in, enter, is_in, person, set_up_app
from tests.factories import PASSWORD

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
CHROME = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Mobile Safari/537.36"
)
EDGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0"
)
NEW_PASSWORD = "quite another 4711"
CHANGE = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}


@pytest.fixture
def kim(db: None) -> User:
    return person()


def text_of(message: mail.EmailMessage) -> str:
    return str(message.body)


def link_in(message: mail.EmailMessage) -> str:
    return str(re.findall(r"https?://[^/]+(/\S+)", text_of(message))[0])


# sessions


def test_signing_in_gives_the_session_another_key(kim: User) -> None:
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    client.post("/accounts/login/", {"login": kim.email, "password": PASSWORD})
    assert is_in(client)
    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_every_session_is_listed_with_its_device(kim: User) -> None:
    enter(kim, **{"User-Agent": FIREFOX})
    page = enter(kim, **{"User-Agent": SAFARI}).get("/accounts/sessions/").content.decode()
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    assert page.count("This one") == 1


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        (CHROME, "Chrome on Android"),
        (EDGE, "Edge on macOS"),
        ("curl/8.11.0", "A program"),
        ("python-requests (Linux)", "A program on Linux"),
        ("", "A program"),
    ],
)
def test_a_device_is_named_as_people_call_it(told: str, name: str) -> None:
    assert device(told) == name


def end_of(client: Client) -> str:
    """The address at which the session of this browser is ended from another."""
    return f"/accounts/sessions/{session_mark(str(client.session.session_key))}/end/"


def test_one_session_is_ended_from_another(kim: User) -> None:
    lost, here = enter(kim), enter(kim)
    assert is_in(lost)
    here.post(end_of(lost))
    assert not is_in(lost)
    assert is_in(here)


def test_nobody_ends_the_session_of_another(kim: User) -> None:
    client = enter(kim)
    rival = enter(person("rival@example.test"))
    assert rival.post(end_of(client)).status_code == 404
    assert is_in(client)


def test_all_other_sessions_are_ended_at_once(kim: User) -> None:
    lost, here = enter(kim), enter(kim)
    here.post("/accounts/sessions/")
    assert not is_in(lost)
    assert is_in(here)


# password


def test_a_new_password_signs_out_everywhere_else_and_says_so(kim: User) -> None:
    lost, here = enter(kim), enter(kim)
    page = here.post("/accounts/password/change/", CHANGE, follow=True).content.decode()
    assert "Wherever else you were signed in, you are signed out." in page
    assert is_in(here)
    assert not is_in(lost)
    assert [each.subject for each in mail.outbox] == ["Caseport: Your password was changed"]


def test_a_reset_password_signs_out_everywhere(kim: User) -> None:
    lost = enter(kim)
    client = Client()
    client.post("/accounts/password/reset/", {"email": kim.email})
    where = client.get(link_in(mail.outbox[0]), follow=True).redirect_chain[-1][0]
    client.post(where, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert not is_in(lost)
    assert is_in(enter(kim, NEW_PASSWORD))
    assert mail.outbox[-1].subject == "Caseport: Your password was set anew"


def test_a_reset_link_is_good_once(kim: User) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": kim.email})
    link = link_in(mail.outbox[0])
    where = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(where, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert "This link no longer works" in Client().get(link, follow=True).content.decode()


def test_a_closed_account_gets_no_reset_link(kim: User) -> None:
    User.objects.update(is_active=False)
    Client().post("/accounts/password/reset/", {"email": kim.email})
    assert mail.outbox == []


# e-mail address


def ask_to_change(client: Client, email: str) -> str:
    told = {"email": email, "action_add": ""}
    return client.post("/accounts/email/", told, follow=True).content.decode()


def test_a_new_address_counts_once_its_link_is_followed(kim: User) -> None:
    client = enter(kim)
    page = ask_to_change(client, "kim.park@example.test")
    assert "once you follow the link we sent there" in page
    kim.refresh_from_db()
    assert kim.email == "kim@example.test"
    assert mail.outbox[0].to == ["kim.park@example.test"]
    client.post(link_in(mail.outbox[0]))
    kim.refresh_from_db()
    assert kim.email == "kim.park@example.test"
    assert is_in(enter(kim))


def test_the_address_it_had_is_told(kim: User) -> None:
    client = enter(kim)
    ask_to_change(client, "kim.park@example.test")
    client.post(link_in(mail.outbox[0]))
    told = mail.outbox[1]
    assert told.to == ["kim@example.test"]
    assert "from kim@example.test to kim.park@example.test" in text_of(told)


def test_a_change_of_mind_keeps_the_present_address(kim: User) -> None:
    client = enter(kim)
    ask_to_change(client, "kim.park@example.test")
    client.post("/accounts/email/", {"email": "kim.park@example.test", "action_remove": ""})
    assert [each.email for each in EmailAddress.objects.filter(user=kim)] == [kim.email]
    client.post(link_in(mail.outbox[0]))
    kim.refresh_from_db()
    assert kim.email == "kim@example.test"


def test_the_link_that_confirms_an_address_tells_no_number(kim: User) -> None:
    ask_to_change(enter(kim), "kim.park@example.test")
    key = link_in(mail.outbox[0]).strip("/").rpartition("/")[2]
    assert re.fullmatch(r"[a-z0-9]{64}", key)  # no row's number, signed


def test_nobody_takes_the_address_of_another(kim: User) -> None:
    rival = person("rival@example.test")
    client = enter(rival)
    ask_to_change(client, kim.email)
    for message in mail.outbox:
        if "/accounts/confirm-email/" in text_of(message):
            client.post(link_in(message))
    rival.refresh_from_db()
    assert rival.email == "rival@example.test"
    assert is_in(enter(kim))


def test_somebody_with_a_second_factor_may_change_it_too(kim: User) -> None:
    client = enter(kim)
    set_up_app(client)
    assert "once you follow the link" in ask_to_change(client, "kim.park@example.test")


def test_a_new_address_asks_again_who_it_is(kim: User) -> None:
    client = enter(kim)
    is_in(client)
    age_sign_in(client)
    answer = client.post("/accounts/email/", {"email": "x@example.test", "action_add": ""})
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert mail.outbox == []


def test_mails_are_plain_and_name_us(kim: User) -> None:
    client = enter(kim, **{"User-Agent": FIREFOX})
    client.post("/accounts/password/change/", CHANGE)
    text = text_of(mail.outbox[0])
    assert "With: Mozilla/5.0 (Windows NT 10.0" in text
    assert "Hello from" not in text
    assert "Thank you" not in text
