"""The form of a draft as a journey fills it in, on lines fast and slow."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Locator, Page, Request, Response, expect

from tests.journeys.conftest import Town

VENDOR = "Akamai"
CASEY = "casey@northwind.example"
PATH = ("Alta", "Slow delivery", "Edge Delivery", "High time to first byte")
Visit = Callable[..., Page]


class Filing:
    """The page of a draft under somebody's hands; without script each step needs a button."""

    def __init__(self, page: Page, *, script: bool) -> None:
        self.page = page
        self.script = script
        self.loads: list[Request] = []
        self.answers: list[Response] = []
        page.on("request", self._note_load)
        page.on("response", self._note_answer)

    def _note_load(self, request: Request) -> None:
        if request.is_navigation_request():
            self.loads.append(request)

    def _note_answer(self, response: Response) -> None:
        if response.request.headers.get("hx-request") and response.request.method == "POST":
            self.answers.append(response)

    def swapped(self) -> list[list[str]]:
        """The sections each answer brought that brought any."""
        section = re.compile(r'<section class="form-section" id="section-(\w+)"')
        brought = [section.findall(answer.text()) for answer in self.answers]
        return [sections for sections in brought if sections]

    def asked(self, member: str) -> Locator:
        """The inputs of a question, by the vendor's member or question id."""
        return self.page.locator(f'[data-member="{member}"]')

    def option(self, member: str, value: str) -> Locator:
        return self.page.locator(f'[data-member="{member}"][value="{value}"]')

    def settle(self) -> None:
        """Without script the person asks for the questions an answer brings."""
        if not self.script:
            self.page.get_by_role("button", name="Update", exact=True).last.click()

    def tick(self, member: str, value: str) -> None:
        self.option(member, value).check()
        self.settle()

    def walk(self, row: int, path: tuple[str, ...]) -> None:
        for level, label in enumerate(path):
            select = self.page.locator(f'[name="subCategories.{row}.{level}"]')
            select.select_option(label)
            self.settle()
            expect(select).to_have_value(label)

    def press(self, name: str) -> None:
        """Press a button by its key: an answer coming now may move it from under a mouse."""
        self.page.get_by_role("button", name=name, exact=True).press("Enter")

    def rest(self) -> None:
        """Wait until nothing typed or chosen is on its way, and its answer stands."""
        # the longest pause before something typed is sent, by the clock that it goes by
        self.page.evaluate("new Promise((go) => setTimeout(go, 1000))")
        expect(self.page.locator("#filing:not(.htmx-request)")).to_be_visible()

    def button(self, verb: str, *, row: int) -> Locator:
        """A row's own button."""
        return self.page.locator(f'button[name="subCategories.{verb}"][value^="{row}:"]')

    def products(self) -> list[str]:
        """What each row of the subcategories has at its top."""
        rows = self.page.locator('select[name^="subCategories."][name$=".0"]')
        return [row.input_value() for row in rows.all()]


class Ledger(Protocol):
    """Whatever tells what clients did at the vendor, oldest first."""

    def effects(self, operation: str = "") -> list[dict[str, Any]]:
        """All of it, or what one operation did."""


def begin(visit: Visit, town: Town, *, script: bool) -> Filing:
    return start(visit(CASEY, script=script), town.url, script=script)


def start(page: Page, url: str, *, script: bool) -> Filing:
    """A new draft of the person who signed in."""
    page.goto(f"{url}/cases/new/")
    page.get_by_role("button", name="Start the case").click()
    expect(page.locator("#filing")).to_be_visible()
    return Filing(page, script=script)


def choose_what_it_is_about(filing: Filing) -> None:
    filing.tick("categoryType", "Technical")
    filing.walk(0, PATH)
    filing.press("Add another")
    filing.walk(1, ("Alta", "Edge connection"))
    assert filing.products() == ["Alta", "Alta"]


def answer_everything(filing: Filing, folder: Path) -> None:
    """All ten kinds of question, three levels of dependent ones, files for two questions."""
    page = filing.page
    filing.asked("subject").fill("Checkout is slow in Europe")
    filing.asked("additionalDetails").fill("Since the release of Tuesday.\nSecond line.")
    filing.asked("670").fill("2026-03-12T14:30")
    filing.tick("671", "Yes")
    filing.asked("677").select_option("Europe")
    filing.settle()
    filing.option("678", "HTTP/2").check()
    filing.tick("678", "TLS 1.3")
    filing.asked("679").fill("alert handshake_failure")
    filing.asked("672").fill("2026-03-15T09:00")
    page.locator('[name$="672.zone"]').select_option("Asia/Tokyo")
    filing.asked("673").fill("1500")
    filing.asked("674").fill("1,75")
    filing.asked("675").fill("https://shop.northwind.example/cart")
    attach(filing, "681", folder / "slow.har", b'{"log": {}}')
    attach(filing, "files", folder / "notes.txt", b"Observed twice.\n")


def attach(filing: Filing, member: str, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    filing.asked(member).set_input_files(path)
    if not filing.script:
        field = filing.page.locator(".field", has=filing.asked(member))
        field.get_by_role("button", name="Add the chosen file").click()
    expect(filing.page.locator(".kept-name", has_text=path.name)).to_be_visible()


def review(filing: Filing) -> dict[str, Any]:
    """Go to the review; what it says the vendor will get."""
    filing.press("Review")
    expect(filing.page.get_by_role("heading", name="Review and send")).to_be_visible()
    sent: dict[str, Any] = json.loads(filing.page.locator("pre[data-sent]").text_content() or "")
    return sent


def send_and_follow(filing: Filing, ledger: Ledger, sent: dict[str, Any]) -> None:
    """One create with the reviewed body, then the two files; the page shows the vendor's id."""
    before = len(ledger.effects("create"))
    page = filing.page
    page.get_by_role("button", name=f"Send to {VENDOR}").click()
    case = page.locator("#case")
    expect(case).to_be_visible()
    expect(case).to_have_attribute("data-vendor-case", re.compile(r".+"))
    creates = ledger.effects("create")[before:]
    assert [effect["body"] for effect in creates] == [sent]
    number = case.get_attribute("data-vendor-case")
    assert creates[0]["case"] == number
    expect(page.locator('[data-kind="file"][data-delivery="with_vendor"]')).to_have_count(2)
    files = [e["file"]["name"] for e in ledger.effects("file") if e["case"] == number]
    assert files == ["slow.har", "notes.txt"]


@contextmanager
def slow_line(page: Page, milliseconds: int = 600) -> Iterator[None]:
    """Every answer takes so long while the block runs."""
    session = page.context.new_cdp_session(page)
    facts = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {**facts, "latency": milliseconds})
    try:
        yield
    finally:
        session.send("Network.emulateNetworkConditions", {**facts, "latency": 0})
