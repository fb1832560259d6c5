"""The review: what is shown is what is sent, once."""

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Attachment, Case, Draft, Push
from tests.cases.filing_desk import (
    MINIMUM,
    Desk,
    browser,
    hidden,
    page_of,
    review_of,
    shown,
)
from tests.cases.paper_vendor import PaperVendor
from vendors.connections.models import Entitlement


def ready(desk: Desk, **answers: Any) -> Draft:
    """A draft answered completely."""
    draft = desk.draft()
    browser(desk.casey).post(page_of(draft), {**MINIMUM, **answers})
    return draft


def test_every_answer_is_shown_with_a_way_to_change_it(desk: Desk) -> None:
    draft = ready(desk)
    page = shown(browser(desk.casey).get(review_of(draft)))
    for words in ("Delivery › Slow", "Pages are slow", "2-Major", "Technical"):
        assert words in page
    assert f'href="{page_of(draft)}#f-severity-field"' in page


def test_what_is_shown_as_sent_is_what_the_push_sends(desk: Desk) -> None:
    draft = ready(desk)
    client = browser(desk.casey)
    page = client.get(review_of(draft))
    found = re.search(r"<pre data-sent[^>]*>(.*?)</pre>", shown(page), re.DOTALL)
    assert found is not None
    sent = json.loads(found[1])
    assert sent["subject"] == "Pages are slow"
    assert sent["marker"] == draft.marker
    client.post(review_of(draft), {"_reviewed": hidden(page, "_reviewed")[0]})
    assert Push.everything.get().marker == draft.marker


def test_the_marker_and_its_home_are_shown(desk: Desk) -> None:
    draft = ready(desk)
    page = shown(browser(desk.casey).get(review_of(draft)))
    assert draft.marker in page
    assert "in the customer tracking number" in page


def test_what_is_parked_is_shown_as_not_sent(desk: Desk) -> None:
    draft = ready(desk)
    client = browser(desk.casey)
    assert "Not sent" not in shown(client.get(review_of(draft)))
    client.post(page_of(draft), {"q/1": "yes", "q/1/yes/2": "yes"})
    client.post(page_of(draft), {"q/1/yes/2/yes/3": "Since the release."})
    client.post(page_of(draft), {"q/1": "no"})
    page = shown(client.get(review_of(draft)))
    _, _, parked = page.partition('id="not-sent"')
    assert "Since the release." in parked.partition("</section>")[0]
    assert page.count("Since the release.") == 1


def test_each_file_is_a_step_of_its_own(desk: Desk) -> None:
    draft = ready(desk, logs=SimpleUploadedFile("trace.log", b"line\n", "text/plain"))
    page = shown(browser(desk.casey).get(review_of(draft)))
    assert "1. Create the case" in page
    assert "2. Attach trace.log" in page


def test_sending_files_the_case_and_leads_to_its_page(desk: Desk) -> None:
    draft = ready(desk)
    client = browser(desk.casey)
    reviewed = hidden(client.get(review_of(draft)), "_reviewed")[0]
    answer = client.post(review_of(draft), {"_reviewed": reviewed})
    case = Case.everything.get()
    assert answer.headers["Location"] == f"/cases/{case.reference}/"
    assert case.subject == "Pages are slow"


def test_sending_twice_makes_one_case(desk: Desk) -> None:
    draft = ready(desk)
    client = browser(desk.casey)
    reviewed = hidden(client.get(review_of(draft)), "_reviewed")[0]
    first = client.post(review_of(draft), {"_reviewed": reviewed})
    second = client.post(review_of(draft), {"_reviewed": reviewed})
    assert first.headers["Location"] == second.headers["Location"]
    assert Case.everything.count() == 1
    assert client.get(page_of(draft)).headers["Location"] == first.headers["Location"]


def test_an_incomplete_draft_goes_back_to_its_form_with_the_errors(desk: Desk) -> None:
    draft = ready(desk, subject="")
    client = browser(desk.casey)
    answer = client.get(review_of(draft))
    assert answer.headers["Location"] == f"{page_of(draft)}?check=1"
    assert "Enter “Subject”" in shown(client.get(answer.headers["Location"]))


def test_an_option_withdrawn_after_the_review_is_told_at_its_field(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = ready(desk)
    client = browser(desk.casey)
    reviewed = hidden(client.get(review_of(draft)), "_reviewed")[0]
    monkeypatch.setattr(PaperVendor, "withdrawn_options", frozenset({"2-Major"}))
    answer = client.post(review_of(draft), {"_reviewed": reviewed})
    assert answer.status_code == 422
    assert "“Severity”: what was chosen is not offered here. Choose again." in shown(answer)
    assert 'value="Pages are slow"' in shown(answer)
    assert not Case.everything.exists()


def test_a_form_that_changed_elsewhere_does_not_hinder_sending(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = ready(desk)
    client = browser(desk.casey)
    reviewed = hidden(client.get(review_of(draft)), "_reviewed")[0]
    monkeypatch.setattr(PaperVendor, "withdrawn_options", frozenset({"1-Critical"}))
    assert client.post(review_of(draft), {"_reviewed": reviewed}).status_code == 302


@pytest.mark.parametrize("first", [True, False])
def test_explanations_that_come_or_go_after_the_review_do_not_hinder_sending(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    """What is confirmed is what is sent, not the words that help to choose."""
    draft = ready(desk)
    client = browser(desk.casey)
    monkeypatch.setattr(PaperVendor, "explains", first)
    reviewed = hidden(client.get(review_of(draft)), "_reviewed")[0]
    monkeypatch.setattr(PaperVendor, "explains", not first)
    answer = client.post(review_of(draft), {"_reviewed": reviewed})
    assert answer.headers["Location"].startswith("/cases/CP-")


def test_answers_changed_after_the_review_are_reviewed_again(desk: Desk) -> None:
    draft = ready(desk)
    client = browser(desk.casey)
    reviewed = hidden(client.get(review_of(draft)), "_reviewed")[0]
    client.post(page_of(draft), {**MINIMUM, "subject": "Something else"})
    answer = client.post(review_of(draft), {"_reviewed": reviewed})
    assert answer.status_code == 422
    assert "changed after you reviewed it" in shown(answer)
    assert "Something else" in shown(answer)
    assert not Case.everything.exists()


def test_sending_without_a_review_files_nothing(desk: Desk) -> None:
    draft = ready(desk)
    assert browser(desk.casey).post(review_of(draft)).status_code == 422
    assert not Case.everything.exists()


def test_parked_answers_are_never_sent(desk: Desk) -> None:
    draft = ready(desk, host="secret.example")
    client = browser(desk.casey)
    client.post(page_of(draft), {"category": "billing", "severity": "3-Minor", "invoice": "7"})
    page = client.get(review_of(draft))
    found = re.search(r"<pre data-sent[^>]*>(.*?)</pre>", shown(page), re.DOTALL)
    assert found is not None
    assert "secret.example" not in found[1]
    client.post(review_of(draft), {"_reviewed": hidden(page, "_reviewed")[0]})
    assert "secret.example" not in json.dumps(Push.everything.get().payload)


def test_a_file_found_infected_stops_the_review_at_its_field(desk: Desk) -> None:
    draft = ready(desk, logs=SimpleUploadedFile("trace.log", b"line\n", "text/plain"))
    Attachment.objects.update(scan=Attachment.Scan.INFECTED, scan_result="Found Eicar-Test")
    client = browser(desk.casey)
    page = client.get(client.get(review_of(draft)).headers["Location"])
    assert "trace.log: Found Eicar-Test" in shown(page)


def test_an_account_lost_between_review_and_sending_files_nothing(desk: Desk) -> None:
    draft = ready(desk)
    client = browser(desk.casey)
    reviewed = hidden(client.get(review_of(draft)), "_reviewed")[0]
    Entitlement.objects.all().delete()
    assert client.post(review_of(draft), {"_reviewed": reviewed}).status_code == 403
    assert not Case.everything.exists()
