"""The form of a draft: what is typed is kept, what is chosen brings questions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.accounts.models import Membership
from tests.cases.filing_desk import (
    HTMX,
    MINIMUM,
    Desk,
    browser,
    hidden,
    kept,
    page_of,
    review_of,
    shown,
    standing,
)
from tests.cases.paper_vendor import PaperVendor
from vendors.connections.models import CatalogueEntry, Connection


def test_the_page_shows_the_vendors_first_question_and_the_contact_prefilled(desk: Desk) -> None:
    page = shown(browser(desk.casey).get(page_of(desk.draft())))
    assert 'data-member="categoryType"' in page
    assert 'value="Casey"' in page
    assert 'data-member="subject"' not in page


def test_looking_at_a_draft_writes_nothing(desk: Desk) -> None:
    draft = desk.draft()
    browser(desk.casey).get(page_of(draft))
    draft.refresh_from_db()
    assert (draft.answers, draft.revision) == ({}, 0)


def test_an_answer_brings_its_questions_and_updating_leads_back_to_the_form(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    answer = client.post(page_of(draft), {"category": "technical", "_action": "update"})
    assert answer.status_code == 302
    page = shown(client.get(answer.headers["Location"]))
    assert 'data-member="subject"' in page
    assert kept(draft)["category"] == "technical"


def test_answers_to_questions_the_page_did_not_show_yet_are_taken_too(desk: Desk) -> None:
    draft = desk.draft()
    browser(desk.casey).post(page_of(draft), {**MINIMUM, "q/1": "yes", "q/1/yes/2": "yes"})
    assert kept(draft)["q/1/yes/2"] == "yes"
    assert kept(draft)["paths"] == ["d/slow"]


def test_what_is_wrong_is_kept_as_typed(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), {"category": "billing", "invoice": "12,5 or so"})
    assert kept(draft)["invoice"] == "12,5 or so"
    assert 'value="12,5 or so"' in shown(client.get(page_of(draft)))


def test_review_of_a_form_with_errors_stays_and_says_where(desk: Desk) -> None:
    draft = desk.draft()
    answer = browser(desk.casey).post(
        page_of(draft), {**MINIMUM, "subject": "x" * 41, "_action": "review"}
    )
    assert answer.status_code == 422
    page = shown(answer)
    assert "data-focus" in page
    assert '<a href="#f-subject">“Subject” may have 40 characters. Remove 1.</a>' in page
    assert 'id="f-subject_error"' in page
    assert "x" * 41 in page
    assert "Error:" in page


def test_review_of_a_complete_form_leads_on(desk: Desk) -> None:
    draft = desk.draft()
    answer = browser(desk.casey).post(page_of(draft), {**MINIMUM, "_action": "review"})
    assert answer.headers["Location"] == review_of(draft)


def test_errors_once_told_stay_until_they_are_mended(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    first = client.post(page_of(draft), {**MINIMUM, "subject": "", "_action": "review"})
    assert hidden(first, "_checked") == ["1"]
    again = {**MINIMUM, "subject": "", "severity": "1-Critical", "_checked": "1"}
    page = shown(client.post(page_of(draft), again, headers=HTMX))
    assert "Enter “Subject”" in page
    page = shown(client.post(page_of(draft), {**again, "subject": "Now"}, headers=HTMX))
    assert "There is a problem" not in page


def test_htmx_gets_only_the_sections_an_answer_changed(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), MINIMUM)
    page = client.get(page_of(draft))
    answer = client.post(page_of(draft), {**MINIMUM, **standing(page), "q/1": "yes"}, headers=HTMX)
    part = shown(answer)
    assert 'id="section-questions"' in part
    assert 'data-member="2"' in part
    assert 'id="section-details"' not in part
    assert "<html" not in part
    assert "1 question more." in part


def test_typing_alone_swaps_no_section(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), MINIMUM)
    page = client.get(page_of(draft))
    answer = client.post(
        page_of(draft), {**MINIMUM, **standing(page), "subject": "Typed on"}, headers=HTMX
    )
    assert 'id="section-' not in shown(answer)
    assert kept(draft)["subject"] == "Typed on"
    assert hidden(answer, "_revision") == [str(draft.revision)]


def test_a_cleared_answer_swaps_its_section(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), MINIMUM)
    page = client.get(page_of(draft))
    posted = {**MINIMUM, **standing(page), "host": "www", "host.clear": "1"}
    assert 'id="section-details"' in shown(client.post(page_of(draft), posted, headers=HTMX))


def test_a_page_with_other_sections_gets_the_whole_form(desk: Desk) -> None:
    draft = desk.draft()
    answer = browser(desk.casey).post(
        page_of(draft), {"category": "billing", "_seen": ["elsewhere:abc"]}, headers=HTMX
    )
    assert answer.headers["HX-Retarget"] == "#filing"
    assert 'id="filing"' in shown(answer)


def test_review_by_htmx_swaps_the_main_part_and_moves_the_address(desk: Desk) -> None:
    draft = desk.draft()
    answer = browser(desk.casey).post(
        page_of(draft), {**MINIMUM, "_action": "review"}, headers=HTMX
    )
    assert review_of(draft) in answer.headers["HX-Location"]
    assert answer.content == b""


def test_an_older_page_overwrites_nothing_and_keeps_its_text(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    first = standing(client.get(page_of(draft)))
    client.post(page_of(draft), {**MINIMUM, "subject": "From the other window"})
    answer = client.post(page_of(draft), {**MINIMUM, **first, "subject": "From here"})
    assert answer.status_code == 422
    assert "changed in another window" in shown(answer)
    assert 'value="From here"' in shown(answer)
    assert kept(draft)["subject"] == "From the other window"
    assert hidden(answer, "_revision") == first["_revision"].split()


def test_a_person_may_decide_that_this_window_is_right(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    first = standing(client.get(page_of(draft)))
    client.post(page_of(draft), {**MINIMUM, "subject": "From the other window"})
    draft.refresh_from_db()
    mine = {**MINIMUM, **first, "subject": "From here", "_overwrite": str(draft.revision)}
    assert client.post(page_of(draft), mine).status_code == 302
    assert kept(draft)["subject"] == "From here"


def test_an_older_page_that_says_the_same_is_no_conflict(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    first = standing(client.get(page_of(draft)))
    client.post(page_of(draft), MINIMUM)
    assert client.post(page_of(draft), {**MINIMUM, **first}).status_code == 302


def test_a_form_that_cannot_be_loaded_says_why_and_keeps_the_draft(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = desk.draft()
    monkeypatch.setattr(PaperVendor, "unavailable", "Paper did not answer.")
    page = shown(browser(desk.casey).get(page_of(draft)))
    assert "Paper did not answer." in page
    assert "What you have answered is kept." in page
    assert page.count("Try again") == 1  # the button; the reason says itself when


def test_an_old_catalogue_says_its_age(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PaperVendor, "fetched_at", datetime.now(UTC) - timedelta(hours=9))
    assert "as read" in shown(browser(desk.casey).get(page_of(desk.draft())))
    monkeypatch.setattr(PaperVendor, "fetched_at", datetime.now(UTC) - timedelta(minutes=9))
    assert "as read" not in shown(browser(desk.casey).get(page_of(desk.draft())))


def test_a_form_that_cannot_be_read_anew_says_its_age_however_young(desk: Desk) -> None:
    page, client = page_of(desk.draft()), browser(desk.casey)
    told = "Paper cannot be asked for a newer one now."
    assert told not in shown(client.get(page))
    held: list[dict[str, Any]] = [
        {"outage_until": datetime.now(UTC) + timedelta(minutes=5)},
        {"outage_failures": 1},
        {"refused_at": datetime.now(UTC)},
    ]
    for how in held:
        Connection.objects.update(**how)
        assert told in shown(client.get(page)), how
        Connection.objects.update(outage_until=None, outage_failures=0, refused_at=None)
    entry = CatalogueEntry.objects.create(
        connection=desk.connection, operation="anything", fetched_at=datetime.now(UTC)
    )
    assert told not in shown(client.get(page))
    CatalogueEntry.objects.filter(pk=entry.pk).update(failed_at=datetime.now(UTC))
    assert told in shown(client.get(page))


def test_an_adapter_is_told_who_files_for_whom_and_which_accounts_may_appear(desk: Desk) -> None:
    draft = desk.draft(owner=desk.riley, acting_in=desk.reseller, contact_user=None)
    browser(desk.riley).get(page_of(draft))
    context = PaperVendor.contexts[-1]
    assert context.is_staff
    assert context.account.account_id == "NW-1"
    assert [account.account_id for account in context.entitled] == ["NW-1"]
    assert (context.contact.name, context.contact.company) == ("", "Northwind")


def test_a_draft_of_somebody_else_does_not_exist(desk: Desk) -> None:
    draft = desk.draft()
    for path in (page_of(draft), review_of(draft)):
        assert browser(desk.riley).get(path).status_code == 404
        assert browser(desk.riley).post(path, MINIMUM).status_code == 404


def test_a_draft_whose_customer_was_lost_is_shown_and_cannot_be_sent(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), MINIMUM)
    Membership.objects.filter(user=desk.casey).delete()
    page = shown(client.get(page_of(draft)))
    assert "This draft cannot be sent" in page
    assert "Pages are slow" in page
    assert client.post(review_of(draft)).status_code == 403
    assert kept(draft)["subject"] == "Pages are slow"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_typed_while_the_customer_is_lost_is_kept(
    desk: Desk, headers: dict[str, str]
) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    Membership.objects.filter(user=desk.casey).delete()
    told = {**MINIMUM, "subject": "Typed since", "_action": "review"}
    answer = client.post(page_of(draft), told, headers=headers)
    assert answer.status_code == 403
    assert "This draft cannot be sent" in shown(answer)
    assert "Typed since" in shown(answer)
    assert kept(draft)["subject"] == "Typed since"
    assert (answer.headers.get("HX-Retarget") == "#main") == bool(headers)


def test_a_lost_draft_shows_what_another_window_kept_it_from_keeping(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), MINIMUM)
    Membership.objects.filter(user=desk.casey).delete()
    told = {**MINIMUM, "subject": "Typed elsewhere", "_revision": "77"}
    page = shown(client.post(page_of(draft), told))
    assert "Typed elsewhere" in page
    assert "another window saved since" in page
    assert kept(draft)["subject"] == "Pages are slow"


def test_a_draft_of_a_vendor_this_installation_lost_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = desk.draft()
    monkeypatch.delenv("CASEPORT_EXTRA_VENDORS")
    assert "This draft cannot be sent" in shown(browser(desk.casey).get(page_of(draft)))


def test_going_back_to_the_form_by_htmx_gets_the_whole_page(desk: Desk) -> None:
    draft = desk.draft()
    restore = {**HTMX, "HX-History-Restore-Request": "true"}
    assert "<html" in shown(browser(desk.casey).get(page_of(draft), headers=restore))


def test_a_search_of_the_tree_survives_updating(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    answer = client.post(page_of(draft), {**MINIMUM, "paths.find": "full"})
    assert "paths.find=full" in answer.headers["Location"]


def test_a_button_of_a_field_leads_back_to_that_field(desk: Desk) -> None:
    answer = browser(desk.casey).post(page_of(desk.draft()), {**MINIMUM, "paths.add": "1"})
    assert answer.headers["Location"].endswith("#f-paths-field")
