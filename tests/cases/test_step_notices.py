"""Who is told of a step: its author when it needs somebody, staff once for each trouble."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone

from cases import access, actions
from cases.models import Entry, Push
from cases.models.push import State
from cases.notices.mailing import send_due
from cases.pushes import Actor, By, transition
from portal.accounts.models import Membership, Notification, User
from tests.world import World

REFUSING = "[simulate: failed-request]"
WORKER = Actor(By.WORKER, worker="test:1")
NO_LOOK = "Akamai offers no way to look it up."
ALIKE = "Something alike is there, without our reference."


def told(person: User) -> list[str]:
    return list(Notification.objects.filter(user=person).values_list("kind", flat=True))


def words_to(person: User) -> list[str]:
    found = Notification.objects.filter(user=person).order_by("created_at")
    return list(found.values_list("text", flat=True))


def stand(push: Push, state: State, **columns: Any) -> None:
    """Put the push into a state no test cares how it came to."""
    access.worker_pushes().filter(pk=push.pk).update(state=state, **columns)
    push.refresh_from_db()


def note_of(world: World, by: str = "casey") -> Push:
    entry = world.add_note(world.filed(), "The words nobody quotes", by=by)
    return access.worker_pushes().get(entry=entry)


def held_by_worker(push: Push) -> Push:
    token = "6f0d0e9c-7d0c-4f39-9b5b-5a1f4a8f0d11"
    stand(push, State.SENDING, token=token, lease_until=timezone.now())
    return push


def fall(push: Push, state: State, outcome: str = NO_LOOK) -> None:
    """A worker gives the step up to people, after whatever it tried."""
    held_by_worker(push)
    assert transition(push, state, WORKER, outcome, outcome=outcome, sent_at=None)


def test_the_author_is_told_that_their_step_was_refused(world: World) -> None:
    case = world.file_case(subject=REFUSING)
    world.work()
    (notice,) = Notification.objects.all()
    assert notice.user == world.people["casey"]
    assert notice.text == (
        f"Your case {case.reference} could not be sent. Read why, then take it back into its "
        "draft, mend it there and file it again."
    )
    assert notice.case_reference == case.reference


def test_the_author_and_those_who_settle_are_told_of_a_held_step(world: World) -> None:
    push = held_by_worker(note_of(world))
    assert transition(push, State.PARKED, WORKER, "held", sent_at=None)
    assert told(world.people["casey"]) == ["held"]
    assert told(world.people["riley"]) == ["held"]
    assert told(world.people["admin"]) == ["held"]
    assert not told(world.people["morgan"])
    assert not told(world.people["rival"])


def test_the_author_of_a_doubtful_step_is_told_that_staff_look_and_nothing_is_asked_of_them(
    world: World,
) -> None:
    push = note_of(world)
    fall(push, State.NEEDS_PERSON)
    (notice,) = Notification.objects.filter(user=world.people["casey"])
    assert notice.text == (
        f"We cannot tell whether Akamai has your note on {push.case.reference}. "
        "Staff of Meridian look there and decide; nothing is asked of you."
    )
    assert notice.path == f"cases/{push.case.reference}/#entry-{push.entry_id}"


def test_the_author_of_a_doubtful_step_is_told_by_mail_too(world: World) -> None:
    push = note_of(world)
    fall(push, State.NEEDS_PERSON)
    Notification.objects.update(mail_due_at=timezone.now())
    while send_due():
        pass
    (message,) = (each for each in mail.outbox if each.to == [world.people["casey"].email])
    assert "nothing is asked of you" in message.body
    assert world.connection.label not in f"{message.subject}{message.body}"


def test_an_author_who_may_settle_is_asked_to_look_themselves_and_told_once(world: World) -> None:
    fall(note_of(world, by="riley"), State.NEEDS_PERSON)
    (words,) = words_to(world.people["riley"])
    assert words.endswith("Look there and say what you saw.")
    assert told(world.people["admin"]) == ["needs_person"]


def test_staff_told_of_their_own_step_are_told_when_others_fall_into_the_same(world: World) -> None:
    fall(note_of(world, by="riley"), State.NEEDS_PERSON)
    fall(note_of(world), State.NEEDS_PERSON)
    assert told(world.people["riley"]) == ["needs_person", "needs_person"]
    assert told(world.people["admin"]) == ["needs_person"]


def test_what_can_be_done_about_a_refused_step_is_said_by_its_kind(world: World) -> None:
    case = world.filed()
    world.add_note(case, "A note")
    note = world.push(case, "note")
    fall(note, State.REFUSED)
    actions.withdraw(viewer=world.viewer("casey"), push=note)
    actions.request_close(viewer=world.viewer("casey"), case=case, reason="Solved", token=uuid4())
    fall(world.push(case, "close"), State.REFUSED)
    of_note, of_close = words_to(world.people["casey"])
    assert of_note.endswith("edit it and send it again, or take it back.")
    assert of_close.endswith("then send it again, or take it back.")


@pytest.mark.parametrize("state", [State.PARKED, State.NEEDS_PERSON])
def test_a_step_that_comes_back_to_a_standing_without_a_decision_is_told_once(
    world: World, state: State
) -> None:
    push = note_of(world)
    for _ in range(3):
        fall(push, state)
    assert told(world.people["casey"]).count(str(state).replace("parked", "held")) == 1


def test_a_step_in_doubt_again_after_somebody_decided_is_told_again(world: World) -> None:
    push = note_of(world)
    for _ in range(2):
        fall(push, State.NEEDS_PERSON)
        actions.confirm_absent(**_seen(world.viewer("riley"), push))
    doubted = ["needs_person", "decided", "needs_person", "decided"]
    assert told(world.people["casey"])[::-1] == doubted


def test_the_author_is_told_when_somebody_else_sends_it_again(world: World) -> None:
    push = note_of(world)
    fall(push, State.REFUSED)
    actions.resend(viewer=world.viewer("riley"), push=push, text="In other words")
    assert words_to(world.people["casey"])[1:] == [
        f"Somebody else sent your note on {push.case.reference} again and follows it from here."
    ]
    assert not told(world.people["riley"])


def test_the_author_told_of_trouble_is_told_that_it_arrived_after_all(world: World) -> None:
    push = note_of(world)
    fall(push, State.NEEDS_PERSON)
    assert transition(push, State.DONE, Actor(By.SYNC), "seen there")
    assert words_to(world.people["casey"])[1].startswith("Akamai has your note on")


def test_a_refused_step_whose_author_left_is_told_to_those_who_settle(world: World) -> None:
    push = note_of(world)
    User.objects.filter(pk=world.people["casey"].pk).update(is_active=False)
    push.refresh_from_db()
    fall(push, State.REFUSED)
    for name in ("riley", "admin"):
        (words,) = words_to(world.people[name])
        assert push.case.reference in words
        assert "cannot be told any more" in words
    assert not told(world.people["rival"])


# staff


def test_those_who_settle_are_told_once_of_one_trouble_however_many_steps_and_days(
    world: World,
) -> None:
    for _ in range(3):
        fall(note_of(world), State.NEEDS_PERSON)
        Notification.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert told(world.people["riley"]) == ["needs_person"]


def test_those_who_settle_are_told_of_another_trouble_on_the_same_day(world: World) -> None:
    fall(note_of(world), State.NEEDS_PERSON, NO_LOOK)
    fall(note_of(world), State.NEEDS_PERSON, ALIKE)
    first, second = words_to(world.people["riley"])
    assert first.endswith(NO_LOOK)
    assert second.endswith(ALIKE)


def test_those_who_settle_are_told_again_of_what_came_back_after_being_well(world: World) -> None:
    for times in (1, 2, 3):
        push = note_of(world)
        fall(push, State.NEEDS_PERSON)
        assert len(told(world.people["admin"])) == times
        actions.confirm_found(**_seen(world.viewer("riley"), push), vendor_id="")


def test_while_some_still_stand_in_a_trouble_it_is_the_same_one(world: World) -> None:
    first = note_of(world)
    fall(first, State.NEEDS_PERSON)
    fall(note_of(world), State.NEEDS_PERSON)
    actions.confirm_found(**_seen(world.viewer("riley"), first), vendor_id="")
    fall(note_of(world), State.NEEDS_PERSON)
    assert told(world.people["admin"]) == ["needs_person"]


def test_what_others_said_after_a_colon_makes_no_other_trouble_and_is_not_quoted(
    world: World,
) -> None:
    for number in (1, 2):
        outcome = f"We could not look for a day: request {number} failed"
        fall(note_of(world), State.NEEDS_PERSON, outcome)
    (words,) = words_to(world.people["riley"])
    assert words.endswith("We could not look for a day.")


# what is decided


@pytest.mark.parametrize(
    ("decide", "words"),
    [
        (lambda viewer, push: actions.confirm_absent(**_seen(viewer, push)), "is not there"),
        (
            lambda viewer, push: actions.confirm_found(**_seen(viewer, push), vendor_id=""),
            "is there",
        ),
        (lambda viewer, push: actions.skip(**_seen(viewer, push)), "left out"),
    ],
)
def test_the_author_is_told_what_somebody_else_decided(
    world: World, decide: Callable[[access.Viewer, Push], None], words: str
) -> None:
    push = note_of(world)
    stand(push, State.NEEDS_PERSON, sent_at=timezone.now())
    decide(world.viewer("riley"), push)
    (notice,) = Notification.objects.all()
    assert notice.user == world.people["casey"]
    assert words in notice.text


def _seen(viewer: access.Viewer, push: Push) -> dict[str, Any]:
    return {"viewer": viewer, "push": push, "reason": "I looked"}


def test_nobody_is_told_what_they_did_themselves(world: World) -> None:
    push = note_of(world, by="riley")
    stand(push, State.NEEDS_PERSON, sent_at=timezone.now())
    actions.confirm_absent(**_seen(world.viewer("riley"), push))
    actions.withdraw(viewer=world.viewer("riley"), push=push)
    assert not Notification.objects.exists()


def test_a_step_that_goes_its_way_tells_nobody_anything(world: World) -> None:
    case = world.filed()
    world.add_note(case, "Fine")
    world.drain()
    assert not Notification.objects.exists()


def test_an_author_who_may_no_longer_see_the_case_is_told_nothing(world: World) -> None:
    push = held_by_worker(note_of(world))
    Membership.objects.filter(user=world.people["casey"]).delete()
    assert transition(push, State.REFUSED, WORKER, "no")
    assert not told(world.people["casey"])


def test_a_notice_quotes_neither_its_author_nor_the_vendor(world: World) -> None:
    push = held_by_worker(note_of(world))
    assert transition(push, State.REFUSED, WORKER, "no", outcome="The vendor's own words")
    (notice,) = Notification.objects.all()
    assert "nobody quotes" not in f"{notice.text}{notice.path}"
    assert "own words" not in notice.text


def test_a_move_that_was_not_made_tells_nobody(world: World) -> None:
    push = held_by_worker(note_of(world))
    stale = access.worker_pushes().get(pk=push.pk)
    access.worker_pushes().filter(pk=push.pk).update(token="7f0d0e9c-7d0c-4f39-9b5b-5a1f4a8f0d11")
    assert not transition(stale, State.REFUSED, WORKER, "no")
    assert not Notification.objects.exists()


def test_a_case_whose_entry_is_hidden_is_no_notice(world: World) -> None:
    push = held_by_worker(note_of(world))
    Entry.objects.filter(pushes=push).update(
        audience="internal", author_organization=world.organizations["meridian"]
    )
    assert transition(push, State.REFUSED, WORKER, "no")
    assert not told(world.people["casey"])
