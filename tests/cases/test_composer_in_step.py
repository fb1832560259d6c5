"""A composer that stands open keeps step with its case, and nothing typed in it is lost."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from cases.models import Case, Entry
from cases.models.push import State
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.factories import CaseFactory, EntryFactory, MembershipFactory, PushFactory
from vendors.vocabulary import Kind, Status

HTMX = {"HX-Request": "true"}
WATCH = {**HTMX, "Caseport-Watch": "1"}
CLOSED = {
    "status": Status.CLOSED,
    "can_add_note": False,
    "can_attach_file": False,
    "can_request_close": False,
}


@pytest.fixture
def case(db: None, client: Client) -> Case:
    """A case of a signed-in manager's organisation, with its vendor."""
    manager = MembershipFactory(role=Role.MANAGER)
    client.force_login(manager.user)
    made: Case = CaseFactory(organization=manager.organization)
    return made


def now(case: Case, **columns: Any) -> None:
    Case.everything.filter(pk=case.pk).update(**columns)


def opened(client: Client, case: Case) -> Page:
    return Page(client.get(f"/cases/{case.reference}/"))


def told(page: Page) -> list[str]:
    """What the page says of its composer when it asks."""
    return [field["value"] for field in page.all("name", "shown")]


def watched(client: Client, case: Case, shown: list[str], audience: str = "vendor") -> Page:
    asked = {"shown": shown, "audience": audience}
    return Page(client.get(f"/cases/{case.reference}/", asked, headers=WATCH))


def chosen(page: Page) -> list[str]:
    return [r["value"] for r in page.all("name", "audience") if "checked" in r.attributes]


def note(audience: str = "vendor") -> dict[str, Any]:
    return {"text": "Typed before.", "audience": audience, "token": str(uuid4())}


def test_a_live_change_takes_the_composer_along_and_leaves_what_is_typed(
    case: Case, client: Client
) -> None:
    shown = told(opened(client, case))
    now(case, **CLOSED)
    page = watched(client, case, shown)
    assert chosen(page) == ["customer"]
    assert page.one("id", "note-to-whom")["hx-swap-oob"] == "morph"
    assert "closed this case and takes no notes on it" in page.one("id", "note-to-whom").text
    assert f"Post to {case.reseller}" in page.one("id", "add-note-button").text
    for part in ("attach-file", "request-close"):
        assert "disabled" in page.one("id", f"{part}-button").attributes
        assert "closed this case" in page.one("id", f"{part}-why").text
    assert not page.tagged("textarea")
    assert not page.all("id", "file-files")


def test_an_audience_chosen_on_the_page_stays_chosen(case: Case, client: Client) -> None:
    shown = told(opened(client, case))
    now(case, **CLOSED)
    assert chosen(watched(client, case, shown, audience="internal")) == ["internal"]


def test_a_composer_that_is_in_step_is_left_alone(case: Case, client: Client) -> None:
    page = watched(client, case, told(opened(client, case)))
    assert page.one("data-case")
    assert not page.all("name", "shown")


def test_what_becomes_possible_again_is_offered_again(case: Case, client: Client) -> None:
    now(case, can_attach_file=False)
    shown = told(opened(client, case))
    now(case, can_attach_file=True)
    page = watched(client, case, shown)
    assert page.one("id", "attach-file")["hx-swap-oob"] == "morph"
    assert page.one("id", "file-files")


def test_the_answer_to_one_form_takes_the_others_along(case: Case, client: Client) -> None:
    shown = told(opened(client, case))
    now(case, can_attach_file=False, can_request_close=False)
    data = {**note(), "shown": shown}
    page = Page(client.post(f"/cases/{case.reference}/note/", data, headers=HTMX))
    assert page.one("id", "attach-file-foot")
    assert page.one("id", "request-close-foot")
    assert len(page.all("id", "note-foot")) == 1


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_note_for_a_vendor_that_closed_meanwhile_is_kept_and_another_reader_proposed(
    case: Case, client: Client, headers: dict[str, str]
) -> None:
    now(case, **CLOSED)
    answer = client.post(f"/cases/{case.reference}/note/", note(), headers=headers)
    page = Page(answer)
    words = f"Akamai closed this case meanwhile; your text is kept. Send it to {case.reseller}"
    assert answer.status_code == 422
    assert f"{words} instead?" in answer.content.decode()
    assert "Select a valid choice" not in answer.content.decode()
    assert chosen(page) == ["customer"]
    assert page.one("id", "note-text").text == "Typed before."
    assert not Entry.objects.exists()


def test_a_note_for_a_customer_who_sees_it_no_more_is_proposed_to_nobody_outside(
    case: Case,
) -> None:
    staff = Client()
    staff.force_login(MembershipFactory(organization=case.reseller, role=Role.AGENT).user)
    now(case, visible_to_customer=False)
    answer = staff.post(f"/cases/{case.reference}/note/", note("customer"))
    assert answer.status_code == 422
    assert chosen(Page(answer)) == ["internal"]
    assert "Keep it as an internal note instead?" in answer.content.decode()


def test_files_for_a_closed_case_are_refused_with_what_was_typed(
    case: Case, client: Client
) -> None:
    now(case, **CLOSED)
    data = {"text": "Both ends.", "token": str(uuid4())}
    answer = client.post(f"/cases/{case.reference}/file/", data)
    page = Page(answer)
    assert answer.status_code == 422
    assert page.one("id", "file-text").text == "Both ends."
    assert "disabled" in page.one("id", "attach-file-button").attributes


def test_who_only_reads_gets_no_buttons(case: Case) -> None:
    viewer = Client()
    user = MembershipFactory(organization=case.organization, role=Role.VIEWER).user
    viewer.force_login(user)
    page = opened(viewer, case)
    assert not page.all("aria-label", "On this case")
    assert "Your role reads this case" in page.text


def test_a_case_that_may_have_been_sent_is_not_said_to_be_missing_there(
    case: Case, client: Client
) -> None:
    now(case, vendor_id=None)
    entry = EntryFactory(case=case)
    PushFactory(case=case, entry=entry, kind=Kind.CREATE, state=State.UNCERTAIN)
    head = opened(client, case).one("id", "case-head").text
    assert head.count("We do not know yet whether Akamai has it") == 2
    assert "Not yet with" not in head
    assert "does not have it yet" not in head


def test_who_may_settle_is_asked_to_look_and_others_read_who_does(
    case: Case, client: Client
) -> None:
    now(case, vendor_id=None)
    entry = EntryFactory(case=case)
    PushFactory(case=case, entry=entry, kind=Kind.CREATE, state=State.NEEDS_PERSON)
    staff = Client()
    staff.force_login(MembershipFactory(organization=case.reseller, role=Role.AGENT).user)
    assert "Look there and decide" in opened(staff, case).one("id", "case-head").text
    head = opened(client, case).one("id", "case-head").text
    assert "We do not know yet whether Akamai has it" in head
    assert f"{case.reseller} looks there and decides" in head
