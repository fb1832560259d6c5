"""How long a session lasts, and what a page learns when it ended."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from portal import pages
from portal.accounts.models import User
from portal.middleware import IDLE, LONGEST, STAMP_EVERY
from tests.cases.read_page import Page
from tests.factories import UserFactory

HTMX = {"HX-Request": "true"}
PAGE = "/accounts/profile/"


@pytest.fixture
def person(db: None, client: Client) -> User:
    user: User = UserFactory.create()
    client.force_login(user)
    return user


def stamp(client: Client, **ago: timedelta) -> None:
    """Let the session have been signed in and seen so long ago."""
    session = client.session
    now = timezone.now()
    session["signed_in_at"] = (now - ago.get("signed_in", timedelta(0))).timestamp()
    session["seen_at"] = (now - ago.get("seen", timedelta(0))).timestamp()
    session.save()


def test_an_hour_of_silence_ends_a_session(person: User, client: Client) -> None:
    stamp(client, seen=IDLE + timedelta(seconds=1))
    assert client.get(PAGE).status_code == 302
    assert "_auth_user_id" not in client.session


def test_less_than_an_hour_does_not(person: User, client: Client) -> None:
    stamp(client, seen=IDLE - timedelta(seconds=30))
    assert client.get(PAGE).status_code == 200


def test_twelve_hours_end_a_session_however_busy(person: User, client: Client) -> None:
    stamp(client, signed_in=LONGEST + timedelta(seconds=1))
    assert client.get(PAGE).status_code == 302


def test_a_visit_is_stamped_at_most_every_five_minutes(person: User, client: Client) -> None:
    stamp(client, seen=STAMP_EVERY - timedelta(seconds=30))
    before = client.session["seen_at"]
    client.get(PAGE)
    assert client.session["seen_at"] == before
    stamp(client, seen=STAMP_EVERY + timedelta(seconds=30))
    before = client.session["seen_at"]
    client.get(PAGE)
    assert client.session["seen_at"] > before


def test_a_page_that_asks_by_itself_keeps_no_session_alive(person: User, client: Client) -> None:
    stamp(client, seen=STAMP_EVERY + timedelta(seconds=30))
    before = client.session["seen_at"]
    client.get(PAGE, headers={pages.ASKS_BY_ITSELF: "1"})
    assert client.session["seen_at"] == before


def test_a_removed_person_is_out_with_their_next_request(person: User, client: Client) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(PAGE).status_code == 302


def test_a_link_followed_by_htmx_leads_to_sign_in_and_back(db: None, client: Client) -> None:
    headers = {**HTMX, "HX-Current-URL": "http://testserver/cases/?q=x"}
    answer = client.get("/cases/", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=%2Fcases%2F%3Fq%3Dx"


def test_another_sites_address_is_not_where_sign_in_leads_to(db: None, client: Client) -> None:
    answer = client.get("/cases/", headers={**HTMX, "HX-Current-URL": "http://evil.test/cases/"})
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=%2F"


def test_a_form_sent_by_htmx_stays_where_it_is(db: None, client: Client) -> None:
    answer = client.post("/accounts/profile/", {"name": "Kim"}, headers=HTMX)
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer.headers
    assert answer.headers["HX-Retarget"] == "#notices"
    assert "What you typed is still here" in answer.content.decode()


def test_a_page_that_asks_by_itself_stays_where_it_is(db: None, client: Client) -> None:
    answer = client.get("/cases/", headers={**HTMX, pages.ASKS_BY_ITSELF: "1"})
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer.headers


def strict() -> Client:
    return Client(enforce_csrf_checks=True)


def test_a_form_older_than_its_session_shows_what_was_typed(db: None) -> None:
    typed = {"text": "A long note.\nTwo lines.", "password": "not this one", "x": ""}
    answer = strict().post("/cases/CP-00000000/note/", typed)
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "A long note." in page
    assert "not this one" not in page


def test_what_another_site_sends_is_not_shown(db: None) -> None:
    answer = strict().post(
        "/accounts/login/", {"text": "words of theirs"}, headers={"Origin": "https://evil.test"}
    )
    assert answer.status_code == 403
    assert "words of theirs" not in answer.content.decode()


def test_an_htmx_form_gets_the_new_token_and_can_be_sent_again(db: None) -> None:
    client = strict()
    client.force_login(UserFactory.create())
    client.get(PAGE)
    answer = client.post(PAGE, {"name": "Kim"}, headers=HTMX)
    assert answer.status_code == 403
    token = json.loads(answer.headers["HX-Trigger"])["caseport:token"]["token"]
    again = {"name": "Kim", "time_zone": "UTC", "theme": "dark", "csrfmiddlewaretoken": token}
    assert client.post(PAGE, again, headers=HTMX).status_code == 302


def test_signing_in_over_a_page_ends_with_a_token_for_it(person: User, client: Client) -> None:
    answer = client.get("/accounts/signed-in/", headers=HTMX)
    assert answer.status_code == 200
    assert json.loads(answer.headers["HX-Trigger"])["caseport:token"]["token"]
    assert answer.headers["HX-Retarget"] == "#notices"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/accounts/signed-in/"), ("GET", "/cases/"), ("POST", PAGE)],
)
def test_a_page_gets_nothing_of_who_else_signed_in(
    person: User, client: Client, method: str, path: str
) -> None:
    opened = {**HTMX, pages.PERSON: str(UserFactory.create().pk)}
    for headers in (opened, {**opened, pages.ASKS_BY_ITSELF: "1"}):
        answer = client.generic(method, path, headers=headers)
        assert answer.status_code == 403
        assert "HX-Trigger" not in answer.headers
        assert "somebody else opened this page" in answer.content.decode()


def test_a_page_gets_what_its_own_person_asks(person: User, client: Client) -> None:
    own = {**HTMX, pages.PERSON: str(person.pk)}
    assert client.get("/cases/", headers=own).status_code == 200


IN_A_FRAME = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    ("path", "headers", "may"),
    [
        ("/accounts/login/", IN_A_FRAME, True),
        ("/accounts/password/reset/", IN_A_FRAME, True),
        ("/accounts/login/", {}, False),
        ("/accounts/login/", {**IN_A_FRAME, "Sec-Fetch-Site": "cross-site"}, False),
        ("/accounts/login/", {**IN_A_FRAME, "Sec-Fetch-Site": "same-site"}, False),
        ("/accounts/signup/", IN_A_FRAME, False),
        ("/livez", IN_A_FRAME, False),
    ],
)
def test_our_own_pages_alone_show_signing_in_within_a_frame(
    db: None, client: Client, path: str, headers: dict[str, str], may: bool
) -> None:
    answer = client.get(path, headers=headers)
    assert answer.headers["X-Frame-Options"] == ("SAMEORIGIN" if may else "DENY")
    ancestors = f"frame-ancestors '{'self' if may else 'none'}'"
    assert ancestors in answer.headers["Content-Security-Policy"]


def test_the_end_of_signing_in_over_a_page_says_where_to_go_on(
    person: User, client: Client
) -> None:
    page = Page(client.get("/accounts/signed-in/", headers=IN_A_FRAME))
    assert page.text.startswith("You are signed in")
    assert page.all("class", "brand") == []  # it would lead out of the frame


def test_an_htmx_form_without_a_session_and_token_is_told_to_sign_in(db: None) -> None:
    answer = strict().post(PAGE, {"name": "Kim"}, headers=HTMX)
    assert answer.status_code == 401
    assert answer.headers["HX-Retarget"] == "#notices"


OURS = {"Origin": "http://testserver"}
DRAFT = "/cases/new/5f0f0a54-8a2f-4f8e-9d53-1d0c58a3f1b7/"


def test_what_was_typed_stands_under_its_question_beside_a_way_to_sign_in(db: None) -> None:
    typed = {"userDetail/userName": "Casey Ito", "q/17": "Since Tuesday.", "paths": '[["a", "b"]]'}
    headers = {**OURS, "Referer": "http://testserver/for/northwind/drafts/7/?check=1"}
    page = Page(strict().post(DRAFT, typed, headers=headers))
    labels = [label.text for label in page.tagged("label") if label["for"].startswith("typed-")]
    assert labels == ["User name", "Answer 2"]
    back = "/accounts/login/?next=%2Ffor%2Fnorthwind%2Fdrafts%2F7%2F%3Fcheck%3D1"
    assert [a["href"] for a in page.tagged("a") if "login" in a["href"]] == [back]


def test_what_was_typed_is_sent_again_after_signing_in(db: None) -> None:
    typed = {"subject": "Two words,\nnot one", "token": DRAFT, "_action": "save"}
    signed_out = again(strict(), DRAFT, typed)
    assert signed_out.tagged("h1")[0].text == "You are signed out"
    client = strict()
    client.force_login(UserFactory.create())
    client.get(PAGE)
    page = again(client, DRAFT, fields_of(signed_out))
    assert page.tagged("h1")[0].text == "Nothing was sent yet"
    assert "in your name" in page.text
    assert {**fields_of(page), "csrfmiddlewaretoken": ""} == {**typed, "csrfmiddlewaretoken": ""}
    answer = client.post(DRAFT, fields_of(page), headers=OURS)
    assert answer.status_code == 404  # it reached its view, which knows no such draft


def again(client: Client, address: str, typed: dict[str, str]) -> Page:
    answer = client.post(address, typed, headers=OURS)
    assert answer.status_code == 403
    assert "no-store" in answer.headers["Cache-Control"]
    return Page(answer)


def fields_of(page: Page) -> dict[str, str]:
    hidden = page.all("type", "hidden")
    return {field["name"]: field["value"] for field in hidden}


@pytest.mark.parametrize("address", ["/accounts/login/", "/admin/connections/credential/add/"])
def test_a_form_with_secrets_is_not_offered_again(db: None, address: str) -> None:
    page = strict().post(address, {"text": "two words"}, headers=OURS)
    assert "send it again" not in page.content.decode()


def test_a_form_of_unknown_origin_is_not_offered_again(db: None) -> None:
    page = strict().post(DRAFT, {"text": "two words"})
    assert page.status_code == 403
    assert "send it again" not in page.content.decode()


def test_no_reason_is_claimed_for_a_session_that_ended(db: None, client: Client) -> None:
    answer = client.post(PAGE, {"name": "Kim"}, headers=HTMX)
    assert "because" not in answer.content.decode()
