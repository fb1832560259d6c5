"""What casey does on the page of a case, for journeys."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Locator, expect

from tests.house import House, wait_for
from tests.journeys.visitors import Visit

CAPTURE = b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00" + bytes(range(256)) * 78_125  # 20 MB


@dataclass
class Filed:
    """A case casey filed."""

    home: House
    reference: str
    number: str

    @property
    def path(self) -> str:
        return f"/cases/{self.reference}/"

    def effects(self) -> list[dict[str, Any]]:
        """What arrived for the case at its vendor after it was made, oldest first."""
        mine = [effect for effect in self.home.effects() if effect["case"] == self.number]
        return mine[1:]

    def engineer(self, action: str, **told: str) -> None:
        self.home.control(f"cases/akamai_v2/{self.number}", {"action": action, **told})


def filed_case(home: House, paper: httpx.Client) -> Filed:
    """A case of casey's that its vendor has."""
    reference = home.file_case(paper)
    pattern = re.compile(r'data-vendor-case="([^"]+)"')
    found = wait_for("its number", lambda: pattern.search(home.page_of(paper, reference)))
    return Filed(home, reference, found[1])


def entry(visit: Visit, words: str) -> Locator:
    return visit.page.locator("[data-entry]", has_text=words)


def expect_delivered(found: Locator) -> None:
    expect(found).to_have_attribute("data-delivery", "with_vendor")


def write_note(visit: Visit, words: str, audience: str = "vendor") -> Locator:
    """Send a note; its entry, which shows at once."""
    visit.page.locator(f"[name=audience][value={audience}]").check()
    visit.page.locator("#note-text").fill(words)
    visit.page.locator("#add-note-button").click()
    expect(visit.page.locator("#note-text")).to_have_value("")
    expect(entry(visit, words)).to_have_count(1)
    return entry(visit, words)


def send_file(visit: Visit, path: Path) -> None:
    visit.page.locator("#attach-file > summary").click()
    visit.page.locator("#file-files").set_input_files(path)
    visit.page.locator("#attach-file-button").click()


def ask_to_close(visit: Visit, reason: str) -> None:
    visit.page.locator("#request-close > summary").click()
    visit.page.locator("#request-close").get_by_label("Why it can be closed").fill(reason)
    visit.page.locator("#request-close-button").click()
