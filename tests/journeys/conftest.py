"""What a journey starts from: a portal as `make run` starts it, and a browser."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import servers
from tests.house import House, house
from tests.journeys.barriers import barriers
from tests.journeys.visitors import PATIENCE, Doors, Sound, Visit
from tests.portal.serving import Portal, portal

PASSWORD = "caseport-demo"
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    ours = {"executable_path": servers.chromium(), "args": [*QUIET, "--disable-dev-shm-usage"]}
    return {**browser_type_launch_args, **ours}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    ours = {"locale": "en-GB", "timezone_id": "Europe/Berlin", "reduced_motion": "reduce"}
    return {**browser_context_args, **ours}


@pytest.fixture
def sound(axe_script: str) -> Sound:
    """Says that the page shown has no barrier in any look and scrolls nowhere sideways."""

    def check(visit: Visit) -> None:
        assert barriers(visit.page, axe_script) == []
        assert visit.violations() == []

    return check


@pytest.fixture(scope="module")
def home() -> Iterator[House]:
    """A running portal of this module's own."""
    with house() as running:
        yield running


@pytest.fixture
def doors(home: House, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Doors]:
    opened = Doors(home, browser, browser_context_args)
    yield opened
    opened.close()


@dataclass
class Town:
    """A running portal with its simulator."""

    portal: Portal
    simulator: str

    @property
    def url(self) -> str:
        return self.portal.url

    def effects(self, operation: str = "") -> list[dict[str, Any]]:
        """What clients did at the vendor, oldest first."""
        effects = self.ask("ledger")["effects"]
        mine = [e for e in effects if e["by"] == "client"]
        return [e for e in mine if operation in ("", e["operation"])]

    def ask(self, name: str) -> Any:
        with urllib.request.urlopen(f"{self.simulator}/_simulator/{name}", timeout=20) as answer:  # noqa: S310  loopback
            return json.load(answer)


@pytest.fixture(scope="session")
def town() -> Iterator[Town]:
    port = servers.free_port()
    with portal(SIMULATOR_PORT=str(port), CASEPORT_SYNC_SECONDS="5") as running:
        yield Town(running, f"http://127.0.0.1:{port}")


@pytest.fixture
def visit(
    town: Town, browser: Browser, browser_context_args: dict[str, Any]
) -> Iterator[Callable[..., Page]]:
    """Opens a page for a person who has signed in; `script=False` is a browser without any."""
    contexts: list[BrowserContext] = []

    def open_page(email: str, *, script: bool = True) -> Page:
        context = browser.new_context(**{**browser_context_args, "java_script_enabled": script})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{town.url}/accounts/login/")
        page.locator("[name=login]").fill(email)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form button").first.click()
        page.wait_for_url(f"{town.url}/")
        return page

    yield open_page
    for context in contexts:
        context.close()
