"""Files of a draft: stored at once, refused in words, removed by choice."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Attachment
from tests.cases.filing_desk import (
    HTMX,
    MINIMUM,
    Desk,
    browser,
    hidden,
    kept,
    page_of,
    shown,
)


def small(name: str = "log.txt", size: int = 10) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"line\n" * (size // 5), "text/plain")


def test_a_file_is_kept_at_once_also_when_other_answers_are_wrong(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    wrong = {"category": "technical", "subject": "", "_action": "review", "logs": small()}
    answer = client.post(page_of(draft), wrong)
    assert answer.status_code == 422
    assert "log.txt" in shown(answer)
    assert Attachment.objects.get(draft=draft).question == "logs"


def test_files_alone_are_stored_without_touching_the_answers(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), MINIMUM)
    draft.refresh_from_db()
    answer = client.post(page_of(draft), {"logs": small()}, headers=HTMX)
    assert 'id="section-files"' in shown(answer)
    assert 'id="section-details"' not in shown(answer)
    before = draft.revision
    draft.refresh_from_db()
    assert draft.revision == before


def test_a_file_beyond_the_limit_is_refused_at_its_field_and_the_rest_is_kept(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    answer = client.post(page_of(draft), {**MINIMUM, "logs": small("big.txt", 5000)})
    assert answer.status_code == 422
    assert "big.txt" in shown(answer)
    assert 'id="f-logs_error"' in shown(answer)
    assert kept(draft)["subject"] == "Pages are slow"
    assert not Attachment.objects.filter(draft=draft).exists()
    told = hidden(answer, "logs.refused")
    later = client.post(page_of(draft), {**MINIMUM, "logs.refused": told[0]}, headers=HTMX)
    assert 'id="f-logs_error"' in shown(later)


def test_a_kept_file_can_be_removed(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), {**MINIMUM, "logs": small()})
    file = Attachment.objects.get(draft=draft)
    client.post(page_of(draft), {**MINIMUM, "logs.drop": str(file.pk)})
    assert not Attachment.objects.filter(draft=draft).exists()


@pytest.mark.parametrize("forged", ["not-an-id", "00000000-0000-4000-8000-000000000000"])
def test_removing_a_file_that_is_not_there_harms_nothing(desk: Desk, forged: str) -> None:
    answer = browser(desk.casey).post(page_of(desk.draft()), {"logs.drop": forged})
    assert answer.status_code == 302


def test_files_of_a_question_no_longer_asked_are_parked_and_come_back(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), {**MINIMUM, "logs": small()})
    client.post(page_of(draft), {"category": "billing"})
    draft.refresh_from_db()
    assert [p["label"] for p in draft.parked if p["key"] == "logs"] == ["Logs"]
    client.post(page_of(draft), {"category": "technical"})
    assert "log.txt" in shown(client.get(page_of(draft)))


def test_forgetting_parked_files_removes_them(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), {**MINIMUM, "logs": small()})
    client.post(page_of(draft), {"category": "billing"})
    client.post(page_of(draft), {"category": "billing", "_forget": "logs"})
    assert not Attachment.objects.filter(draft=draft).exists()


def test_too_many_files_at_once_cost_no_answer(desk: Desk) -> None:
    draft = desk.draft()
    many = [small(f"log-{number}.txt") for number in range(11)]
    answer = browser(desk.casey).post(page_of(draft), {**MINIMUM, "logs": many})
    assert answer.status_code == 422
    assert "At most 10 files can be sent at once" in shown(answer)
    assert kept(draft)["subject"] == "Pages are slow"
