"""What the vendor did comes home, once, and our own steps are recognised in it."""

import pytest
from django.utils import timezone

from cases import access, actions, search, sync
from cases.models import Attachment, Case, CaseReference, Entry
from cases.models.push import State
from tests.world import World
from vendors.connections.models import Connection
from vendors.vocabulary import EntryKind, Kind


def texts(case: Case, kind: str = EntryKind.NOTE) -> list[str]:
    return list(Entry.objects.filter(case=case, kind=kind).values_list("text", flat=True))


def test_our_own_note_never_appears_twice(world: World) -> None:
    case = world.filed()
    world.add_note(case, "Seen since 13:40")
    world.work()
    for _ in range(3):
        world.pull(case)
    assert texts(case) == ["Seen since 13:40"]
    assert Entry.objects.get(case=case, kind=EntryKind.NOTE).seen_at_vendor is not None


def test_a_note_whose_marker_the_vendor_dropped_is_known_by_its_words(world: World) -> None:
    case = world.filed()
    world.add_note(case, "Seen since 13:40")
    world.work()
    with world.played.simulator.store.lock:
        record = world.played.simulator.store.cases("akamai_v2")[str(case.vendor_id)]
        for activity in record["activities"]:
            activity["activityDescription"] = "Seen since 13:40"
    world.pull(case)
    assert texts(case) == ["Seen since 13:40"]


def test_the_engineers_reply_status_and_file_come_home(world: World) -> None:
    case = world.filed()
    world.pull(case)
    world.played.engineer(case, action="reply", text="We look at it.")
    world.played.engineer(case, action="status", value="Work in Progress")
    world.played.engineer(case, action="file", name="trace.txt", base64="aGVsbG8=")
    world.pull(case)
    assert "We look at it." in texts(case) + texts(case, EntryKind.EMAIL)
    assert case.vendor_status == "Work in Progress"
    assert case.status == "open"
    changes = Entry.objects.filter(case=case, kind=EntryKind.STATUS)
    assert [entry.title for entry in changes] == ["Unassigned → Work in Progress"]
    file = Attachment.objects.get(case=case, name="trace.txt")
    assert file.vendor_file_id
    world.pull(case)
    assert Attachment.objects.filter(case=case).count() == 1


def test_an_unknown_status_is_kept_verbatim(world: World) -> None:
    case = world.filed()
    world.played.engineer(case, action="status", value="Awaiting the full moon")
    world.pull(case)
    assert (case.vendor_status, case.status) == ("Awaiting the full moon", "unknown")


def test_a_closed_case_allows_nothing_more(world: World) -> None:
    case = world.filed()
    world.played.engineer(case, action="close")
    world.pull(case)
    assert case.is_closed
    assert not case.can_add_note
    with pytest.raises(actions.Rejected):
        world.add_note(case, "too late")


def test_cases_filed_elsewhere_show_to_the_owners_staff_alone_until_assigned(world: World) -> None:
    world.pull()
    imported = access.worker_cases().filter(filed_by=None)
    assert imported.count() == 10
    assert access.cases(world.viewer("riley")).count() == 10
    for name in ("casey", "morgan", "stranger", "rival"):
        assert access.cases(world.viewer(name)).count() == 0
    case = next(each for each in imported if "customer" in each.raw["ticketInfo"])
    northwind = world.organizations["northwind"]
    actions.assign_case(viewer=world.viewer("riley"), case=case, customer=northwind)
    assert list(access.cases(world.viewer("morgan"))) == [case]
    assert case.vendor_account == case.raw["ticketInfo"]["customer"] != ""
    assert access.cases(world.viewer("stranger")).count() == 0


def test_reading_the_same_list_again_reads_no_case_again(world: World) -> None:
    world.pull()
    before = len(world.played.control("requests")["requests"])
    world.pull()
    assert len(world.played.control("requests")["requests"]) == before + 1


def test_a_case_with_a_lost_answer_is_linked_when_the_list_shows_it(world: World) -> None:
    world.played.fault("create", "reset_after")
    case = world.file_case()
    world.work()
    world.pull(case)
    (effect,) = world.played.effects("create")
    assert case.vendor_id == effect["case"]
    assert world.push(case, Kind.CREATE).state == State.DONE
    assert access.worker_cases().filter(vendor_id=effect["case"]).count() == 1


def test_two_rows_of_one_vendor_case_become_one_and_the_filed_one_stays(world: World) -> None:
    world.played.fault("create", "reset_after")
    case = world.file_case()
    world.work()
    (effect,) = world.played.effects("create")
    with world.played.simulator.store.lock:  # as if the marker were not shown
        record = world.played.simulator.store.cases("akamai_v2")[effect["case"]]
        del record["ticketInfo"]["customerTrackingNumber"]
    world.pull()
    stranger = access.worker_cases().get(vendor_id=effect["case"])
    push = world.push(case, Kind.CREATE)
    access.worker_pushes().filter(pk=push.pk).update(state=State.NEEDS_PERSON)
    push.refresh_from_db()
    actions.confirm_found(
        viewer=world.viewer("riley"), push=push, vendor_id=effect["case"], reason="seen"
    )
    assert access.worker_cases().get(vendor_id=effect["case"]) == case
    alias = CaseReference.objects.get(case=case, kind=CaseReference.Kind.ALIAS)
    assert alias.value == stranger.reference


def test_an_unreachable_vendor_leaves_the_mirror_and_its_age_as_they_are(world: World) -> None:
    case = world.filed()
    world.pull(case)
    was = Connection.objects.get().synced_at
    world.played.control(
        "faults", [{"vendor": "akamai_v2", "operation": "read", "fault": "500_before"}]
    )
    world.pull(case)
    connection = Connection.objects.get()
    assert connection.synced_at == was
    assert connection.last_error


def test_a_person_can_have_one_case_read_now(world: World) -> None:
    case = world.filed()
    world.pull(case)
    world.played.engineer(case, action="reply", text="Just now")
    Connection.objects.update(sync_started_at=timezone.now())
    assert actions.refresh(viewer=world.viewer("casey"), case=case)
    assert sync.pull_due()
    assert "Just now" in texts(case) + texts(case, EntryKind.EMAIL)


def test_every_number_of_the_vendors_page_finds_the_case(world: World) -> None:
    case = world.filed()
    numbers = {"externalSystemNumber": "AD-8109", "geoLinkId": "1-HG458"}
    world.played.engineer(case, action="set", members=numbers)
    world.pull(case)
    mine = access.cases(world.viewer("casey"))
    assert [search.exact(mine, number) for number in numbers.values()] == [case, case]


def test_the_category_keeps_the_words_it_was_chosen_by(world: World) -> None:
    case = world.file_case()
    for answer in case.answers:
        if answer["value"] == "Technical":
            answer |= {"control": "radio", "display": "Technical Support Issue"}
    case.save(update_fields=["answers"])
    world.work()
    world.pull(case)
    assert case.raw["ticketInfo"]["categoryType"] == "Technical"
    assert case.category_path[0] == "Technical Support Issue"
    assert "Technical" not in case.category_path
