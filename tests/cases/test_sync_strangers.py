"""A case at the vendor that belongs to a step which a person ended does not stay hidden."""

import pytest
from django.utils import timezone

from cases import access
from cases.models import Case, Entry
from cases.models.push import State
from tests.world import World
from vendors.vocabulary import Kind


def arrived_after_all(world: World, state: State) -> tuple[Case, str]:
    """A case whose create the vendor has, although it ended here in `state`; its number there."""
    world.played.fault("create", "reset_after")
    case = world.file_case()
    world.work()
    push = world.push(case, Kind.CREATE)
    columns = {"state": state, "settled_at": timezone.now(), "token": None, "lease_until": None}
    access.worker_pushes().filter(pk=push.pk).update(**columns)
    return case, world.played.effects("create")[0]["case"]


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.SKIPPED, State.SUPERSEDED])
def test_a_case_whose_step_was_ended_here_shows_to_staff_with_that_step(
    world: World, state: State
) -> None:
    case, number = arrived_after_all(world, state)
    for _ in range(2):
        world.pull()
    imported = access.cases(world.viewer("riley")).get(vendor_id=number)
    push = world.push(case, Kind.CREATE)
    assert push.state == state
    for told in (imported, case):
        (notice,) = access.entries(world.viewer("riley"), told).filter(vendor_author="Caseport")
        for word in (number, imported.reference, case.reference, push.marker):
            assert word in notice.text


def test_the_customer_reads_nothing_of_it_until_it_is_theirs(world: World) -> None:
    case, number = arrived_after_all(world, State.WITHDRAWN)
    world.pull()
    for name in ("casey", "morgan", "stranger", "rival"):
        assert not access.cases(world.viewer(name)).filter(vendor_id=number).exists()
    read = access.entries(world.viewer("casey"), case)
    assert not read.filter(vendor_author="Caseport").exists()


def test_a_second_case_with_one_marker_is_told_to_staff(world: World) -> None:
    case = world.filed()
    push = world.push(case, Kind.CREATE)
    with world.played.simulator.store.lock:
        cases = world.played.simulator.store.cases("akamai_v2")
        other = next(i for i in cases if i != case.vendor_id)
        cases[other]["ticketInfo"]["customerTrackingNumber"] = push.marker
    world.pull()
    imported = access.cases(world.viewer("riley")).get(vendor_id=other)
    (notice,) = Entry.objects.filter(case=imported, vendor_author="Caseport")
    assert f"is there as {case.vendor_id} too" in notice.text


def test_a_marker_of_another_owners_step_means_nothing(world: World) -> None:
    case = world.file_case()
    push = world.push(case, Kind.CREATE)
    access.worker_pushes().filter(pk=push.pk).update(state=State.NEEDS_PERSON)
    summit = world.organizations["summit"]
    access.worker_cases().filter(pk=case.pk).update(owner=summit)
    with world.played.simulator.store.lock:
        cases = world.played.simulator.store.cases("akamai_v2")
        number = next(iter(cases))
        cases[number]["ticketInfo"]["customerTrackingNumber"] = push.marker
    world.pull()
    push.refresh_from_db()
    assert push.state == State.NEEDS_PERSON
    assert access.worker_cases().get(vendor_id=number).filed_by is None
