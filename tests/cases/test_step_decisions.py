"""What people decide about one step on the case page."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Case, Push
from cases.models.push import State
from portal.accounts.models import User
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.cases.telling_vendor import Telling
from tests.factories import (
    CaseFactory,
    DraftFactory,
    EntryFactory,
    MembershipFactory,
    PushFactory,
)
from vendors.connections.models import Connection
from vendors.vocabulary import Kind, MarkerHome

HTMX = {"HX-Request": "true"}


@pytest.fixture
def casey(db: None, client: Client) -> User:
    """A signed-in requester."""
    user: User = MembershipFactory(role=Role.REQUESTER).user
    client.force_login(user)
    return user


@pytest.fixture
def case(casey: User) -> Case:
    organization = casey.memberships.get().organization
    made: Case = CaseFactory(organization=organization, filed_by=casey)
    return made


@pytest.fixture
def staff(case: Case) -> Client:
    client = Client()
    client.force_login(MembershipFactory(organization=case.reseller, role=Role.AGENT).user)
    return client


def step(case: Case, state: State, kind: Kind = Kind.NOTE, **columns: Any) -> Push:
    entry = EntryFactory(case=case)
    payload = {"text": entry.text} if kind is not Kind.CREATE else {}
    made: Push = PushFactory(
        case=case, entry=entry, state=state, kind=kind, payload=payload, **columns
    )
    return made


def decide(client: Client, push: Push, deed: str, **more: Any) -> Any:
    data = more.pop("data", {})
    where = f"/cases/{push.case.reference}/steps/{push.pk}/{deed}/"
    return client.post(where, data, **more)


def state_of(push: Push) -> str:
    push.refresh_from_db()
    return push.state


def test_a_step_that_waits_can_be_taken_back(case: Case, client: Client) -> None:
    push = step(case, State.PENDING)
    answer = decide(client, push, "withdraw", headers=HTMX)
    assert state_of(push) == State.WITHDRAWN
    assert Page(answer).one("data-entry")["data-delivery"] == "withdrawn"


def test_too_late_to_take_back_is_said(case: Case, client: Client) -> None:
    push = step(case, State.DONE, settled_at=timezone.now())
    answer = decide(client, push, "withdraw", follow=True)
    assert "Too late" in Page(answer).text
    asked = decide(client, push, "withdraw", headers=HTMX)
    assert "Too late" in Page(asked).one("id", "notices").text
    assert state_of(push) == State.DONE


def test_a_case_taken_back_opens_as_its_draft(case: Case, casey: User, client: Client) -> None:
    draft = DraftFactory(owner=casey, customer=case.organization, case=case)
    push = step(case, State.PENDING, Kind.CREATE)
    answer = decide(client, push, "withdraw")
    assert answer["Location"] == f"/cases/new/{draft.pk}/"
    again = step(case, State.PENDING, Kind.CREATE)
    draft.refresh_from_db()
    assert draft.case is None
    assert state_of(again) == State.PENDING


def test_a_refused_note_is_edited_and_takes_its_old_place(case: Case, client: Client) -> None:
    push = step(case, State.REFUSED, outcome="Too long.", sent_at=timezone.now())
    page = Page(client.get(f"/cases/{case.reference}/"))
    assert "Akamai says: Too long." in page.text
    decide(client, push, "resend", data={"text": "Shorter."})
    again = Push.everything.get(replaces=push)
    assert (state_of(push), again.position) == (State.SUPERSEDED, push.position)
    assert again.payload["text"] == "Shorter."


def test_our_own_refusal_is_not_put_in_the_vendors_mouth(case: Case, client: Client) -> None:
    """What never left was refused by us."""
    step(case, State.REFUSED, outcome="Not sent: its author may no longer write on this case.")
    page = Page(client.get(f"/cases/{case.reference}/"))
    assert "Not sent: its author" in page.text
    assert "Akamai says" not in page.text


def test_an_edited_text_that_is_blank_is_told_at_its_field(case: Case, client: Client) -> None:
    push = step(case, State.REFUSED)
    answer = decide(client, push, "resend", data={"text": " "}, headers=HTMX)
    page = Page(answer)
    assert answer.status_code == 422
    assert page.one("id", f"resend-{push.pk}").attributes.get("open") == ""
    assert page.one("data-focus").text.startswith("There is a problem")
    assert state_of(push) == State.REFUSED


def test_the_text_to_mend_is_not_called_optional(case: Case, client: Client) -> None:
    push = step(case, State.REFUSED)
    page = Page(client.get(f"/cases/{case.reference}/"))
    label = page.one("for", f"resendform-{push.pk}-text")
    assert label.text == "Text"


def test_a_step_without_a_text_is_sent_again_as_it_is(case: Case, client: Client) -> None:
    push = step(case, State.REFUSED, Kind.FILE)
    Push.everything.filter(pk=push.pk).update(payload={"comment": ""})
    assert decide(client, push, "resend").status_code == 302
    assert state_of(push) == State.SUPERSEDED


def test_leaving_a_step_out_takes_a_reason(case: Case, client: Client) -> None:
    push = step(case, State.REFUSED)
    assert decide(client, push, "skip").status_code == 422
    assert decide(client, push, "skip", data={"reason": "Told them by phone."}).status_code == 302
    assert state_of(push) == State.SKIPPED


def there(telling: Telling, case: Case, number: str) -> None:
    """The case lost its number, and its vendor shows it under this one."""
    Case.everything.filter(pk=case.pk).update(vendor_id=None)
    Connection.objects.filter(pk=case.connection_id).update(vendor=telling.vendor.key)
    telling.tell(number, subject=case.subject, created_at=timezone.now())


def test_a_person_says_it_is_there_and_it_is_linked(
    case: Case, staff: Client, telling: Telling
) -> None:
    there(telling, case, "F-CS-1203600")
    candidate = {"vendor_id": "F-CS-1203600", "title": "Same", "reason": "same subject"}
    push = step(case, State.NEEDS_PERSON, Kind.CREATE, candidates=[candidate])
    seen = {"answer": "found", "candidate": "F-CS-1203600", "reason": "Seen in the list."}
    answer = decide(staff, push, "settle", data=seen, headers=HTMX)
    assert state_of(push) == State.DONE
    assert Page(answer).one("data-case")["data-vendor-case"] == "F-CS-1203600"


def test_a_typed_number_goes_before_a_picked_one(
    case: Case, staff: Client, telling: Telling
) -> None:
    there(telling, case, "B-2")
    push = step(case, State.NEEDS_PERSON, Kind.CREATE)
    seen = {"answer": "found", "candidate": "A-1", "vendor_id": "B-2", "reason": "Seen."}
    decide(staff, push, "settle", data=seen)
    case.refresh_from_db()
    assert case.vendor_id == "B-2"


def test_it_is_there_takes_its_number(case: Case, staff: Client) -> None:
    Case.everything.filter(pk=case.pk).update(vendor_id=None)
    push = step(case, State.NEEDS_PERSON, Kind.CREATE)
    answer = decide(staff, push, "settle", data={"answer": "found", "reason": "Seen."})
    assert answer.status_code == 422
    assert "Give the case number" in Page(answer).text
    kept = Page(answer).one("id", f"settleform-{push.pk}-reason")
    assert kept["value"] == "Seen."


def test_it_is_not_there_sends_again(case: Case, staff: Client) -> None:
    push = step(case, State.NEEDS_PERSON)
    decide(staff, push, "settle", data={"answer": "absent", "reason": "Not in the list."})
    assert state_of(push) == State.PENDING


@pytest.mark.parametrize(
    ("home", "words"),
    [
        (MarkerHome.TEXT, "which we sent with it"),
        (MarkerHome.NONE, "By its subject and time: nothing else of ours stands in it."),
    ],
)
def test_who_looks_is_told_how_to_know_it(
    case: Case, staff: Client, home: MarkerHome, words: str
) -> None:
    push = step(case, State.NEEDS_PERSON, Kind.CREATE, marker_home=home)
    page = Page(staff.get(f"/cases/{case.reference}/")).text
    assert words in page
    assert (f"By {push.marker}" in page) == (home is MarkerHome.TEXT)


@pytest.mark.parametrize("named", ["candidate", "vendor_id"])
def test_who_names_one_cannot_say_it_is_not_there(case: Case, staff: Client, named: str) -> None:
    push = step(case, State.NEEDS_PERSON, Kind.CREATE)
    data = {"answer": "absent", named: "A-1", "reason": "Not in the list."}
    answer = decide(staff, push, "settle", data=data)
    assert answer.status_code == 422
    assert "Name none, or link it." in Page(answer).text
    assert state_of(push) == State.NEEDS_PERSON


def test_an_answer_takes_a_reason(case: Case, staff: Client) -> None:
    push = step(case, State.NEEDS_PERSON)
    assert decide(staff, push, "settle", data={"answer": "absent"}).status_code == 422
    assert state_of(push) == State.NEEDS_PERSON


def test_staff_let_a_held_step_go_on(case: Case, staff: Client) -> None:
    push = step(case, State.PARKED)
    decide(staff, push, "release", data={"reason": "The disk is mended."})
    assert state_of(push) == State.PENDING


@pytest.mark.parametrize(
    ("deed", "state"), [("settle", State.NEEDS_PERSON), ("release", State.PARKED)]
)
def test_the_customer_does_not_decide_what_machines_cannot_know(
    case: Case, client: Client, deed: str, state: State
) -> None:
    push = step(case, state)
    data = {"answer": "absent", "reason": "I think so."}
    assert decide(client, push, deed, data=data).status_code == 403
    assert state_of(push) == state


@pytest.mark.parametrize("deed", ["withdraw", "skip", "resend", "release", "settle"])
def test_a_step_of_another_case_is_not_found(case: Case, client: Client, deed: str) -> None:
    other = step(CaseFactory(), State.REFUSED)
    assert decide(client, other, deed).status_code == 404
    where = f"/cases/{case.reference}/steps/{other.pk}/{deed}/"
    assert client.post(where, {"reason": "x"}).status_code == 404
    assert state_of(other) == State.REFUSED


@pytest.mark.parametrize("deed", ["withdraw", "skip", "resend", "release", "settle"])
def test_decisions_are_posted(case: Case, client: Client, deed: str) -> None:
    push = step(case, State.REFUSED)
    assert client.get(f"/cases/{case.reference}/steps/{push.pk}/{deed}/").status_code == 405
