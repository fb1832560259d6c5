"""Our own steps are recognised in what the vendor shows, and nothing of the vendor's is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils import timezone

from cases import access, actions
from cases.models import Attachment, Case, Entry, Push
from cases.models.push import State
from cases.models.timeline import Audience
from tests.world import World
from vendors import markers
from vendors.vocabulary import EntryKind, Kind

WRITTEN = (EntryKind.NOTE, EntryKind.EMAIL, EntryKind.FILE)
WORDS = "Seen since 13:40"
ENGINEER = "Maya Olsen"


def shown(case: Case) -> list[str]:
    """What was written, in the alphabet's order: the vendor's clock knows whole seconds only."""
    return sorted(Entry.objects.filter(case=case, kind__in=WRITTEN).values_list("text", flat=True))


def at_vendor(world: World, case: Case, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the case's activities as the vendor keeps them."""
    with world.played.simulator.store.lock:
        record = world.played.simulator.store.cases("akamai_v2")[str(case.vendor_id)]
        for activity in record["activities"]:
            change(activity)
        record["ticketInfo"]["nextStepExternal"] = str(uuid4())  # so that the list shows a change
        record["ticketInfo"]["assignedTo"] = str(uuid4())


def drop_markers(world: World, case: Case) -> None:
    def drop(activity: dict[str, Any]) -> None:
        said, _ = markers.split(activity["activityDescription"])
        activity["activityDescription"] = said

    at_vendor(world, case, drop)


def says(world: World, case: Case, text: str, by: str = ENGINEER) -> None:
    world.played.engineer(case, action="reply", text=text, by=by)


def noted(world: World, text: str = WORDS) -> tuple[Case, Push]:
    """A case whose note the vendor has and shows."""
    case = world.filed()
    world.add_note(case, text)
    world.work()
    world.pull(case)
    return case, world.push(case, Kind.NOTE)


def attach(world: World, case: Case, *names: str) -> Entry:
    files: list[UploadedFile[bytes]] = [
        SimpleUploadedFile(name, b"hop 1\nhop 2\n", "text/plain") for name in names
    ]
    token = uuid4()
    viewer = world.viewer("casey")
    actions.attach_file(viewer=viewer, case=case, uploads=files, text="The trace", token=token)
    access.worker_pushes().update(not_before=timezone.now())
    return Entry.objects.get(pk=token)


def test_a_reply_that_ends_with_our_quoted_note_is_shown_whole(world: World) -> None:
    case, push = noted(world)
    reply = f"We fixed it, please confirm.\n\nCasey wrote:\n{WORDS}\n[ref {push.marker}]"
    says(world, case, reply)
    for _ in range(2):
        world.pull(case)
        assert shown(case) == sorted([WORDS, reply])


def test_a_quotation_proves_that_the_quoted_step_arrived(world: World) -> None:
    case = world.filed()
    world.played.fault("note", "reset_after")
    world.add_note(case, WORDS)
    world.work()
    push = world.push(case, Kind.NOTE)
    assert push.state == State.UNCERTAIN
    quoted = f"Done.\n{WORDS}\n[ref {push.marker}]"

    def only_the_reply(activity: dict[str, Any]) -> None:
        activity.update(activityDescription=quoted, activityCreatedBy=ENGINEER)

    at_vendor(world, case, only_the_reply)
    world.pull(case)
    assert world.push(case, Kind.NOTE).state == State.DONE
    assert shown(case) == sorted([WORDS, quoted])


def test_a_step_comes_back_once(world: World) -> None:
    case, push = noted(world)
    again = markers.append(WORDS, push.marker)
    says(world, case, again)
    world.pull(case)
    assert shown(case) == [WORDS, again]


def test_a_note_the_vendor_titles_or_signs_anew_is_still_ours(world: World) -> None:
    case, _ = noted(world)
    at_vendor(world, case, lambda activity: activity.update(activitySubject="Update 1"))
    world.pull(case)
    drop_markers(world, case)
    world.pull(case)
    assert shown(case) == [WORDS]


def test_a_vendors_reply_never_vanishes_into_an_internal_note(world: World) -> None:
    case = world.filed()
    world.pull(case)
    words = "Please restart the origin."
    world.add_note(case, words, by="riley", audience=Audience.INTERNAL)
    says(world, case, words)
    world.pull(case)
    seen = access.entries(world.viewer("casey"), case).filter(text=words)
    assert [entry.vendor_author for entry in seen] == [ENGINEER]
    assert not Entry.objects.filter(audience=Audience.INTERNAL, text=words).exclude(
        seen_at_vendor=None
    )


def test_a_vendors_reply_never_vanishes_into_a_note_not_sent_yet(world: World) -> None:
    case = world.filed()
    world.add_note(case, "Thank you.")
    says(world, case, "Thank you.")
    world.pull(case)
    assert shown(case) == ["Thank you.", "Thank you."]
    assert world.push(case, Kind.NOTE).state == State.PENDING


def test_an_engineer_who_says_the_same_is_not_taken_for_us(world: World) -> None:
    case = world.filed()
    world.add_note(case, "Thank you.")
    world.work()
    theirs = {"activityDescription": "Thank you.", "activityCreatedBy": ENGINEER}
    at_vendor(world, case, lambda activity: activity.update(theirs))  # ours is not shown yet
    world.pull(case)
    entries = Entry.objects.filter(case=case, text="Thank you.")
    assert sorted(entry.vendor_author for entry in entries) == ["", ENGINEER]


def test_a_note_that_waited_long_is_known_by_when_it_was_sent(world: World) -> None:
    case = world.filed()
    entry = world.add_note(case, WORDS)
    hour_ago = timezone.now() - timedelta(hours=1)
    Entry.objects.filter(pk=entry.pk).update(occurred_at=hour_ago, created_at=hour_ago)
    world.work()
    drop_markers(world, case)
    world.pull(case)
    assert shown(case) == [WORDS]


def test_our_words_said_there_long_before_are_not_our_note(world: World) -> None:
    case = world.filed()
    world.add_note(case, WORDS)
    world.work()
    earlier = (timezone.now() - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    before = {"activityDescription": WORDS, "activityCreatedDate": earlier}
    at_vendor(world, case, lambda activity: activity.update(before))  # ours is not shown yet
    world.pull(case)
    assert shown(case) == [WORDS, WORDS]


def test_a_file_is_known_by_its_id_however_long_it_waited(world: World) -> None:
    case = world.filed()
    entry = attach(world, case, "trace.txt")
    hour_ago = timezone.now() - timedelta(hours=1)
    Entry.objects.filter(pk=entry.pk).update(occurred_at=hour_ago)
    world.work()
    at_vendor(world, case, lambda a: a.update(activityDescription="", activityCreatedBy="Desk"))
    with world.played.simulator.store.lock:
        (file_id,) = world.played.simulator.store.cases("akamai_v2")[str(case.vendor_id)]["files"]
    Attachment.objects.update(vendor_file_id=file_id)  # as the answer to the upload may name it
    access.worker_pushes().update(sent_at=hour_ago)
    world.pull(case)
    assert shown(case) == ["The trace"]
    assert Attachment.objects.filter(case=case).count() == 1


def test_each_of_several_files_is_known_without_id_and_marker(world: World) -> None:
    case = world.filed()
    attach(world, case, "one.txt", "two.txt")
    world.work()
    at_vendor(world, case, lambda activity: activity.update(activityDescription=""))
    Attachment.objects.update(vendor_file_id="")
    access.worker_pushes().update(receipt={})
    for _ in range(2):
        world.pull(case)
        assert shown(case) == ["The trace"]
    found = Attachment.objects.filter(case=case)
    assert len({file.vendor_file_id for file in found} - {""}) == 2


def test_a_file_of_the_same_name_with_another_id_is_another_file(world: World) -> None:
    case = world.filed()
    attach(world, case, "trace.txt")
    world.work()
    Attachment.objects.update(vendor_file_id="00Pm-ours")
    drop_markers(world, case)
    at_vendor(world, case, lambda activity: activity.update(activityDescription=""))
    world.pull(case)
    assert Attachment.objects.filter(case=case, name="trace.txt").count() == 2


def test_a_step_ended_here_that_the_vendor_has_is_shown_and_told(world: World) -> None:
    case = world.filed()
    world.add_note(case, WORDS)
    world.work()
    push = world.push(case, Kind.NOTE)
    access.worker_pushes().filter(pk=push.pk).update(state=State.SKIPPED)
    for _ in range(2):
        world.pull(case)
        told = Entry.objects.filter(case=case, text__contains=push.marker, kind=EntryKind.SYSTEM)
        assert [entry.vendor_author for entry in told] == ["Caseport"]
        assert "left out here" in told[0].text
    assert shown(case) == [WORDS, markers.append(WORDS, push.marker)]
