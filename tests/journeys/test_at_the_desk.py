"""What machines cannot settle, people do from the page alone; what stopped goes on in order."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.house import CASEY, wait_for
from tests.journeys.plain_town import PlainTown, plain_town
from tests.journeys.visitors import RILEY, Doors, Visit

pytestmark = pytest.mark.chromium

TEXT = "Since 13:40 every POST fails.\n\nTrace:  10.0.0.1 -> 10.0.0.2"
CONNECTION = "Plain desk EU"


@pytest.fixture(scope="module")
def town() -> Iterator[PlainTown]:
    with plain_town() as running:
        yield running


@pytest.fixture(scope="module")
def paper(town: PlainTown) -> Iterator[httpx.Client]:
    client = town.home.sign_in()
    yield client
    client.close()


@pytest.fixture
def doors(
    town: PlainTown, browser: Browser, browser_context_args: dict[str, Any]
) -> Iterator[Doors]:
    opened = Doors(town.home, browser, browser_context_args)
    yield opened
    opened.close()


def shown(town: PlainTown, paper: httpx.Client, reference: str, pattern: str) -> str:
    """What casey's page of the case shows, once it does."""
    found = wait_for(pattern, lambda: re.search(pattern, town.home.page_of(paper, reference)), 120)
    return str(found.group())


def lost(town: PlainTown, paper: httpx.Client, fault: str, subject: str) -> str:
    """A case whose filing broke that way, once the page says that it needs a person."""
    town.desk.fault = fault
    reference = town.file_case(paper, subject, TEXT)
    shown(town, paper, reference, 'data-delivery="needs_person"')
    return reference


def filed(town: PlainTown, paper: httpx.Client, subject: str) -> str:
    reference = town.file_case(paper, subject, TEXT)
    shown(town, paper, reference, 'data-vendor-case="C-')
    return reference


def go_by_the_desk(visit: Visit, subject: str) -> Locator:
    """From the deliveries to the step's form, by what is written there."""
    visit.go("/deliveries/")
    group = visit.page.locator("[data-group=needs_person]")
    group.get_by_role("link", name=subject).first.click()
    form = visit.page.locator("form.settle")
    expect(form).to_have_count(1)
    return form


def sent_word_for_word(form: Locator) -> set[str]:
    return set(form.locator(".verbatim").all_inner_texts())


def answer(form: Locator, button: str, seen: str, number: str = "") -> None:
    if number:
        form.get_by_label("Its case number").fill(number)
    form.get_by_label("What you saw").fill(seen)
    form.get_by_role("button", name=button).click()


def decide(form: Locator, town: PlainTown) -> str:
    """What a person does who sees this form and the desk's own pages, and nothing else of ours."""
    told = sent_word_for_word(form)
    there = [n for n, case in town.desk.cases.items() if {case["subject"], case["text"]} <= told]
    expect(form.get_by_role("link", name="Open the cases at Plain Desk")).to_have_attribute(
        "href", "https://desk.plain.example/see/"
    )
    if there:
        expect(form).to_contain_text("This case takes the number you give")
        answer(form, "It is there: link it", f"I see it as {there[0]}", there[0])
    else:
        expect(form).to_contain_text("It is sent once more, as it stands here.")
        answer(form, "It is not there: send again", "No case of that subject and time")
    return there[0] if there else ""


def creates(town: PlainTown, subject: str) -> list[str]:
    return [n for n, case in town.desk.cases.items() if case["subject"] == subject]


def test_a_person_finds_a_lost_case_at_the_vendor_and_it_is_linked(
    town: PlainTown, paper: httpx.Client, doors: Doors
) -> None:
    reference = lost(town, paper, "lost", "Lost on the way back")
    riley = doors.visit(RILEY)
    number = decide(go_by_the_desk(riley, "Lost on the way back"), town)
    assert number
    expect(riley.page.locator("#case")).to_have_attribute("data-vendor-case", number)
    assert creates(town, "Lost on the way back") == [number]
    shown(town, paper, reference, f'data-vendor-case="{number}"')
    assert riley.complaints == []


def test_a_person_finds_nothing_at_the_vendor_and_it_is_sent_again_once(
    town: PlainTown, paper: httpx.Client, doors: Doors
) -> None:
    reference = lost(town, paper, "500", "Never arrived")
    riley = doors.visit(RILEY)
    assert not decide(go_by_the_desk(riley, "Never arrived"), town)
    shown(town, paper, reference, 'data-vendor-case="C-')
    assert len(creates(town, "Never arrived")) == 1


def test_a_lost_note_is_recognised_by_the_line_the_page_names(
    town: PlainTown, paper: httpx.Client, doors: Doors
) -> None:
    reference = filed(town, paper, "With a lost note")
    (number,) = creates(town, "With a lost note")
    casey, riley = doors.visit(CASEY), doors.visit(RILEY)
    casey.go(f"/cases/{reference}/")
    town.desk.fault = "lost"
    write(casey, "Seen in Frankfurt\nand in Paris")
    shown(town, paper, reference, 'data-delivery="needs_person"')
    form = go_by_the_desk(riley, "With a lost note")
    assert sent_word_for_word(form) == set(town.desk.cases[number]["notes"])
    answer(form, "It is there: link it", "The note ends with that line")
    expect(riley.page.locator("[data-entry]", has_text="Seen in Frankfurt")).to_have_attribute(
        "data-delivery", "with_vendor"
    )
    assert len(town.desk.cases[number]["notes"]) == 1


def write(visit: Visit, words: str) -> None:
    visit.page.locator("[name=audience][value=vendor]").check()
    visit.page.locator("#note-text").fill(words)
    visit.page.locator("#add-note-button").click()
    expect(visit.page.locator("[data-entry]", has_text=words.splitlines()[0])).to_have_count(1)


def test_a_refused_note_is_mended_by_its_author_who_was_told_and_the_old_one_is_kept(
    town: PlainTown, paper: httpx.Client, doors: Doors
) -> None:
    reference = filed(town, paper, "With a refused note")
    (number,) = creates(town, "With a refused note")
    casey = doors.visit(CASEY)
    casey.go(f"/cases/{reference}/")
    town.desk.fault = "422"
    write(casey, "The first wording")
    entry = casey.page.locator("[data-entry]", has_text="The first wording")
    expect(entry).to_have_attribute("data-delivery", "failed")
    expect(entry).to_contain_text("Plain Desk says: Not now.")
    casey.page.locator(".bell").click()
    notice = casey.page.locator("[data-notice]", has_text=reference)
    expect(notice).to_contain_text("Your note on")
    notice.get_by_role("link").click()
    entry.get_by_text("Edit and resend").click()
    entry.get_by_label("Text").fill("The second wording")
    entry.get_by_role("button", name="Send again").click()
    mended = casey.page.locator("[data-entry]", has_text="The second wording")
    expect(mended).to_have_attribute("data-delivery", "with_vendor")
    (note,) = town.desk.cases[number]["notes"]
    assert note.startswith("The second wording")
    riley = doors.visit(RILEY)
    riley.go(f"/cases/{reference}/")
    replaced = riley.page.locator("[data-replaced]")
    replaced.locator("summary").click()
    expect(replaced).to_contain_text("The first wording")
    expect(replaced).to_contain_text("Plain Desk said: Not now.")


def test_a_notice_is_marked_as_read_without_javascript(
    town: PlainTown, paper: httpx.Client, doors: Doors
) -> None:
    reference = filed(town, paper, "For the bell")
    casey = doors.visit(CASEY, script=False)
    casey.go(f"/cases/{reference}/")
    town.desk.fault = "422"
    write(casey, "Refused for the bell")
    shown(town, paper, reference, 'data-delivery="failed"')
    casey.go("/notices/")
    before = int(str(casey.page.locator(".bell").get_attribute("data-unread")))
    notice = casey.page.locator("[data-notice]", has_text=reference)
    notice.get_by_role("button", name="Mark as read").click()
    expect(casey.page.locator(".bell")).to_have_attribute("data-unread", str(before - 1))


def connection_line(visit: Visit) -> Locator:
    return visit.page.locator("[data-connection]", has_text=CONNECTION)


def change(visit: Visit, deed: str, reason: str) -> None:
    """Pause or resume the connection at the desk."""
    visit.go("/deliveries/")
    line = connection_line(visit)
    line.locator("summary", has_text=deed).click()
    line.get_by_label("Why").fill(reason)
    line.get_by_role("button", name=deed).click()
    visit.page.wait_for_url(re.compile("/deliveries/$"))


def test_a_paused_connection_keeps_what_is_written_and_drains_in_order(
    town: PlainTown, paper: httpx.Client, doors: Doors
) -> None:
    reference = filed(town, paper, "With a pause")
    (number,) = creates(town, "With a pause")
    casey, riley = doors.visit(CASEY), doors.visit(RILEY)
    change(riley, "Pause", "They move to another building")
    expect(connection_line(riley)).to_contain_text("Paused: They move to another building")
    casey.go(f"/cases/{reference}/")
    words = ["one of three", "two of three", "three of three"]
    for each in words:
        write(casey, each)
    expect(casey.page.locator("#case")).to_contain_text("The connection to Plain Desk is paused.")
    riley.go("/deliveries/")
    cause = riley.page.locator("[data-cause]", has_text="Connection paused")
    expect(cause).to_contain_text(f"3 × Connection paused · {CONNECTION} (Plain Desk) · since")
    assert town.desk.cases[number]["notes"] == []
    change(riley, "Resume", "They have moved")
    for each in words:
        expect(casey.page.locator("[data-entry]", has_text=each)).to_have_attribute(
            "data-delivery", "with_vendor"
        )
    said = [note.splitlines()[0] for note in town.desk.cases[number]["notes"]]
    assert said == words
