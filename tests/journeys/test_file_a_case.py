"""Casey fills in the form of a case: without JavaScript, with mistakes, past the session's end."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Town
from tests.journeys.filing import (
    CASEY,
    PATH,
    VENDOR,
    Visit,
    answer_everything,
    begin,
    choose_what_it_is_about,
    review,
)

pytestmark = pytest.mark.chromium


def test_casey_files_the_same_case_without_javascript(
    visit: Visit, town: Town, tmp_path: Path
) -> None:
    filing = begin(visit, town, script=False)
    choose_what_it_is_about(filing)
    answer_everything(filing, tmp_path)
    sent = review(filing)
    before = len(town.effects("create"))
    filing.page.get_by_role("button", name=f"Send to {VENDOR}").click()
    expect(filing.page.locator("#case")).to_be_visible()
    for _ in range(60):
        if filing.page.locator("#case").get_attribute("data-vendor-case"):
            break
        filing.page.wait_for_timeout(500)
        filing.page.reload()
    assert [effect["body"] for effect in town.effects("create")[before:]] == [sent]


def test_an_answer_swaps_only_its_part_and_leaves_focus_and_text_alone(
    visit: Visit, town: Town
) -> None:
    filing = begin(visit, town, script=True)
    choose_what_it_is_about(filing)
    page = filing.page
    filing.asked("subject").fill("Typed before")
    filing.rest()
    filing.answers.clear()
    with page.expect_response(lambda r: r.request.method == "POST"):
        filing.option("671", "Yes").focus()
        page.keyboard.press("Space")
        filing.asked("additionalDetails").press_sequentially("typed while it was on its way")
    expect(filing.asked("677")).to_be_visible()
    assert filing.swapped() == [["questions"]]
    expect(page.locator("#status")).to_have_text("1 question more.")
    expect(filing.asked("additionalDetails")).to_be_focused()
    expect(filing.asked("additionalDetails")).to_have_value("typed while it was on its way")
    expect(filing.asked("subject")).to_have_value("Typed before")


def test_errors_take_the_person_to_a_summary_that_links_to_each_field(
    visit: Visit, town: Town
) -> None:
    filing = begin(visit, town, script=True)
    choose_what_it_is_about(filing)
    filing.asked("674").fill("soon")
    filing.press("Review")
    summary = filing.page.locator(".error-summary")
    expect(summary).to_be_focused()
    link = summary.get_by_role("link", name="Enter “Subject”")
    link.click()
    expect(filing.asked("subject")).to_be_focused()
    expect(filing.asked("674")).to_have_value("soon")
    filing.asked("subject").fill("Mended")
    expect(link).to_have_count(0)
    expect(filing.page.locator(".error-summary")).to_be_visible()


def test_typed_text_survives_the_end_of_the_session(visit: Visit, town: Town) -> None:
    filing = begin(visit, town, script=True)
    filing.tick("categoryType", "Technical")
    filing.walk(0, PATH)
    filing.asked("subject").fill("Kept on the server")
    expect(filing.page.locator("#filing-saved")).to_contain_text("Saved")
    filing.rest()
    address = filing.page.url
    filing.page.context.clear_cookies()
    filing.asked("subject").fill("Typed after the session ended")
    expect(filing.page.locator("#notices")).to_contain_text("sign in", ignore_case=True)
    expect(filing.asked("subject")).to_have_value("Typed after the session ended")
    again = visit(CASEY)
    again.goto(address)
    expect(again.locator('[data-member="subject"]')).to_have_value("Kept on the server")
