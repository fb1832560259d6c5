"""A step whose answer was lost: looked for long enough after its call, and never sent too soon."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Lock
from time import monotonic, sleep
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from pytest_django import Settings

from cases import access, actions, outbox, payloads, pushes
from cases.models import Attachment, Case, Push, PushEvent
from cases.models.push import State
from cases.outbox import lease, sending
from cases.outbox.looking import sought
from cases.pushes import Actor, By
from portal import clock
from tests.hand_clock import HandClock
from tests.servers import unheard_port
from tests.world import World
from vendors.akamai_v2 import AkamaiV2
from vendors.connections import gateway
from vendors.connections.models import Connection
from vendors.vocabulary import Kind, Receipt

HUGE = 200 * 1024 * 1024
WORKER = Actor(By.WORKER, worker="a:1")


@pytest.fixture
def case(world: World) -> Case:
    return world.filed()


def attach(world: World, case: Case) -> Push:
    file = SimpleUploadedFile("trace.txt", b"hop 1\nhop 2\n", "text/plain")
    actions.attach_file(
        viewer=world.viewer("casey"), case=case, uploads=[file], text="", token=uuid4()
    )
    return world.push(case, Kind.FILE)


def claimed(lane: str) -> Push:
    push = outbox.claim(lane, "a:1")
    assert push is not None
    return push


def send(push: Push) -> None:
    with lease.kept(push) as held:
        sending.send(push, gateway.open_vendor(push.connection), WORKER, held)


def fall_silent(push: Push) -> None:
    past = clock.now() - timedelta(seconds=1)
    access.worker_pushes().filter(pk=push.pk).update(lease_until=past)
    assert outbox.sweep() == 1
    push.refresh_from_db()


def look(world: World, push: Push) -> int:
    """What the next look makes of the counted ones."""
    world.hurry()
    assert world.work(most=1) == 1
    push.refresh_from_db()
    return push.looks


def test_looks_begin_after_a_long_upload_and_not_after_its_claim(world: World, case: Case) -> None:
    world.played.fault("file", "reset_before")
    attach(world, case)
    push = claimed("files")
    world.let_pass(1200)  # while its bytes move
    push.refresh_from_db()
    send(push)
    assert push.state == State.UNCERTAIN
    assert world.work() == 0
    before = world.passed
    assert [look(world, push) for _ in range(2)] == [1, 2]
    assert look(world, push) == 3
    assert push.state == State.PENDING
    assert world.passed - before >= 600


def test_two_looks_are_apart_in_time_however_late_the_first_is(world: World) -> None:
    world.played.fault("create", "reset_before")
    case = world.file_case()
    world.work()
    world.let_pass(3600)  # nobody works
    assert world.work() == 1
    push = world.push(case, Kind.CREATE)
    assert (push.state, push.looks) == (State.UNCERTAIN, 1)
    world.let_pass(60)
    assert world.work() == 0
    assert world.played.effects() == []


def test_a_silent_workers_upload_is_doubted_only_when_it_must_be_over(
    world: World, case: Case
) -> None:
    attach(world, case)
    Attachment.objects.filter(case=case).update(size=HUGE)
    push = claimed("files")
    sent = push.sent_at
    assert sent is not None
    fall_silent(push)
    assert push.state == State.UNCERTAIN
    assert push.doubted_at is not None
    assert (push.doubted_at - sent).total_seconds() > HUGE / (256 * 1024)
    assert look(world, push) == 0  # it may still be on its way
    assert push.state == State.UNCERTAIN


def test_a_silent_workers_step_is_found_before_its_call_must_be_over(
    world: World, case: Case
) -> None:
    world.add_note(case, "Seen since 13:40")
    push = claimed("steps")
    vendor = gateway.open_vendor(push.connection)
    vendor.add_note(case.vendor_id or "", payloads.note_draft(push))
    fall_silent(push)
    look(world, push)
    assert push.state == State.DONE
    assert len(world.played.effects("note")) == 1


def test_a_vendor_gets_the_time_it_takes_to_show_what_it_accepted(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.QUIET_HORIZON = ()
    monkeypatch.setattr(AkamaiV2, "late_commit", 500.0)
    world.played.fault("create", "reset_before")
    case = world.file_case()
    world.work()
    push = world.push(case, Kind.CREATE)
    assert push.doubted_at is not None
    assert push.not_before - push.doubted_at >= timedelta(seconds=590)


def test_what_an_earlier_attempt_brought_late_is_found_by_a_later_look(world: World) -> None:
    world.played.fault("create", "reset_before")
    case = world.file_case()
    world.work()
    push = world.push(case, Kind.CREATE)
    for _ in range(3):
        look(world, push)
    assert push.state == State.PENDING
    world.played.fault("create", "reset_before")
    world.work()
    push.refresh_from_db()
    assert push.sent_at is not None
    assert push.sent_at - sought(push).sent_at > timedelta(seconds=600)


def test_a_worker_that_slept_past_its_lease_sends_nothing(world: World) -> None:
    case = world.file_case()
    push = claimed("steps")
    fall_silent(world.push(case, Kind.CREATE))
    send(push)
    assert world.played.effects() == []
    assert world.push(case, Kind.CREATE).state == State.UNCERTAIN


@pytest.mark.parametrize("kind", [Kind.NOTE, Kind.FILE])
def test_a_step_whose_lease_runs_out_before_its_first_byte_leaves_is_not_sent(
    world: World, case: Case, kind: Kind
) -> None:
    if kind is Kind.FILE:
        attach(world, case)
    else:
        world.add_note(case, "Seen since 13:40")
    push = claimed("files" if kind is Kind.FILE else "steps")
    spent = lease.Lease(lambda: True, seconds=0.0)  # it has run out when the call begins
    sending.send(push, gateway.open_vendor(push.connection), WORKER, spent)
    assert [r for r in world.played.control("requests")["requests"] if r["operation"] == kind] == []
    assert world.push(case, kind).state == State.UNCERTAIN
    world.connection.refresh_from_db()
    assert world.connection.outage_failures == 0  # no fault of the vendor's


def test_an_incident_number_of_the_vendor_is_kept_with_the_doubt(world: World) -> None:
    world.played.fault("create", "500_after")
    case = world.file_case()
    world.work()
    doubt = PushEvent.objects.get(push=world.push(case, Kind.CREATE), now=State.UNCERTAIN)
    assert "(incident " in doubt.why


def test_an_answer_that_names_another_case_of_ours_is_a_persons_question(
    world: World, case: Case
) -> None:
    second = world.file_case()
    push = claimed("steps")
    receipt = Receipt(vendor_id=case.vendor_id or "")
    pushes.settle_or_ask(push, receipt, WORKER, "the vendor accepted")
    assert world.push(second, Kind.CREATE).state == State.NEEDS_PERSON
    assert "another one here" in world.push(second, Kind.CREATE).outcome
    assert case.reference not in world.push(second, Kind.CREATE).outcome  # maybe not theirs to see
    second.refresh_from_db()
    assert second.vendor_id is None


@pytest.mark.parametrize("reached", [True, False])
def test_a_day_of_failing_begins_with_the_first_failure(
    world: World, reached: bool, settings: Settings
) -> None:
    case = world.file_case()
    world.let_pass(30 * 3600)  # behind something else
    if not reached:
        settings.EXTRA_HOSTS = [nobody := f"127.0.0.1:{unheard_port()}"]
        Connection.objects.update(base_url=f"http://{nobody}")
    for _ in range(2):
        _fail(world)
        push = world.push(case, Kind.CREATE)
        assert push.state == State.PENDING
        assert ("come back later" if reached else "could not be reached") in push.outcome


def _fail(world: World) -> None:
    world.played.fault("create", "429")
    world.hurry()
    world.work(most=1)


def test_a_step_that_fails_for_a_day_is_held_and_was_not_sent(world: World) -> None:
    case = world.file_case()
    tried = 0
    while world.push(case, Kind.CREATE).state == State.PENDING and tried < 60:
        _fail(world)
        world.let_pass(1800)
        tried += 1
    push = world.push(case, Kind.CREATE)
    assert (push.state, push.sent_at) == (State.PARKED, None)
    assert "for a day" in push.outcome


def test_a_refused_credential_never_holds_a_step(world: World) -> None:
    case = world.file_case()
    for _ in range(3):
        world.played.fault("create", "expired_credential")
        world.work(most=1)
        world.let_pass(30 * 3600)
        Connection.objects.update(refused_at=None)
    assert world.push(case, Kind.CREATE).state == State.PENDING


def test_whatever_may_have_been_sent_says_so_and_is_nobodys_to_withdraw() -> None:
    for state in pushes.MAY_HAVE_BEEN_SENT:
        assert State.WITHDRAWN not in pushes.MOVES[state]
        assert State.PARKED not in pushes.MOVES[state] or state == State.SENDING
    for state, movers in pushes.MOVES[State.PARKED].items():
        assert state not in pushes.MAY_HAVE_BEEN_SENT or movers == (By.RESTORE,)


def test_a_lease_is_renewed_while_a_call_runs_and_lost_when_somebody_else_has_it() -> None:
    renewed = []

    def renew() -> bool:
        renewed.append(1)
        return len(renewed) < 4

    with lease.Lease(renew, seconds=0.3) as held:
        wait_until(lambda: len(renewed) >= 4)
        wait_until(lambda: held.is_lost)
    with pytest.raises(lease.LeaseLost):
        held.check()


def test_a_lease_whose_renewal_fails_is_lost_when_it_has_run_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, tried = HandClock(), Event()
    monkeypatch.setattr(lease, "time", clock)

    def renew() -> bool:
        tried.set()
        raise OSError("the database is away")

    with lease.Lease(renew, seconds=0.3) as held:
        assert tried.wait(60)
        assert not held.is_lost
        clock.now += 0.4
        assert held.is_lost


@pytest.mark.django_db(transaction=True)
def test_a_call_longer_than_its_lease_is_nobody_elses(
    world: World, case: Case, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LEASE_SECONDS = 4
    world.add_note(case, "Seen since 13:40")
    world.played.fault("note", "hang_after")
    renewals, swept, alone = list[float](), list[int](), Lock()
    renew = pushes.renew

    def renewed(push: Push, *, now: datetime, seconds: float) -> bool:
        with alone:  # two writers at once are one too many for SQLite in memory
            renewals.append(monotonic())
            return bool(swept) or renew(push, now=now, seconds=seconds)

    def hang(_: float) -> None:
        """As long as the lease lasts from its beginning; then another worker comes by."""
        wait_until(lambda: renewals[-1] - renewals[0] > settings.LEASE_SECONDS)
        with alone:
            swept.append(outbox.sweep())
        connections.close_all()

    monkeypatch.setattr(pushes, "renew", renewed)
    monkeypatch.setattr(world.played.simulator, "sleep", hang)
    world.work(most=1)
    push = world.push(case, Kind.NOTE)
    assert swept == [0]
    assert (push.state, push.crashes) == (State.UNCERTAIN, 0)


def wait_until(true: Callable[[], bool]) -> None:
    end = monotonic() + 60
    while not true():
        assert monotonic() < end
        sleep(0.01)
