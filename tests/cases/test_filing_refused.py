"""A case its vendor refused, taken back: the draft says why at the right field, and asks anew."""

from django.test import Client

from cases import access, actions
from cases.models import Draft
from portal import clock
from tests.cases.filing_desk import MINIMUM, Desk, browser, hidden, kept, page_of, review_of, shown
from tests.world import World
from vendors.connections.models import CatalogueEntry
from vendors.vocabulary import Kind

GONE = "4-Just Removed"
FILLED = {
    "categoryType": "Technical",
    "subCategories": "",
    "subCategories.0": "",
    "subCategories.0.0": "Other",
    "subCategories.0.1": "Duplicate/Test Ticket",
    "subject": "Still needed",
    "description": "Nothing works.",
    "userDetail/userName": "Casey",
    "userDetail/userPhone": "123",
}


def offer_no_more() -> None:
    """The catalogue still has a severity that the vendor has just removed."""
    for entry in CatalogueEntry.objects.filter(operation="case-attributes"):
        assert entry.value is not None
        entry.value["severity"]["answerOptions"].append({"answerId": "9", "answerValue": GONE})
        entry.digest = f"x{entry.digest[1:]}"
        entry.save()


def refuse(world: World, client: Client, **answers: str) -> Draft:
    """File with these answers, be refused, and take it back; the draft again."""
    draft = world.draft()
    client.post(page_of(draft), FILLED)
    offer_no_more()
    client.post(page_of(draft), {**FILLED, "severity": "3-Low Impact", **answers})
    client.post(
        review_of(draft), {"_reviewed": hidden(client.get(review_of(draft)), "_reviewed")[0]}
    )
    world.work()
    draft.refresh_from_db()
    assert draft.case is not None
    actions.withdraw(viewer=world.viewer("casey"), push=world.push(draft.case, Kind.CREATE))
    draft.refresh_from_db()
    return draft


def test_an_option_just_removed_is_told_at_its_field_and_offered_no_more(world: World) -> None:
    client = browser(world.people["casey"])
    draft = refuse(world, client, severity=GONE)
    page = shown(client.get(page_of(draft)))
    assert f'value="{GONE}"' not in page
    assert "“Severity”: what was chosen is not offered here. Choose again." in page
    assert f"Akamai says: severity '{GONE}'" in page
    assert page.count("There is a problem") == 1
    client.post(page_of(draft), {**FILLED, "severity": "3-Low Impact"})
    page = shown(client.get(page_of(draft)))
    assert "Akamai says" not in page
    assert "There is a problem" not in page
    assert client.get(review_of(draft)).status_code == 200


def test_words_hold_nobody_back_and_go_with_the_answer_they_are_about(desk: Desk) -> None:
    client, draft = browser(desk.casey), desk.draft()
    client.post(page_of(draft), MINIMUM)
    told = {"words": "All of it.", "fields": {"subject": "too odd"}, "answers": kept(draft)}
    Draft.objects.filter(pk=draft.pk).update(refusal=told)
    page = shown(client.get(page_of(draft)))
    assert page.count("Paper says: too odd") == 2  # in the summary and at the field
    assert client.post(page_of(draft), {**MINIMUM, "_action": "review"}).status_code == 302
    assert client.get(review_of(draft)).status_code == 200
    client.post(page_of(draft), {**MINIMUM, "subject": "Mended"})
    assert "Paper says" not in shown(client.get(page_of(draft)))


def test_words_that_name_no_question_stand_above_the_form(desk: Desk) -> None:
    client, draft = browser(desk.casey), desk.draft()
    client.post(page_of(draft), MINIMUM)
    told = {"words": "Not today.", "fields": {"unheard": "Not today."}, "answers": kept(draft)}
    Draft.objects.filter(pk=draft.pk).update(refusal=told)
    said = "Paper refused this case when it was sent: Not today."
    assert said in shown(client.get(page_of(draft)))
    client.post(page_of(draft), {**MINIMUM, "subject": "Mended"})
    assert said not in shown(client.get(page_of(draft)))


def test_a_case_taken_back_before_the_vendor_saw_it_says_nothing_of_a_refusal(world: World) -> None:
    case = world.file_case()
    actions.withdraw(viewer=world.viewer("casey"), push=world.push(case, Kind.CREATE))
    assert Draft.objects.get().refusal == {}


def test_the_case_tells_a_refusal_once_with_the_questions_it_is_about(world: World) -> None:
    case = world.file_case()
    words = "severity '9' is unknown · question 671 wants an answer"
    told = {"severity": "severity '9' is unknown", "671": "question 671 wants an answer"}
    asked = [("severity", "Severity"), ("questionnaire/100/671", "Did it change?")]
    kept_answers = [{**case.answers[0], "key": key, "label": label} for key, label in asked]
    access.worker_cases().filter(pk=case.pk).update(answers=kept_answers)
    access.worker_pushes().filter(case=case).update(
        state="refused", sent_at=clock.now(), outcome=words, outcome_fields=told
    )
    page = shown(browser(world.people["casey"]).get(f"/cases/{case.reference}/"))
    assert page.count("severity '9' is unknown") == 1
    assert "It is about “Severity”, “Did it change?”." in page
