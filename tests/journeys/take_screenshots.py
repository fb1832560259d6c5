"""`make screenshots`: the pictures of the README, taken from the running program."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from tests import paper_browser, servers
from tests.house import CASEY, PASSWORD, House, house, wait_for

FOLDER = Path(__file__).parent / "screenshots"
RILEY = "riley@reseller.example"
PATH = ("Alta", "Slow delivery", "Edge Delivery", "High time to first byte")
SUBJECTS = ("Certificate renewal is stuck", "Purge takes an hour", "Checkout answers 503 in the EU")

# each state a step may stand in: a case for it, and the columns of its row that the page reads
STATES = {
    "pending": (
        "Certificate about to run out",
        "settled_at=None, sent_at=None, attempts=0, outcome=''",
    ),
    "sending": (
        "Wrong country for some visitors",
        "settled_at=None, token=uuid.uuid4(), lease_until=now + timedelta(hours=1)",
    ),
    "uncertain": (
        "Images arrive blurred",
        "settled_at=None, doubted_at=now, not_before=now + timedelta(minutes=3)",
    ),
    "needs_person": (
        "Origin shield answers late",
        "settled_at=None, outcome='Something alike is there, without our reference.', "
        "candidates=[dict(vendor_id='', title=text, created_at=now.isoformat(), "
        "reason='The same text, added at that time.')]",
    ),
    "refused": (
        "Log lines are missing",
        "settled_at=None, outcome='The case does not take comments at the moment.'",
    ),
    "parked": (
        "Redirects loop on phones",
        "settled_at=None, sent_at=None, outcome='Akamai could not be reached for a day.'",
    ),
    "done": ("Cookies are not forwarded", ""),
}
TEXTS = {state: f"Seen in Frankfurt and Paris, {n} times." for n, state in enumerate(STATES, 2)}
STAND = """
import uuid
from datetime import timedelta
from django.utils import timezone
from cases import access
now, text = timezone.now(), "{text}"
step = access.worker_pushes().filter(entry__text=text)
step.update(state="{state}", {columns})
"""


def main() -> None:
    """Start everything, live a little, take the pictures."""
    FOLDER.mkdir(exist_ok=True)
    with house(CASEPORT_QUIET_HORIZON="60,90,120") as home, chromium() as browser:
        reference = live(home)
        casey = signed_in(browser, home, CASEY, width=1280, scheme="light")
        take(casey, home, f"/cases/{reference}/", "case")
        form(casey, home)
        riley = signed_in(browser, home, RILEY, width=1280, scheme="dark")
        take(riley, home, "/cases/", "list-dark")
        phone = signed_in(browser, home, CASEY, width=390, scheme="light")
        take(phone, home, f"/cases/{reference}/", "case-phone")
        steps(browser, home)


def live(home: House) -> str:
    """A case with a conversation, one with a lost answer, and two more."""
    client = home.sign_in()
    home.file_case(client, SUBJECTS[0])
    home.file_case(client, SUBJECTS[1])
    reference = home.file_case(client, SUBJECTS[2])
    wait_for("the case", lambda: "With Akamai" in home.page_of(client, reference))
    note = {"text": "All POSTs to /pay fail since 13:40, from three regions.", "audience": "vendor"}
    page = client.get(f"/cases/{reference}/")
    paper_browser.submit(client, page, f"/{reference}/note/", note)
    wait_for("the note", lambda: home.effects("note"))
    vendor_id = home.effects("note")[0]["case"]
    reply = "We see origin timeouts from two regions. Please attach a HAR file of one request."
    home.control(f"cases/akamai_v2/{vendor_id}", {"action": "reply", "text": reply})
    status = {"action": "status", "value": "Pending Customer Response"}
    home.control(f"cases/akamai_v2/{vendor_id}", status)
    wait_for("the reply", lambda: "HAR file" in home.page_of(client, reference))
    home.fault("create", "reset_after")
    home.file_case(client, "Origin shield answers late")
    return reference


def steps(browser: Browser, home: House) -> None:
    """One note in each state, as its author and as staff see it, and the desk they all stand on."""
    client = home.sign_in()
    pages = {state: noted(home, client, state) for state in STATES}
    with home.worker_held():
        for state, (_, columns) in STATES.items():
            home.shell(STAND.format(text=TEXTS[state], state=state, columns=columns))
        for email, who in ((CASEY, "customer"), (RILEY, "staff")):
            page = signed_in(browser, home, email, width=760, scheme="light")
            page.set_viewport_size({"width": 760, "height": 2000})  # nothing lies over an entry
            for state, path in pages.items():
                page.goto(home.portal.url + path)
                entry = page.locator("[data-entry]", has_text=TEXTS[state])
                entry.screenshot(path=FOLDER / f"step-{state}-{who}.png")
            page.set_viewport_size({"width": 1000, "height": 1450})
            take(page, home, "/deliveries/", f"desk-{who}")


def noted(home: House, client: httpx.Client, state: str) -> str:
    """A case with a note that its vendor has; its page."""
    reference = home.file_case(client, STATES[state][0])
    wait_for("the case", lambda: "With Akamai" in home.page_of(client, reference))
    page = client.get(f"/cases/{reference}/")
    note = {"text": TEXTS[state], "audience": "vendor"}
    paper_browser.submit(client, page, f"/{reference}/note/", note)
    delivered = 'data-delivery="with_vendor"'
    wait_for("the note", lambda: home.page_of(client, reference).count(delivered) >= 2)
    return f"/cases/{reference}/"


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=servers.chromium())
        yield browser
        browser.close()


def signed_in(browser: Browser, home: House, email: str, *, width: int, scheme: Any) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 860}, color_scheme=scheme, locale="en-GB"
    )
    page = context.new_page()
    page.goto(f"{home.portal.url}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{home.portal.url}/")
    return page


def take(page: Page, home: House, path: str, name: str) -> None:
    page.goto(home.portal.url + path)
    page.screenshot(path=FOLDER / f"{name}.png")


def form(page: Page, home: House) -> None:
    """The filing form, some levels down the tree."""
    page.goto(f"{home.portal.url}/cases/new/")
    page.get_by_role("button", name="Start the case").click()
    page.locator("[name=categoryType][value=Technical]").check()
    for level, value in enumerate(PATH):
        page.locator(f"[name='subCategories.0.{level}']").select_option(value)
    severity = page.locator("[name=severity][type=radio]").first
    severity.wait_for()
    severity.scroll_into_view_if_needed()
    page.screenshot(path=FOLDER / "form.png")


if __name__ == "__main__":
    main()
