"""Casey works on a case the vendor has: notes, a file, a close request, and what comes back."""

import base64
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import expect

from tests.house import CASEY, House, house, wait_for
from tests.journeys.visitors import RILEY, Doors
from tests.journeys.working import (
    Filed,
    ask_to_close,
    entry,
    expect_delivered,
    filed_case,
    write_note,
)

pytestmark = pytest.mark.chromium

SYNC_SECONDS = 15
UNDO_SECONDS = 10  # long enough to press "Take back" on a loaded machine


@pytest.fixture(scope="module")
def home() -> Iterator[House]:
    changes = {
        "CASEPORT_SYNC_SECONDS": str(SYNC_SECONDS),
        "CASEPORT_UNDO_SECONDS": str(UNDO_SECONDS),
    }
    with house(**changes) as running:
        yield running


@pytest.fixture(scope="module")
def paper(home: House) -> Iterator[httpx.Client]:
    """Casey's other browser, which knows forms alone."""
    client = home.sign_in()
    yield client
    client.close()


@pytest.fixture
def filed(home: House, paper: httpx.Client) -> Filed:
    return filed_case(home, paper)


def test_a_filed_case_moves_to_its_vendor_before_the_readers_eyes(
    home: House, paper: httpx.Client, doors: Doors
) -> None:
    casey = doors.visit(CASEY)
    with home.worker_held():
        reference = home.file_case(paper, "Watched from the start")
        casey.go(f"/cases/{reference}/")
        expect(casey.page.locator("#case-head")).to_contain_text("Waiting to send")
        casey.loads.clear()
    case = casey.page.locator("#case")
    expect(case).to_have_attribute("data-vendor-case", re.compile(r".+"))
    opening = casey.page.locator("[data-entry]").first
    expect_delivered(opening)
    expect(opening).to_contain_text("With Akamai")
    assert casey.loads == []


def test_a_case_keeps_what_was_filed_under_the_headings_of_the_form(
    doors: Doors, filed: Filed
) -> None:
    casey = doors.visit(CASEY)
    casey.go(filed.path)
    casey.page.get_by_text("What was filed").click()
    headings = casey.page.locator("#filed h3")
    assert headings.all_inner_texts()[:3] == ["What it is about", "What exactly", "The problem"]
    expect(casey.page.locator("#filed")).to_contain_text("Since 13:40 every POST fails.")


def last_read(home: House, filed: Filed) -> str:
    """When the last read of the case's connection began."""
    with closing(sqlite3.connect(home.portal.data / "caseport.sqlite3", timeout=60)) as rows:
        (found,) = rows.execute(
            "SELECT sync_started_at FROM connections_connection"
            " WHERE id = (SELECT connection_id FROM cases_case WHERE reference = ?)",
            [filed.reference],
        ).fetchone()
    return str(found)


def test_what_the_vendor_does_is_shown_within_two_reads(
    home: House, paper: httpx.Client, doors: Doors, filed: Filed
) -> None:
    filed.engineer("reply", text="Which origin do you use?")
    filed.engineer("status", value="Pending Customer")
    filed.engineer("file", name="trace.pcap", base64=base64.b64encode(b"\x0a\x0dtrace").decode())
    told = ("Which origin do you use?", "Pending Customer", "trace.pcap")
    reads: set[str] = set()

    def shown() -> bool:
        page = home.page_of(paper, filed.reference)
        reads.add(last_read(home, filed))
        return all(words in page for words in told)

    wait_for("all three on the page", shown)
    assert len(reads) <= 3  # one that had begun already, and two
    casey = doors.visit(CASEY)
    casey.go(filed.path)
    with casey.page.expect_download() as loading:
        casey.page.locator(".timeline").get_by_role("link", name="trace.pcap").click()
    assert loading.value.suggested_filename == "trace.pcap"
    assert loading.value.path().read_bytes() == b"\x0a\x0dtrace"


def test_a_vendors_file_is_handed_out_as_bytes_that_nothing_runs(
    doors: Doors, filed: Filed
) -> None:
    page = b"<script>parent.hacked = 1</script>"
    filed.engineer("file", name="page.html", base64=base64.b64encode(page).decode())
    casey = doors.visit(CASEY)
    casey.go(filed.path)
    casey.page.locator("#refresh").click()
    link = casey.page.locator(".timeline").get_by_role("link", name="page.html")
    answer = casey.page.request.get(casey.url + str(link.get_attribute("href")))
    assert answer.body() == page
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "no-store" in answer.headers["cache-control"]


def test_a_note_taken_back_in_time_never_reaches_the_vendor(doors: Doors, filed: Filed) -> None:
    casey = doors.visit(CASEY)
    casey.go(filed.path)
    casey.loads.clear()
    note = write_note(casey, "Sent to the wrong case")
    note.get_by_role("button", name="Take back").click()
    expect(note).to_have_attribute("data-delivery", "withdrawn")
    expect_delivered(write_note(casey, "This one is meant"))
    (arrived,) = filed.effects()  # steps keep their order: the first would have come before
    assert arrived["body"]["comment"].startswith("This one is meant")
    assert casey.loads == []


@pytest.mark.parametrize(("writer", "reader"), [(RILEY, CASEY), (CASEY, RILEY)])
def test_an_internal_note_is_read_by_its_own_organisation_alone(
    doors: Doors, filed: Filed, writer: str, reader: str
) -> None:
    one, other = doors.visit(writer), doors.visit(reader)
    one.go(filed.path)
    write_note(one, "Between ourselves", "internal")
    write_note(one, "For both of us", "customer")
    other.go(filed.path)
    expect(entry(other, "For both of us")).to_have_count(1)
    assert "Between ourselves" not in other.page.content()
    assert filed.effects() == []


def test_a_note_and_a_close_request_need_no_javascript(doors: Doors, filed: Filed) -> None:
    casey = doors.visit(CASEY, script=False)
    casey.go(filed.path)
    write_note(casey, "Written by a plain form")
    ask_to_close(casey, "Done by a plain form")
    for words in ("Written by a plain form", "Done by a plain form"):
        expect(entry(casey, words)).to_have_count(1)
    delivered = casey.page.locator('[data-entry][data-delivery="with_vendor"]')
    casey.reload_until("all three with the vendor", lambda: delivered.count() == 3)
    assert [effect["operation"] for effect in filed.effects()] == ["note", "close"]


def test_what_is_being_typed_survives_the_page_changing_around_it(
    home: House, doors: Doors, filed: Filed
) -> None:
    casey = doors.visit(CASEY)
    casey.go(filed.path)
    with home.worker_held():
        first = write_note(casey, "On its way")
        expect(first).to_be_focused()  # where sending leads, a moment after it is shown
        text = casey.page.locator("#note-text")
        text.press_sequentially("half a thought")
        text.press("ArrowLeft")
        reason = casey.page.locator("#request-close").get_by_label("Why it can be closed")
        casey.page.locator("#request-close > summary").click()
        reason.fill("another one")
        text.focus()
    expect_delivered(first)
    expect(text).to_be_focused()
    text.press("x")
    expect(text).to_have_value("half a thoughxt")
    expect(reason).to_be_visible()
    expect(reason).to_have_value("another one")


def test_a_note_is_written_and_sent_by_keys_alone(doors: Doors, filed: Filed) -> None:
    casey = doors.visit(CASEY)
    casey.go(filed.path)
    keys = casey.page.keyboard
    keys.press("r")
    expect(casey.page.locator("#note-text")).to_be_focused()
    keys.type("Typed, tabbed and sent")
    keys.press("Tab")
    expect(casey.page.locator("#add-note-button")).to_be_focused()
    keys.press("Enter")
    sent = entry(casey, "Typed, tabbed and sent")
    expect(sent).to_be_focused()
    keys.press("r")
    keys.type("And one more by a chord")
    keys.press("Control+Enter")
    expect_delivered(sent)
    expect_delivered(entry(casey, "And one more by a chord"))
    assert len(filed.effects()) == 2


def test_the_composer_is_reached_by_tab_from_the_top_of_the_page(
    doors: Doors, filed: Filed
) -> None:
    casey = doors.visit(CASEY)
    casey.go(filed.path)
    for _ in range(60):
        casey.page.keyboard.press("Tab")
        if casey.page.evaluate("document.activeElement.id") == "note-text":
            return
    pytest.fail("sixty presses of Tab do not reach the note")
