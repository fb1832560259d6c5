"""The page alone holds what a person decides from: what was sent, how it is known, what follows."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from cases import access, actions
from cases.models import Case, Push
from cases.models.push import State
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.factories import (
    AttachmentFactory,
    CaseFactory,
    EntryFactory,
    MembershipFactory,
    PushFactory,
)
from tests.world import World
from vendors.vocabulary import Kind, MarkerHome

SENT = datetime(2026, 3, 12, 13, 2, tzinfo=UTC)
LONG = "\n".join(f"line {number} of the trace" for number in range(200))


@pytest.fixture
def case(db: None) -> Case:
    made: Case = CaseFactory(vendor_id="F-CS-1")
    return made


@pytest.fixture
def staff(case: Case) -> Client:
    client = Client()
    member = MembershipFactory(
        organization=case.reseller, role=Role.AGENT, user__time_zone="Europe/Berlin"
    )
    client.force_login(member.user)
    return client


def doubtful(case: Case, kind: Kind = Kind.NOTE, **columns: Any) -> Push:
    columns.setdefault("payload", {"text": "Seen in Frankfurt."})
    made: Push = PushFactory(
        case=case,
        entry=EntryFactory(case=case),
        kind=kind,
        state=State.NEEDS_PERSON,
        sent_at=SENT,
        **columns,
    )
    return made


def settle_form(client: Client, push: Push) -> Page:
    """The page, whose only settle form must be this push's."""
    page = Page(client.get(f"/cases/{push.case.reference}/"))
    assert page.one("action", f"/cases/{push.case.reference}/steps/{push.pk}/settle/")
    return page


def text_of(page: Page) -> str:
    forms = [form for form in page.tagged("form") if form.attributes.get("class") == "settle"]
    return forms[0].text


def test_a_note_stands_there_word_for_word_with_its_marker_and_time(
    case: Case, staff: Client
) -> None:
    push = doubtful(case, payload={"text": "Seen in Frankfurt.\n\n  at 14:00"})
    answer = staff.get(f"/cases/{case.reference}/")
    sent = f"Seen in Frankfurt.\n\n  at 14:00\n[ref {push.marker}]"
    assert f'<div class="verbatim">{sent}</div>' in answer.content.decode()
    told = text_of(Page(answer))
    assert "12 Mar" in told
    assert "14:02 CET" in told
    assert push.marker in told
    assert "which we sent with it at the end of the text" in told


def test_a_long_text_is_there_to_its_last_line(case: Case, staff: Client) -> None:
    push = doubtful(case, payload={"text": LONG})
    told = text_of(settle_form(staff, push))
    assert all(line in told for line in LONG.splitlines())
    assert f"[ref {push.marker}]" in told


def test_a_file_is_known_by_its_name_its_size_and_its_comment(case: Case, staff: Client) -> None:
    file = AttachmentFactory(case=case, name="trace.pcap", size=1_234_567)
    push = doubtful(case, Kind.FILE, attachment=file, payload={"comment": "From the edge"})
    told = text_of(settle_form(staff, push))
    assert "trace.pcap, 1.2 MB (1,234,567 bytes)" in told
    assert "From the edge" in told
    assert "at the end of the file's comment" in told


def test_a_case_stands_there_with_its_answers_as_they_were_sent(world: World) -> None:
    case = world.file_case(description="Since 13:40 every POST fails.\nAll regions.")
    push = world.push(case, Kind.CREATE)
    access.worker_pushes().filter(pk=push.pk).update(state=State.NEEDS_PERSON, sent_at=SENT)
    case.answers = []
    case.save()
    client = Client()
    client.force_login(world.people["riley"])
    told = text_of(settle_form(client, push))
    for words in (
        "Checkout answers 503",
        "Since 13:40 every POST fails. All regions.",
        "casey@northwind.example",
        "Northwind Traders (1-NWT01)",
        push.marker,
        "which we sent with it in the customer tracking number",
    ):
        assert words in told


def test_the_vendors_own_portal_is_one_link_away(case: Case, staff: Client) -> None:
    page = settle_form(staff, doubtful(case))
    links = {link.text: link.attributes["href"] for link in page.tagged("a")}
    assert links["Open the case at Akamai"].endswith("#/cases/F-CS-1/view")


def test_a_case_without_a_number_leads_to_all_cases_there(case: Case, staff: Client) -> None:
    Case.everything.filter(pk=case.pk).update(vendor_id=None)
    page = settle_form(staff, doubtful(case, Kind.CREATE, payload={}))
    links = {link.text: link.attributes["href"] for link in page.tagged("a")}
    assert links["Open the cases at Akamai"] == "https://control.akamai.com/apps/case-management/"


def test_candidates_stand_there_with_reason_time_and_link(case: Case, staff: Client) -> None:
    Case.everything.filter(pk=case.pk).update(vendor_id=None)
    candidate = {
        "vendor_id": "F-CS-9/1",
        "title": "Checkout answers 503",
        "reason": "The same subject, filed at that time.",
        "created_at": "2026-03-12T13:03:00+00:00",
    }
    push = doubtful(case, Kind.CREATE, payload={}, candidates=[candidate])
    page = settle_form(staff, push)
    told = page.one("data-candidate", "F-CS-9/1").text
    assert "The same subject, filed at that time." in told
    assert "Akamai dates it 12 Mar" in told
    assert "14:03 CET" in told
    links = {link.text: link.attributes["href"] for link in page.tagged("a")}
    assert links["Open F-CS-9/1 at Akamai"].endswith("#/cases/F-CS-9%2F1/view")


def test_something_alike_without_a_number_is_told_and_not_to_be_picked(
    case: Case, staff: Client
) -> None:
    candidate = {
        "vendor_id": "",
        "title": "Seen in Frankfurt.",
        "reason": "Same.",
        "created_at": "",
    }
    page = settle_form(staff, doubtful(case, candidates=[candidate]))
    assert "“Seen in Frankfurt.” Same." in page.one("data-candidate", "").text
    assert not page.all("name", "candidate")


@pytest.mark.parametrize("kind", list(Kind))
def test_each_answer_says_beside_its_button_what_follows(
    case: Case, staff: Client, kind: Kind
) -> None:
    push = doubtful(case, kind, payload={"text": "Words"} if kind != Kind.CREATE else {})
    PushFactory(case=case, position=push.position + 1)
    page = settle_form(staff, push)
    told = {}
    for button in page.all("name", "answer"):
        told[button["value"]] = page.one("id", button["aria-describedby"]).text
    assert "a second time" in told["found"]
    assert "The step behind it goes on." in told["found"]
    assert "sent once more" in told["absent"]
    assert "Akamai has it twice" in told["absent"]


def test_who_may_not_settle_sees_no_evidence_form(case: Case, client: Client) -> None:
    push = doubtful(case)
    client.force_login(MembershipFactory(organization=case.organization, role=Role.MANAGER).user)
    page = Page(client.get(f"/cases/{case.reference}/"))
    assert not page.all("name", "answer")
    assert push.marker not in page.text


def test_what_was_refused_and_replaced_stays_to_be_read_by_staff(
    case: Case, staff: Client, client: Client
) -> None:
    author = MembershipFactory(organization=case.organization, role=Role.MANAGER).user
    old = doubtful(case, outcome="The text is too long.", author=author)
    Push.everything.filter(pk=old.pk).update(state=State.REFUSED)
    old.refresh_from_db()
    actions.resend(viewer=access.Viewer(author), push=old, text="Shorter.")
    kept = Page(staff.get(f"/cases/{case.reference}/")).one("data-replaced").text
    assert "Akamai said: The text is too long." in kept
    assert "Seen in Frankfurt." in kept
    assert old.marker in kept
    client.force_login(author)
    assert not Page(client.get(f"/cases/{case.reference}/")).all("data-replaced")


def test_a_step_nobody_can_look_up_is_not_offered_to_be_looked_for(
    case: Case, staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = doubtful(case)
    where = f"/cases/{case.reference}/steps/{push.pk}/release/"
    assert settle_form(staff, push).all("action", where)
    monkeypatch.setenv("CASEPORT_EXTRA_VENDORS", "tests.vendors.plain_vendor.adapter:PlainVendor")
    case.connection.vendor = "plain"
    case.connection.save()
    assert not settle_form(staff, push).all("action", where)


def test_a_vendor_without_a_place_for_a_marker_is_told(case: Case, staff: Client) -> None:
    push = doubtful(case, marker_home=MarkerHome.NONE)
    told = text_of(settle_form(staff, push))
    assert "By its subject and time: nothing else of ours stands in it." in told
    assert push.marker not in told
