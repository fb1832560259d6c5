"""A number somebody gives is linked only when the case there is really this one."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases import access, actions
from cases.actions import Rejected
from cases.models import Case, Entry, Push, Watch
from cases.models.push import State
from cases.models.timeline import Audience
from tests.cases.read_page import Page
from tests.world import World, answered
from vendors.vocabulary import Kind

HTMX = {"HX-Request": "true"}


def unsettled(world: World, **answers: str) -> tuple[Case, Push]:
    """A case of casey's whose create nobody can tell about."""
    case = world.file_case(**answers)
    push = world.push(case, Kind.CREATE)
    access.worker_pushes().filter(pk=push.pk).update(
        state=State.NEEDS_PERSON, sent_at=timezone.now(), doubted_at=timezone.now()
    )
    push.refresh_from_db()
    return case, push


def there(world: World, **info: Any) -> str:
    """A case at the vendor that somebody filed elsewhere; its number."""
    with world.played.simulator.store.lock:
        desk = world.played.simulator.vendors["akamai_v2"].desk  # type: ignore[attr-defined]  # Akamai's
        posted = {
            "subject": "Checkout answers 503",
            "description": "Since 13:40",
            "severity": "3-Low Impact",
            "categoryType": "Technical",
            "subCategories": [],
            "userDetail": {},
        }
        submitted = world.played.simulator.vendors["akamai_v2"].facts()["api_user"]["userName"]
        record = desk.open_case(posted | info, submitted)
    return str(record["id"])


def confirm(world: World, push: Push, number: str, **more: str) -> None:
    viewer = world.viewer("riley")
    actions.confirm_found(viewer=viewer, push=push, vendor_id=number, reason="I see it", **more)


def refused(world: World, push: Push, number: str, **more: str) -> Rejected:
    with pytest.raises(Rejected) as rejected:
        confirm(world, push, number, **more)
    push.refresh_from_db()
    assert push.state == State.NEEDS_PERSON
    assert not push.case.vendor_id
    return rejected.value


def test_another_customers_case_is_never_swallowed(world: World) -> None:
    draft = world.draft("stranger", "fabrikam")
    theirs = actions.file_case(viewer=world.viewer("stranger"), draft=draft, answered=answered())
    world.work()
    theirs.refresh_from_db()
    world.add_note(theirs, "our own words", by="stranger", audience=Audience.CUSTOMER)
    case, push = unsettled(world)
    told = refused(world, push, str(theirs.vendor_id))
    assert (told.field, told.words) == ("vendor_id", f"That number is {theirs.reference}.")
    assert access.worker_cases().filter(pk=theirs.pk).exists()
    assert not access.entries(world.viewer("casey"), case).filter(text="our own words").exists()


def test_a_case_filed_here_is_never_swallowed(world: World) -> None:
    first = world.filed()
    _, push = unsettled(world)
    assert first.reference in refused(world, push, str(first.vendor_id), anyway="x").words


def test_an_imported_case_that_was_given_to_another_customer_stays_theirs(world: World) -> None:
    number = there(world)
    world.pull()
    imported = access.worker_cases().get(vendor_id=number)
    riley, fabrikam = world.viewer("riley"), world.organizations["fabrikam"]
    actions.assign_case(viewer=riley, case=imported, customer=fabrikam)
    _, push = unsettled(world)
    assert refused(world, push, number).field == "vendor_id"


def test_an_imported_case_is_absorbed_with_who_follows_it(world: World) -> None:
    number = there(world)
    world.pull()
    imported = access.worker_cases().get(vendor_id=number)
    Watch.objects.create(case=imported, user=world.people["riley"])
    case, push = unsettled(world)
    confirm(world, push, number)
    case.refresh_from_db()
    assert case.vendor_id == number
    assert [watch.user for watch in case.watches.all()] == [world.people["riley"]]
    assert Entry.objects.filter(case=case, vendor_author="Caseport").count() == 1


@pytest.mark.parametrize("told", ["Fabrikam Industries", "1-FAB02", "Somebody unheard of"])
def test_a_case_of_another_account_is_refused(world: World, told: str) -> None:
    _, push = unsettled(world)
    assert "under" in refused(world, push, there(world, customer=told)).words


@pytest.mark.parametrize("told", ["northwind  traders", "1-NWT01"])
def test_an_account_is_known_by_its_id_or_its_name(world: World, told: str) -> None:
    _, push = unsettled(world)
    confirm(world, push, there(world, customer=told))


def test_a_case_with_another_steps_marker_is_refused(world: World) -> None:
    _, push = unsettled(world)
    number = there(world, customerTrackingNumber="P-0123ABCD")
    assert "P-0123ABCD" in refused(world, push, number, anyway=number).words


def test_the_steps_own_marker_is_proof_enough(world: World) -> None:
    _, push = unsettled(world)
    number = there(world, customerTrackingNumber=push.marker, subject="Renamed at the desk")
    confirm(world, push, number)


def test_a_case_from_long_before_is_refused(world: World) -> None:
    _, push = unsettled(world)
    number = there(world)
    long_ago = {"action": "set", "members": {"createdDate": "2026-01-02T03:04:05+0000"}}
    world.played.control(f"cases/akamai_v2/{number}", long_ago)
    assert "before this case was written" in refused(world, push, number).words


def test_a_number_the_vendor_does_not_know_is_refused(world: World) -> None:
    _, push = unsettled(world)
    assert "knows no case F-CS-1" in refused(world, push, "F-CS-1").words
    assert "knows no case" in refused(world, push, "..").words


def test_while_the_vendor_cannot_be_asked_nothing_is_linked(world: World) -> None:
    _, push = unsettled(world)
    number = there(world)
    world.played.fault("read", "500_before")
    assert "Try again later" in refused(world, push, number, anyway=number).words
    confirm(world, push, number)


def test_another_subject_is_told_and_linked_when_confirmed_for_that_number(world: World) -> None:
    case, push = unsettled(world)
    number, other = there(world, subject="Renamed"), there(world, subject="Quite another")
    client = Client()
    client.force_login(world.people["riley"])
    where = f"/cases/{case.reference}/steps/{push.pk}/settle/"
    seen = {"answer": "found", "vendor_id": number, "reason": "I asked them."}
    answer = client.post(where, seen, headers=HTMX)
    assert answer.status_code == 422
    page = Page(answer)
    assert "“Renamed”" in page.one("data-focus").text
    assert page.one("name", "anyway")["value"] == number
    assert client.post(where, seen | {"anyway": other}, headers=HTMX).status_code == 422
    assert client.post(where, seen | {"anyway": number}, headers=HTMX).status_code == 200
    case.refresh_from_db()
    assert case.vendor_id == number


def test_two_who_link_the_same_number_at_once_link_it_once(world: World) -> None:
    number = there(world)
    _, first = unsettled(world)
    second_case, second = unsettled(world)
    confirm(world, first, number)
    assert first.case.reference in refused(world, second, number).words
    second_case.refresh_from_db()
    assert not second_case.vendor_id
