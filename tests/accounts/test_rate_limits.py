"""Limits on guessing: of whom tries are counted, and that all processes count together."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.conf import LazySettings
from django.test import Client

from portal.accounts.models import User
from tests.accounts.sign_in_steps import is_in, person
from tests.factories import PASSWORD
from tests.portal.serving import portal

PER_ADDRESS = 10  # failures a minute from one network address
PER_ACCOUNT = 5  # failures in five minutes of one account
REFUSED = "too many tries"


@pytest.fixture
def kim(db: None) -> User:
    return person()


def fail(who: str, **headers: str) -> str:
    """Sign in with a wrong password; the page that answers."""
    told = {"login": who, "password": "wrong"}
    return Client(headers=headers).post("/accounts/login/", told).content.decode()


def test_one_account_is_guessed_at_five_times(kim: User) -> None:
    pages = [fail(kim.email) for _ in range(PER_ACCOUNT + 1)]
    assert [REFUSED in page for page in pages] == [False] * PER_ACCOUNT + [True]
    client = Client()
    client.post("/accounts/login/", {"login": kim.email, "password": PASSWORD})
    assert not is_in(client)


def test_how_an_address_is_written_makes_no_new_account_of_it(kim: User) -> None:
    spelled = ["kim@example.test", "KIM@example.test", "Kim@Example.Test"] * 2
    assert REFUSED in [fail(each) for each in spelled][-1]


def test_an_account_that_is_not_there_is_refused_like_one_that_is(kim: User) -> None:
    pages = [fail("nobody@example.test") for _ in range(PER_ACCOUNT + 1)]
    assert [REFUSED in page for page in pages] == [False] * PER_ACCOUNT + [True]


def from_one_place(forwarded: list[str]) -> list[bool]:
    """Which of many failures, each at another account, were refused."""
    return [
        REFUSED in fail(f"nobody-{n}@example.test", **{"X-Forwarded-For": each})
        for n, each in enumerate(forwarded)
    ]


def test_a_made_up_forwarded_address_is_no_other_place(db: None) -> None:
    refused = from_one_place([f"203.0.113.{n}" for n in range(PER_ADDRESS + 1)])
    assert refused == [False] * PER_ADDRESS + [True]


def test_behind_one_proxy_what_it_says_counts_and_nothing_before(
    db: None, settings: LazySettings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    made_up = [f"198.51.100.{n}, 203.0.113.9" for n in range(PER_ADDRESS + 1)]
    assert from_one_place(made_up) == [False] * PER_ADDRESS + [True]
    assert from_one_place(["198.51.100.1, 203.0.113.10"]) == [False]


def test_too_many_proofs_of_identity_are_told_in_our_look(kim: User) -> None:
    client = Client()
    client.force_login(kim)
    for _ in range(11):
        answer = client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert answer.status_code == 429
    assert "Too many tries · Caseport" in answer.content.decode()


def guess(url: str) -> str:
    """One wrong password, given by a browser of its own to whichever process answers."""
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as browser:
        page = browser.get("/accounts/login/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, page
        told = {"login": "casey@northwind.example", "password": "wrong"}
        headers = {"Origin": url, "Referer": f"{url}/accounts/login/"}
        answer = browser.post(
            "/accounts/login/", data={**told, "csrfmiddlewaretoken": token[1]}, headers=headers
        ).text
    return "refused" if REFUSED in answer else "tried" if "belong together" in answer else answer


def test_processes_count_together_even_at_the_same_moment() -> None:
    """Never a try too many; one that found the counter busy for a second is refused early."""
    with portal(WEB_WORKERS="2") as running, ThreadPoolExecutor(8) as hands:
        at_once = Counter(hands.map(guess, [running.url] * 16))
        later = Counter(guess(running.url) for _ in range(4))
    assert set(at_once) == {"tried", "refused"}
    assert at_once["tried"] <= PER_ACCOUNT
    assert at_once["tried"] + later["tried"] <= PER_ACCOUNT
    assert later["refused"] >= 4 - (PER_ACCOUNT - at_once["tried"])
