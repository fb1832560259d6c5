"""A step goes to the vendor once, in order, and says truthfully where it stands."""

from itertools import pairwise
from uuid import uuid4

import pytest

from cases import access, actions, outbox, pushes
from cases.models import PushEvent
from cases.models.push import State
from cases.pushes import Actor, By
from tests.world import World, answered
from vendors.connections.models import Connection
from vendors.vocabulary import Kind


def test_a_filed_case_reaches_the_vendor_once_with_the_body_that_was_reviewed(world: World) -> None:
    case = world.filed()
    (effect,) = world.played.effects("create")
    assert effect["case"] == case.vendor_id
    assert effect["body"]["subject"] == case.subject
    assert effect["body"]["customerTrackingNumber"] == world.push(case, Kind.CREATE).marker
    assert world.push(case, Kind.CREATE).state == State.DONE


def test_filing_a_draft_twice_gives_the_same_case(world: World) -> None:
    draft = world.draft()
    viewer = world.viewer("casey")
    first = actions.file_case(viewer=viewer, draft=draft, answered=answered())
    second = actions.file_case(viewer=viewer, draft=draft, answered=answered())
    assert first == second
    assert access.worker_pushes().filter(kind=Kind.CREATE).count() == 1


def test_steps_of_a_case_go_in_the_order_they_were_made(world: World) -> None:
    case = world.file_case()
    for text in ("one", "two", "three"):
        world.add_note(case, text)
    world.drain()
    assert [e["operation"] for e in world.played.effects()] == ["create", "note", "note", "note"]
    said = [e["body"]["comment"].splitlines()[0] for e in world.played.effects("note")]
    assert said == ["one", "two", "three"]


def test_the_same_note_form_sent_twice_makes_one_note(world: World) -> None:
    case = world.filed()
    token = uuid4()
    viewer = world.viewer("casey")
    for _ in range(2):
        actions.add_note(viewer=viewer, case=case, text="Once", audience="vendor", token=token)
    world.hurry()
    world.work()
    assert len(world.played.effects("note")) == 1


def test_a_step_with_a_lost_answer_is_found_and_not_sent_again(world: World) -> None:
    world.played.fault("create", "reset_after")
    case = world.file_case()
    world.work()
    assert world.push(case, Kind.CREATE).state == State.UNCERTAIN
    world.drain()
    case.refresh_from_db()
    (effect,) = world.played.effects("create")
    assert case.vendor_id == effect["case"]
    assert world.push(case, Kind.CREATE).attempts == 1


def test_a_step_that_never_arrived_is_sent_again_only_after_every_look(world: World) -> None:
    world.played.fault("create", "reset_before")
    case = world.file_case()
    world.work()
    push = world.push(case, Kind.CREATE)
    assert push.state == State.UNCERTAIN
    for look in (1, 2):
        world.hurry()
        outbox.run_one("steps")
        push.refresh_from_db()
        assert (push.state, push.looks) == (State.UNCERTAIN, look)
        assert world.played.effects("create") == []
    world.drain()
    push.refresh_from_db()
    assert push.state == State.DONE
    assert len(world.played.effects("create")) == 1


def test_a_refused_step_keeps_the_vendors_words_and_holds_back_those_behind(world: World) -> None:
    case = world.file_case(subject="[simulate: failed-request]")
    world.add_note(case, "waits behind")
    world.work()
    push = world.push(case, Kind.CREATE)
    assert push.state == State.REFUSED
    assert "could not be completed" in push.outcome
    assert world.push(case, Kind.NOTE).state == State.PENDING
    assert outbox.queue_ahead(world.push(case, Kind.NOTE)) == 1
    assert world.played.effects() == []


def test_withdrawing_an_unsent_case_takes_back_all_behind_it_and_reopens_the_draft(
    world: World,
) -> None:
    case = world.file_case()
    world.add_note(case, "for the draft")
    actions.withdraw(viewer=world.viewer("casey"), push=world.push(case, Kind.CREATE))
    assert world.push(case, Kind.NOTE).state == State.WITHDRAWN
    draft = world.people["casey"].drafts.get()
    assert draft.case is None
    assert [kept["display"] for kept in draft.parked] == ["for the draft"]
    world.drain()
    assert world.played.effects() == []


def test_a_note_that_was_sent_cannot_be_withdrawn(world: World) -> None:
    case = world.filed()
    world.add_note(case, "gone")
    world.work()
    with pytest.raises(actions.Rejected):
        actions.withdraw(viewer=world.viewer("casey"), push=world.push(case, Kind.NOTE))


def test_a_refused_credential_stops_the_connection_and_loses_nothing(world: World) -> None:
    world.played.fault("create", "expired_credential")
    case = world.file_case()
    world.work()
    assert world.push(case, Kind.CREATE).state == State.PENDING
    world.hurry()
    assert world.work() == 0
    Connection.objects.update(refused_at=None)
    world.work()
    assert len(world.played.effects("create")) == 1


def test_a_busy_vendor_is_asked_again_later(world: World) -> None:
    world.played.fault("create", "429", retry_after=120)
    case = world.file_case()
    world.work()
    assert world.push(case, Kind.CREATE).state == State.PENDING
    assert world.work() == 0
    world.hurry()
    world.work()
    assert len(world.played.effects("create")) == 1


def test_a_silent_worker_leaves_an_uncertain_step_and_cannot_write_later(world: World) -> None:
    case = world.file_case()
    push = outbox.claim("steps", "dead:1")
    assert push is not None
    access.worker_pushes().filter(pk=push.pk).update(lease_until=push.not_before)
    assert outbox.sweep() == 1
    stale = pushes.transition(push, State.DONE, Actor(By.WORKER), "too late")
    assert not stale
    assert world.push(case, Kind.CREATE).state == State.UNCERTAIN
    world.drain()
    assert len(world.played.effects("create")) == 1


def test_a_step_that_crashed_its_worker_three_times_is_a_persons_question(world: World) -> None:
    case = world.file_case()
    for _ in range(3):
        world.hurry()
        push = outbox.claim("steps", "dead:1")
        assert push is not None
        access.worker_pushes().filter(pk=push.pk).update(lease_until=push.not_before)
        outbox.sweep()
    assert world.push(case, Kind.CREATE).state == State.NEEDS_PERSON
    assert world.work() == 0
    assert world.played.effects() == []


def test_every_change_of_state_is_an_event_in_order(world: World) -> None:
    world.played.fault("create", "500_after")
    case = world.file_case()
    world.drain()
    events = PushEvent.objects.filter(push=world.push(case, Kind.CREATE))
    assert [e.number for e in events] == list(range(1, len(events) + 1))
    assert [e.now for e in events] == ["pending", "sending", "uncertain", "checking", "done"]
    assert all(a.now == b.was for a, b in pairwise(events))


def test_the_table_of_moves_is_the_only_way(world: World) -> None:
    case = world.filed()
    with pytest.raises(pushes.ForbiddenMove):
        pushes.transition(world.push(case, Kind.CREATE), State.PENDING, Actor(By.WORKER))


def test_an_author_who_lost_their_role_sends_nothing_more(world: World) -> None:
    case = world.filed()
    world.add_note(case, "too late")
    world.people["casey"].memberships.all().delete()
    world.work()
    push = world.push(case, Kind.NOTE)
    assert push.state == State.REFUSED
    assert world.played.effects("note") == []


def test_a_changed_credential_makes_an_absent_step_a_persons_question(world: World) -> None:
    world.played.fault("create", "reset_before")
    case = world.file_case()
    world.work()
    world.connection.credentials.update(identity="another client")
    world.drain(4)
    assert world.push(case, Kind.CREATE).state == State.NEEDS_PERSON
    assert world.played.effects() == []


def test_what_a_person_saw_at_the_vendor_settles_a_step(world: World) -> None:
    world.played.fault("create", "reset_after")
    case = world.file_case(customerTrackingNumber="A1", partnerTicketNumber="B2")
    access.worker_pushes().update(marker_home="none")
    world.drain(3)
    push = world.push(case, Kind.CREATE)
    assert push.state == State.NEEDS_PERSON
    (effect,) = world.played.effects("create")
    actions.confirm_found(
        viewer=world.viewer("riley"), push=push, vendor_id=effect["case"], reason="I see it there"
    )
    case.refresh_from_db()
    assert case.vendor_id == effect["case"]
    world.drain(2)
    assert len(world.played.effects("create")) == 1


def test_what_a_person_did_not_find_at_the_vendor_is_sent_again(world: World) -> None:
    world.played.fault("create", "reset_before")
    case = world.file_case()
    access.worker_pushes().update(marker_home="none")
    world.drain(3)
    push = world.push(case, Kind.CREATE)
    assert push.state == State.NEEDS_PERSON
    actions.confirm_absent(viewer=world.viewer("riley"), push=push, reason="I looked twice")
    world.work()
    assert len(world.played.effects("create")) == 1
    with pytest.raises(actions.Rejected):
        actions.confirm_absent(viewer=world.viewer("riley"), push=push, reason="again")
