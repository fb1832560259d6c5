"""Who works by keyboard goes on where a button was, although its answer took it away."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Town
from tests.journeys.filing import Filing, Visit, attach, begin

pytestmark = pytest.mark.chromium


@pytest.fixture
def filing(visit: Visit, town: Town) -> Filing:
    """A form with three rows of subcategories."""
    filing = begin(visit, town, script=True)
    filing.tick("categoryType", "Technical")
    filing.walk(0, ("Alta", "Alerts"))
    for row, product in enumerate(("Edge DNS", "NetStorage"), start=1):
        filing.press("Add another")
        filing.walk(row, (product,))
    filing.rest()
    return filing


def test_focus_follows_the_row_that_was_moved(filing: Filing) -> None:
    filing.button("up", row=1).press("Enter")
    top = filing.page.locator('[name="subCategories.0.0"]')
    expect(top).to_have_value("Edge DNS")
    expect(top).to_be_focused()


def test_focus_stays_on_the_button_of_a_row_that_may_be_moved_again(filing: Filing) -> None:
    filing.button("up", row=2).press("Enter")
    moved = filing.button("up", row=1)
    expect(moved).to_contain_text("NetStorage")
    expect(moved).to_be_focused()


def test_focus_goes_to_the_row_that_was_added(filing: Filing) -> None:
    filing.page.get_by_role("button", name="Add another").press("Enter")
    expect(filing.page.locator('[name="subCategories.3.0"]')).to_be_focused()


def test_focus_goes_to_the_row_in_place_of_the_one_removed(filing: Filing) -> None:
    filing.button("remove", row=2).press("Enter")
    expect(filing.page.locator(".tree-row")).to_have_count(2)
    expect(filing.page.locator('[name="subCategories.1.0"]')).to_be_focused()


def test_focus_goes_to_the_row_that_a_search_result_filled(filing: Filing) -> None:
    filing.page.get_by_label("Find in all").fill("high time to first byte")
    found = filing.page.locator(".found-list button").first
    found.press("Enter")
    expect(found).to_have_count(0)
    expect(filing.page.locator('[name="subCategories.3.0"]')).to_be_focused()


def test_focus_stays_at_the_question_whose_file_was_removed(filing: Filing, tmp_path: Path) -> None:
    attach(filing, "files", tmp_path / "notes.txt", b"Observed twice.\n")
    filing.page.get_by_role("button", name="Remove notes.txt").press("Enter")
    expect(filing.page.locator(".kept-name")).to_have_count(0)
    expect(filing.asked("files")).to_be_focused()
