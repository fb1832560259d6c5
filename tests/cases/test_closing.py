"""Asking the vendor to close: once, until it answers."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from cases import actions, sync
from cases.models import Case, Entry, Push
from cases.models.push import State
from cases.models.timeline import Audience
from tests.cases.filing_desk import browser
from tests.cases.read_page import Page
from tests.world import World
from vendors.vocabulary import EntryKind, Kind


def ask(world: World, case: Case, by: str = "casey") -> Entry:
    return actions.request_close(
        viewer=world.viewer(by), case=case, reason="It works again.", token=uuid4()
    )


def answer(case: Case, kind: EntryKind = EntryKind.NOTE) -> None:
    """The vendor does something with the case afterwards."""
    Entry.objects.create(
        case=case,
        kind=kind,
        audience=Audience.VENDOR,
        vendor_author="Priya",
        title="Closed → Open",
        occurred_at=timezone.now() + timedelta(minutes=5),
    )


def refusal(world: World, case: Case) -> str:
    with pytest.raises(actions.Rejected) as rejected:
        ask(world, case, by="morgan")
    assert rejected.value.field == "reason"
    return rejected.value.words


def test_a_second_request_is_refused_while_the_first_waits(world: World) -> None:
    case = world.filed()
    ask(world, case)
    words = refusal(world, case)
    assert words.startswith("Casey asked to close this case on ")
    assert "waits to be sent" in words
    world.hurry()
    world.work()
    assert len(world.played.effects("close")) == 1


def test_it_is_refused_until_the_vendor_answers(world: World) -> None:
    case = world.filed()
    ask(world, case)
    world.hurry()
    world.work()
    assert "has not answered" in refusal(world, case)


@pytest.mark.parametrize("kind", [EntryKind.NOTE, EntryKind.EMAIL, EntryKind.STATUS])
def test_after_an_answer_it_may_be_asked_again(world: World, kind: EntryKind) -> None:
    case = world.filed()
    ask(world, case)
    world.hurry()
    world.work()
    answer(case, kind)
    ask(world, case)
    assert Push.everything.filter(case=case, kind=Kind.CLOSE).count() == 2


def test_a_request_taken_back_does_not_hinder_another(world: World) -> None:
    case = world.filed()
    ask(world, case)
    actions.withdraw(viewer=world.viewer("casey"), push=world.push(case, Kind.CLOSE))
    assert ask(world, case)


def test_the_same_form_sent_twice_is_still_one_request(world: World) -> None:
    case, token = world.filed(), uuid4()
    viewer = world.viewer("casey")
    made = [
        actions.request_close(viewer=viewer, case=case, reason="Done.", token=token)
        for _ in range(2)
    ]
    assert made[0] == made[1]


def test_the_page_says_when_it_was_asked_in_place_of_the_form(world: World) -> None:
    case = world.filed()
    ask(world, case)
    page = Page(browser(world.people["morgan"]).get(f"/cases/{case.reference}/"))
    assert "Casey asked to close this case on " in page.one("id", "request-close").text
    assert not page.all("id", "close-reason")


def test_a_reason_typed_in_vain_is_not_lost(world: World) -> None:
    case = world.filed()
    ask(world, case)
    data = {"reason": "Mine too.", "token": str(uuid4())}
    answer = browser(world.people["morgan"]).post(f"/cases/{case.reference}/close/", data)
    page = Page(answer)
    assert answer.status_code == 422
    assert page.one("id", "close-reason").text == "Mine too."
    assert "Casey asked to close this case on " in page.one("id", "request-close").text


def test_a_refused_request_is_mended_not_asked_beside(world: World) -> None:
    case = world.filed()
    ask(world, case)
    Push.everything.filter(kind=Kind.CLOSE).update(state=State.REFUSED, sent_at=timezone.now())
    assert "was refused" in refusal(world, case)


def overtaken(world: World, case: Case) -> None:
    """The request is ended by nobody's doing, and the page says why in one quiet line."""
    push = world.push(case, Kind.CLOSE)
    assert (push.state, push.author) == (State.SKIPPED, world.people["casey"])
    assert push.events.latest("number").by_user is None
    page = Page(browser(world.people["casey"]).get(f"/cases/{case.reference}/"))
    told = page.one("data-entry", str(push.entry_id)).text
    assert "No longer needed" in told
    assert "Akamai closed it at" in told
    assert "could not be sent" not in page.text


@pytest.mark.parametrize("state", [State.PENDING, State.REFUSED, State.PARKED])
def test_a_request_overtaken_by_the_vendors_own_close_is_needed_no_longer(
    world: World, state: State
) -> None:
    case = world.filed()
    ask(world, case)
    Push.everything.filter(kind=Kind.CLOSE).update(state=state)
    world.played.engineer(case, action="close")
    world.pull(case)
    overtaken(world, case)


def test_a_request_refused_because_it_is_closed_already_is_needed_no_longer(world: World) -> None:
    case = world.filed()
    ask(world, case)
    world.played.engineer(case, action="close")
    world.hurry()
    world.work()
    assert world.push(case, Kind.CLOSE).state == State.REFUSED
    sync.refresh_wanted()
    case.refresh_from_db()
    overtaken(world, case)


def test_a_request_that_may_have_been_sent_is_still_looked_for(world: World) -> None:
    case = world.filed()
    ask(world, case)
    Push.everything.filter(kind=Kind.CLOSE).update(
        state=State.UNCERTAIN, sent_at=timezone.now(), doubted_at=timezone.now()
    )
    world.played.engineer(case, action="close")
    world.pull(case)
    assert world.push(case, Kind.CLOSE).state == State.UNCERTAIN
