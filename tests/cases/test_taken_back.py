"""A case taken back before it was sent: its texts and files are in the draft, as its own."""

from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases import access, actions, uploads
from cases.models import Attachment, Case, Draft, Push
from tests.cases.filing_desk import MINIMUM, Desk, browser, hidden, page_of, review_of, shown
from tests.world import World
from vendors.vocabulary import Kind


def small(name: str = "trace.log") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"a line\n", "text/plain")


def file_it(client: Client, draft: Draft) -> Case:
    reviewed = hidden(client.get(review_of(draft)), "_reviewed")[0]
    client.post(review_of(draft), {"_reviewed": reviewed})
    draft.refresh_from_db()
    assert draft.case is not None
    return draft.case


def take_back(client: Client, case: Case) -> None:
    create = Push.everything.get(case=case, kind=Kind.CREATE)
    client.post(f"/cases/{case.reference}/steps/{create.pk}/withdraw/")


@pytest.fixture
def draft(desk: Desk) -> Draft:
    """A draft with a file that was filed as a case and taken back."""
    made = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(made), {**MINIMUM, "logs": small()})
    take_back(client, file_it(client, made))
    made.refresh_from_db()
    assert made.case is None
    return made


def test_its_file_can_be_removed_from_the_draft(desk: Desk, draft: Draft) -> None:
    file = access.draft_files(draft).get()
    answer = browser(desk.casey).post(page_of(draft), {**MINIMUM, "logs.drop": str(file.pk)})
    assert answer.status_code == 302
    assert not access.draft_files(draft).exists()


def test_the_draft_can_be_discarded(desk: Desk, draft: Draft) -> None:
    answer = browser(desk.casey).post(f"/drafts/{draft.pk}/discard/")
    assert answer.status_code == 302
    assert not Draft.objects.exists()


def test_what_was_taken_back_keeps_its_own_file(desk: Desk, draft: Draft) -> None:
    step = Push.everything.get(kind=Kind.FILE)
    assert step.attachment is not None
    kept = step.attachment
    assert kept.case_id == step.case_id
    actions.drop_file(
        viewer=access.Viewer(desk.casey), draft=draft, file_id=access.draft_files(draft).get().pk
    )
    with uploads.open_stored(kept) as stored:
        assert stored.read() == b"a line\n"


def test_bytes_go_with_the_last_file_that_has_them(desk: Desk, draft: Draft) -> None:
    Push.everything.filter(kind=Kind.FILE).update(attachment=None)
    first, second = Attachment.objects.all()
    assert first.storage_key == second.storage_key
    for file, is_kept in ((first, True), (second, False)):
        Attachment.objects.filter(pk=file.pk).delete()
        uploads.remove(file)
        assert default_storage.exists(file.storage_key) is is_kept


def test_it_can_be_filed_and_taken_back_again_and_again(desk: Desk, draft: Draft) -> None:
    client = browser(desk.casey)
    for _ in range(2):
        case = file_it(client, draft)
        assert access.draft_files(draft).get().case == case
        take_back(client, case)
        draft.refresh_from_db()
    assert "trace.log" in shown(client.get(page_of(draft)))
    assert [file.name for file in access.draft_files(draft)] == ["trace.log"]


def test_a_file_attached_to_the_case_stands_among_the_drafts_files(desk: Desk) -> None:
    draft, client = desk.draft(), browser(desk.casey)
    client.post(page_of(draft), MINIMUM)
    case = file_it(client, draft)
    viewer = access.Viewer(desk.casey)
    Case.everything.filter(pk=case.pk).update(can_attach_file=True)
    case.refresh_from_db()
    actions.attach_file(
        viewer=viewer, case=case, uploads=[small("late.log")], text="Seen twice.", token=uuid4()
    )
    take_back(client, case)
    draft.refresh_from_db()
    assert access.draft_files(draft).get().question == "logs"
    assert [(item["label"], item["display"]) for item in draft.parked] == [
        ("Comment on late.log", "Seen twice.")
    ]
    assert "late.log" in shown(client.get(page_of(draft)))


def test_the_comment_a_form_gives_its_own_file_is_nobodys_text(draft: Draft) -> None:
    assert draft.parked == []


def test_every_note_behind_it_is_kept_and_can_be_forgotten_alone(world: World) -> None:
    case = world.file_case()
    told = ["first long text", "second long text", "third long text"]
    for text in told:
        world.add_note(case, text)
    actions.withdraw(viewer=world.viewer("casey"), push=world.push(case, Kind.CREATE))
    draft = Draft.objects.get()
    assert [item["display"] for item in draft.parked] == told
    client = browser(world.people["casey"])
    page = shown(client.get(page_of(draft)))
    assert all(text in page for text in told)
    forget = {"categoryType": "Technical", "_forget": draft.parked[1]["key"]}
    client.post(page_of(draft), {"_revision": draft.revision, **forget})
    draft.refresh_from_db()
    kept = [item["display"] for item in draft.parked if item["key"].startswith("note/")]
    assert kept == [told[0], told[2]]


def test_a_close_request_behind_it_is_kept_by_its_name(world: World) -> None:
    case = world.file_case()
    actions.request_close(
        viewer=world.viewer("casey"), case=case, reason="It was us.", token=uuid4()
    )
    actions.withdraw(viewer=world.viewer("casey"), push=world.push(case, Kind.CREATE))
    assert [(item["label"], item["display"]) for item in Draft.objects.get().parked] == [
        ("Request close", "It was us.")
    ]


def test_answers_are_kept_also_when_removing_a_file_fails(desk: Desk, draft: Draft) -> None:
    """Whatever befalls a file, what was typed beside it is stored first."""
    file = access.draft_files(draft).get()
    Push.everything.update(attachment=file)  # the database refuses to delete it
    client = Client(raise_request_exception=False)
    client.force_login(desk.casey)
    typed = {**MINIMUM, "subject": "Typed beside it", "logs.drop": str(file.pk)}
    client.post(page_of(draft), typed)
    draft.refresh_from_db()
    assert draft.subject == "Typed beside it"
