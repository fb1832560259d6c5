"""What journeys share: a page being watched for violations, a worker held, waiting by reload."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, StorageState

from tests.house import PASSWORD, House, wait_for

PATIENCE = 60_000  # milliseconds for what a loaded machine delivers late
RILEY = "riley@reseller.example"
NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Visit:
    """A person's tab, with the documents it loaded and everything its console complained of."""

    page: Page
    url: str
    loads: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.add_init_script(NOTE_VIOLATIONS)
        self.page.on("request", self._note_load)
        self.page.on("console", self._note_words)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note_load(self, request: Request) -> None:
        if request.is_navigation_request():
            self.loads.append(request.url)

    def _note_words(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def sign_in(self, email: str) -> None:
        self.go("/accounts/login/")
        self.page.locator("[name=login]").fill(email)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(f"{self.url}/")
        self.loads.clear()

    def violations(self) -> list[str]:
        """What the content security policy stopped on the page as it stands."""
        found: list[str] = self.page.evaluate("window.violations")
        return found

    def reload_until(self, what: str, true: Callable[[], Any]) -> None:
        """Load the page again until it shows what is waited for: a reader without JavaScript."""

        def shown() -> Any:
            self.page.reload()
            return true()

        wait_for(what, shown, PATIENCE / 1000)


Sound = Callable[[Visit], None]  # fails on a page with a barrier or a violation


class Doors:
    """Opens tabs of one house, each in a browser context of its own, and closes them."""

    def __init__(self, house: House, browser: Browser, facts: dict[str, Any]) -> None:
        self._house = house
        self._browser = browser
        self._facts = facts
        self._contexts: list[BrowserContext] = []
        self._signed_in: dict[str, StorageState] = {}

    def visit(self, email: str = "", *, script: bool = True) -> Visit:
        """A fresh tab; whoever is named has signed in, through the form the first time."""
        facts = {**self._facts, "java_script_enabled": script}
        context = self._browser.new_context(**facts, storage_state=self._signed_in.get(email))
        self._contexts.append(context)
        visit = Visit(context.new_page(), self._house.portal.url)
        if email and email not in self._signed_in:
            visit.sign_in(email)
            self._signed_in[email] = context.storage_state()
        return visit

    def close(self) -> None:
        while self._contexts:
            self._contexts.pop().close()
