"""Answers a category does not use: kept beside the form, given back, never sent."""

import pytest

from tests.cases.filing_desk import (
    HTMX,
    MINIMUM,
    Desk,
    browser,
    kept,
    page_of,
    shown,
)
from tests.cases.paper_vendor import PaperVendor


def test_changing_the_category_keeps_what_still_applies_and_parks_the_rest(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), {**MINIMUM, "host": "shop.example", "q/1": "yes"})
    client.post(page_of(draft), {"category": "billing"})
    answers = kept(draft)
    assert answers["subject"] == "Pages are slow"
    assert not {"host", "paths", "q/1"} & answers.keys()
    assert {(p["label"], p["display"]) for p in draft.parked} == {
        ("Host name", "shop.example"),
        ("Subcategories", "Delivery › Slow"),
        ("Is it down?", "Yes"),
        ("Severity", "2-Major"),
    }
    page = shown(client.get(page_of(draft)))
    assert "Not asked at the moment" in page
    assert "shop.example" in page


def test_a_parked_answer_returns_with_its_question(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), {**MINIMUM, "host": "shop.example", "q/1": "yes"})
    client.post(page_of(draft), {"category": "billing"})
    client.post(page_of(draft), {"category": "technical"})
    answers = kept(draft)
    assert (answers["host"], answers["q/1"], answers["paths"]) == (
        "shop.example",
        "yes",
        ["d/slow"],
    )
    assert draft.parked == []


def rows(drawn: str, *labels: str) -> dict[str, str]:
    """What the one row of the subcategories posts: how it was drawn, what is chosen now."""
    chosen = {f"paths.0.{level}": label for level, label in enumerate(labels)}
    return {**MINIMUM, "paths": "", "paths.0": drawn, **chosen}


def test_levels_below_a_changed_choice_are_parked_and_come_back_with_it(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), MINIMUM)
    client.post(page_of(draft), rows("d/slow", "Storage", "Slow"))
    assert kept(draft)["paths"] == ['?["Storage"]']
    parked = [(item["label"], item["display"]) for item in draft.parked]
    assert parked == [("Subcategories", "Delivery › Slow")]
    assert "Delivery › Slow" in shown(client.get(page_of(draft)))
    client.post(page_of(draft), rows('?["Storage"]', "Delivery", ""))
    assert kept(draft)["paths"] == ["d/slow"]
    assert draft.parked == []


def test_levels_a_person_empties_are_parked_and_not_chosen_again_at_once(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), MINIMUM)
    client.post(page_of(draft), rows("d/slow", "", "Slow"))
    assert kept(draft)["paths"] == ["?[]"]
    assert [item["display"] for item in draft.parked] == ["Delivery › Slow"]


def test_levels_parked_can_be_forgotten_and_another_choice_leaves_nothing_parked(
    desk: Desk,
) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), MINIMUM)
    client.post(page_of(draft), rows("d/slow", "Delivery", "Down"))
    assert (kept(draft)["paths"], draft.parked) == (["d/down"], [])
    client.post(page_of(draft), rows("d/down", "Storage", "Down"))
    draft.refresh_from_db()
    (item,) = draft.parked
    client.post(page_of(draft), {**MINIMUM, "paths": "s/full", "_forget": item["key"]})
    assert (kept(draft)["paths"], draft.parked) == (["s/full"], [])


def test_options_of_another_category_are_parked_and_chosen_again_when_it_returns(
    desk: Desk,
) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), MINIMUM)
    page = client.post(page_of(draft), {**MINIMUM, "category": "billing"}, headers=HTMX)
    assert "not offered" not in shown(page)
    assert "severity" not in kept(draft)
    assert ("Severity", "2-Major") in {(p["label"], p["display"]) for p in draft.parked}
    client.post(page_of(draft), {"category": "billing", "severity": "3-Minor"})
    client.post(page_of(draft), {"category": "technical"})
    assert kept(draft)["severity"] == "2-Major"
    assert [p["answer"] for p in draft.parked] == ["3-Minor"]
    client.post(page_of(draft), {"category": "billing"})
    assert kept(draft)["severity"] == "3-Minor"


def test_an_option_the_vendor_withdrew_is_not_parked_but_told_at_its_field(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), MINIMUM)
    monkeypatch.setattr(PaperVendor, "withdrawn_options", frozenset({"2-Major"}))
    page = shown(client.post(page_of(draft), MINIMUM, headers=HTMX))
    assert "“Severity”: what was chosen is not offered here. Choose again." in page
    assert kept(draft)["severity"] == "2-Major"


def test_a_default_nobody_touched_is_not_parked(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), {"category": "technical"})
    assert kept(draft)["host"] == "www"
    client.post(page_of(draft), {"category": "billing"})
    draft.refresh_from_db()
    assert draft.parked == []


def test_a_default_that_was_cleared_stays_cleared(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), {"category": "technical"})
    client.post(page_of(draft), {"category": "technical", "host": "www", "host.clear": "1"})
    assert kept(draft)["host"] == ""
    assert 'value="www"' not in shown(client.get(page_of(draft)))


def test_a_parked_answer_can_be_forgotten(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), {**MINIMUM, "q/1": "yes"})
    client.post(page_of(draft), {"category": "billing"})
    client.post(page_of(draft), {"category": "billing", "_forget": "q/1"})
    client.post(page_of(draft), {"category": "technical"})
    assert "q/1" not in kept(draft)


def test_while_the_vendor_loads_nothing_is_parked_and_the_page_asks_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), MINIMUM)
    monkeypatch.setattr(PaperVendor, "loading", True)
    page = shown(client.get(page_of(draft)))
    assert "Still loading from Paper" in page
    assert 'hx-trigger="every 2s"' in page
    client.post(page_of(draft), {"category": "technical"})
    monkeypatch.setattr(PaperVendor, "loading", False)
    draft.refresh_from_db()
    assert draft.parked == []
    assert kept(draft)["subject"] == "Pages are slow"
