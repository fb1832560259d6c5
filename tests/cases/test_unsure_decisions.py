"""What people may decide about a step that may have been sent, and about a case refused."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from cases import access, actions, outbox
from cases.models import Case, Push
from cases.models.push import State
from portal import clock
from tests.cases.read_page import Page
from tests.world import World
from vendors.vocabulary import Kind

REFUSED = "[simulate: failed-request]"


@pytest.fixture
def unsure(world: World) -> Push:
    """A create the vendor has, whose worker fell silent three times over it."""
    world.played.fault("create", "reset_after")
    case = world.file_case()
    world.work()
    access.worker_pushes().update(crashes=2)
    world.hurry()
    assert outbox.claim("steps", "dead:1") is not None
    access.worker_pushes().update(lease_until=clock.now() - timedelta(seconds=1))
    assert outbox.sweep() == 1
    return world.push(case, Kind.CREATE)


def page_of(world: World, case: Case, name: str) -> Page:
    client = Client()
    client.force_login(world.people[name])
    return Page(client.get(f"/cases/{case.reference}/"))


def test_it_says_that_nobody_knows_and_not_that_it_was_not_sent(world: World, unsure: Push) -> None:
    page = page_of(world, unsure.case, "casey")
    assert page.one("data-entry")["data-delivery"] == "needs_person"
    assert "Could not be sent" not in page.text


def test_its_author_neither_withdraws_it_nor_leaves_it_out(world: World, unsure: Push) -> None:
    casey = world.viewer("casey")
    with pytest.raises(actions.Rejected):
        actions.withdraw(viewer=casey, push=unsure)
    with pytest.raises(PermissionDenied):
        actions.skip(viewer=casey, push=unsure, reason="Not needed")
    with pytest.raises(PermissionDenied):
        actions.release(viewer=casey, push=unsure, reason="Please")
    assert world.push(unsure.case, Kind.CREATE).state == State.NEEDS_PERSON


def test_staff_let_us_look_again_and_it_is_found(world: World, unsure: Push) -> None:
    page = page_of(world, unsure.case, "riley")
    address = f"/cases/{unsure.case.reference}/steps/{unsure.pk}/release/"
    assert page.one("action", address)
    actions.release(viewer=world.viewer("riley"), push=unsure, reason="The fault is mended")
    world.work()
    case = access.worker_cases().get(pk=unsure.case_id)
    (effect,) = world.played.effects("create")
    assert case.vendor_id == effect["case"]


def test_looking_again_begins_all_looks_from_the_start(world: World, unsure: Push) -> None:
    access.worker_pushes().update(looks=2)
    unsure.refresh_from_db()
    actions.release(viewer=world.viewer("riley"), push=unsure, reason="Once more")
    assert unsure.looks == 0
    assert unsure.doubted_at is not None
    assert clock.now() - unsure.doubted_at < timedelta(minutes=1)


def test_a_refused_case_is_mended_in_its_draft_and_not_sent_as_it_was(world: World) -> None:
    case = world.file_case(subject=REFUSED)
    world.work()
    push = world.push(case, Kind.CREATE)
    assert push.state == State.REFUSED
    page = page_of(world, case, "casey")
    where = f"/cases/{case.reference}/steps/{push.pk}"
    assert not page.all("action", f"{where}/resend/")
    assert page.one("action", f"{where}/withdraw/")
    with pytest.raises(actions.Rejected, match="draft"):
        actions.resend(viewer=world.viewer("casey"), push=push)
    assert world.push(case, Kind.CREATE) == push


def test_a_case_goes_out_under_the_marker_its_step_is_looked_for_by(world: World) -> None:
    case = world.file_case()
    push = world.push(case, Kind.CREATE)
    access.worker_pushes().filter(pk=push.pk).update(
        marker="P-0THER000", payload={**push.payload, "marker": push.marker}
    )
    world.played.fault("create", "reset_after")
    world.drain()
    (effect,) = world.played.effects("create")
    assert effect["body"]["customerTrackingNumber"] == "P-0THER000"
    assert world.push(case, Kind.CREATE).state == State.DONE
