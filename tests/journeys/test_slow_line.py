"""Presses and choices that meet a slow line, or a browser with habits of its own."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Town
from tests.journeys.filing import Visit, begin, slow_line

pytestmark = pytest.mark.chromium


def test_a_choice_made_while_an_answer_is_on_its_way_stays_and_is_saved(
    visit: Visit, town: Town
) -> None:
    filing = begin(visit, town, script=True)
    page = filing.page
    filing.tick("categoryType", "Technical")
    filing.walk(0, ("Alta", "Slow delivery"))
    filing.tick("671", "Yes")
    region, zone = filing.asked("677"), page.locator('[name$="672.zone"]')
    expect(region).to_be_visible()
    filing.rest()
    with slow_line(page):
        region.focus()
        page.keyboard.type("Eur")
        page.wait_for_timeout(300)
        zone.focus()
        page.keyboard.type("Asia/Tok")
        page.keyboard.press("Tab")
        expect(zone).to_have_value("Asia/Tokyo")
        filing.rest()
    expect(zone).to_have_value("Asia/Tokyo")
    page.reload()
    expect(zone).to_have_value("Asia/Tokyo")
    expect(region).to_have_value("Europe")


def test_a_select_in_use_gets_the_options_the_choice_above_it_brings(
    visit: Visit, town: Town
) -> None:
    filing = begin(visit, town, script=True)
    page = filing.page
    filing.tick("categoryType", "Technical")
    filing.walk(0, ("Alta",))
    product, problem = (page.locator(f'[name="subCategories.0.{level}"]') for level in (0, 1))
    expect(problem.locator("option", has_text="Slow delivery")).to_have_count(1)
    with slow_line(page):
        product.focus()
        page.keyboard.type("Edge DNS")
        page.keyboard.press("Tab")
        expect(problem).to_be_focused()
        filing.rest()
    expect(problem).to_be_focused()
    expect(problem.locator("option", has_text="Slow delivery")).to_have_count(0)


CLICKS_FOCUS_NOTHING = """addEventListener("mousedown", (event) =>
  event.target.closest?.("button") && event.preventDefault(), true)"""


@pytest.mark.parametrize("habit", ["", CLICKS_FOCUS_NOTHING], ids=["focusing", "not-focusing"])
def test_a_button_pressed_once_does_its_work_once(visit: Visit, town: Town, habit: str) -> None:
    filing = begin(visit, town, script=True)
    page = filing.page
    page.evaluate(habit)
    filing.tick("categoryType", "Technical")
    filing.walk(0, ("Alta", "Alerts"))
    filing.rest()
    for number, product in enumerate(("Edge DNS", "NetStorage", "DataStream"), start=1):
        page.get_by_role("button", name="Add another").click()
        filing.walk(number, (product,))
        filing.rest()
    assert filing.products() == ["Alta", "Edge DNS", "NetStorage", "DataStream"]
    filing.button("remove", row=1).click()
    expect(page.locator(".tree-row")).to_have_count(3)
    filing.asked("subject").fill("Typed after it")
    filing.rest()
    assert filing.products() == ["Alta", "NetStorage", "DataStream"]
    filing.button("up", row=2).click()
    filing.tick("severity", "3-Low Impact")
    filing.rest()
    assert filing.products() == ["Alta", "DataStream", "NetStorage"]


def test_a_button_pressed_while_an_answer_is_on_its_way_is_heard_all_the_same(
    visit: Visit, town: Town
) -> None:
    filing = begin(visit, town, script=True)
    page = filing.page
    filing.tick("categoryType", "Technical")
    filing.walk(0, ("Alta", "Alerts"))
    filing.rest()
    with slow_line(page):
        filing.tick("severity", "3-Low Impact")
        page.get_by_role("button", name="Add another").click()
        filing.asked("subject").fill("Typed right after the press")
        filing.rest()
    assert filing.products() == ["Alta", ""]
    expect(filing.asked("subject")).to_have_value("Typed right after the press")


def test_a_button_only_tabbed_over_says_nothing(visit: Visit, town: Town) -> None:
    filing = begin(visit, town, script=True)
    page = filing.page
    filing.tick("categoryType", "Technical")
    filing.walk(0, ("Alta", "Slow delivery"))
    filing.asked("672").fill("2026-03-15T09:00")
    filing.rest()
    zone = page.locator('[name$="672.zone"]')
    with slow_line(page):
        filing.tick("671", "Yes")
        zone.focus()
        page.keyboard.type("Asia/Tok")
        page.keyboard.press("Tab")
        expect(page.locator('[name$="672.clear"]')).to_be_focused()
        filing.rest()
    expect(filing.asked("672")).to_have_value("2026-03-15T09:00")
    expect(zone).to_have_value("Asia/Tokyo")


def test_a_press_that_failed_is_made_again_by_trying_again(visit: Visit, town: Town) -> None:
    filing = begin(visit, town, script=True)
    page = filing.page
    filing.tick("categoryType", "Technical")
    filing.walk(0, ("Alta",))
    filing.rest()
    page.route("**/cases/new/**", lambda route: route.abort(), times=1)
    page.get_by_role("button", name="Add another").click()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".tree-row")).to_have_count(2)


def test_a_counter_counts_what_stands_in_the_field(visit: Visit, town: Town) -> None:
    filing = begin(visit, town, script=True)
    page = filing.page
    filing.tick("categoryType", "Technical")
    filing.walk(0, ("Alta", "Alerts"))
    expect(filing.asked("description")).to_be_visible()
    filing.rest()
    with slow_line(page):
        page.locator('[name="subCategories.0.1"]').select_option("Slow delivery")
        filing.asked("description").fill("Twenty characters ok")
        expect(filing.asked("additionalDetails")).to_be_visible()
        expect(page.locator('[data-count="f-description"]')).to_have_text("20")
        filing.rest()
    expect(filing.asked("additionalDetails")).to_have_value("Twenty characters ok")
