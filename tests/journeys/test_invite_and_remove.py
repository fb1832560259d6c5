"""A manager invites a colleague, who joins from the mail and is removed again: every page of it."""

import email
import email.policy
import re

import pytest

from tests.house import House
from tests.journeys.visitors import RILEY, Doors, Sound, Visit

pytestmark = pytest.mark.chromium

MORGAN = "morgan@northwind.example"
STRANGER = "stranger@fabrikam.example"
PASSWORD = "long and winding"
GONE = "status of 410"  # what the console says of a link that was used


def invite(visit: Visit, address: str, role: str) -> None:
    visit.go("/people/northwind/invite/")
    visit.page.locator("[name=email]").fill(address)
    visit.page.locator(f"[name=role][value={role}]").check()
    visit.page.get_by_role("button", name="Send the invitation").click()
    visit.page.get_by_text(f"{address} was invited.").wait_for()


def link_to(home: House, address: str) -> str:
    """The path in the newest mail to this address."""
    for path in sorted((home.portal.data / "mail").glob("*.eml"), reverse=True):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if message["To"] == address:
            found = re.search(r"/accounts/invitation/\S+", message.get_content())
            assert found
            return found[0]
    raise AssertionError(f"no mail to {address}")


def tell(visit: Visit, name: str) -> None:
    visit.page.locator("[name=name]").fill(name)
    visit.page.locator("[name=password1]").fill(PASSWORD)
    visit.page.locator("[name=password2]").fill(PASSWORD)
    visit.page.get_by_role("button", name="Make my account").click()
    visit.page.wait_for_url(f"{visit.url}/")


def test_a_colleague_is_invited_joins_and_is_removed(
    home: House, doors: Doors, sound: Sound
) -> None:
    morgan, kim = doors.visit(MORGAN), doors.visit()
    morgan.go("/people/")
    morgan.page.get_by_role("link", name="Invite somebody").click()
    sound(morgan)
    invite(morgan, "kim@new.example", "requester")
    sound(morgan)
    path = link_to(home, "kim@new.example")
    kim.go(path)
    assert kim.page.locator("[name=time_zone]").input_value() == "Europe/Berlin"
    sound(kim)
    tell(kim, "Kim New")
    kim.page.get_by_role("link", name="a second factor").wait_for()
    morgan.go("/people/")
    morgan.page.get_by_role("link", name="Role of Kim New").click()
    sound(morgan)
    morgan.page.get_by_role("radio", name="Viewer").check()
    morgan.page.get_by_role("button", name="Save the role").click()
    morgan.page.get_by_text("Kim New is a viewer of Northwind now.").wait_for()
    morgan.page.get_by_role("link", name="Remove Kim New").click()
    sound(morgan)
    morgan.page.get_by_role("button", name="Remove Kim New").click()
    morgan.page.get_by_text("Kim New was removed from Northwind.").wait_for()
    kim.go("/cases/")
    assert "/accounts/login/" in kim.page.url
    kim.go(path)
    sound(kim)
    assert [words for words in kim.complaints if GONE not in words] == []
    assert morgan.complaints == []


def test_who_has_an_account_joins_with_one_button(home: House, doors: Doors, sound: Sound) -> None:
    invite(doors.visit(MORGAN), STRANGER, "viewer")
    path = link_to(home, STRANGER)
    visit = doors.visit(RILEY)
    visit.go("/people/")
    sound(visit)
    visit.go(path)
    sound(visit)
    visit.page.get_by_role("button", name="Sign out and answer it").click()
    visit.page.get_by_text("You have an account already.").wait_for()
    sound(visit)
    visit.page.get_by_role("link", name="Sign in").click()
    visit.page.locator("[name=login]").fill(STRANGER)
    visit.page.locator("[name=password]").fill("caseport-demo")
    visit.page.get_by_role("button", name="Sign in").click()
    visit.page.wait_for_url(f"{visit.url}{path}")
    sound(visit)
    visit.page.get_by_role("button", name="Join Northwind as viewer").click()
    visit.page.get_by_text("You belong to Northwind now, as viewer.").wait_for()


def test_joining_needs_no_script(home: House, doors: Doors) -> None:
    invite(doors.visit(MORGAN, script=False), "paper@new.example", "viewer")
    visit = doors.visit(script=False)
    visit.go(link_to(home, "paper@new.example"))
    tell(visit, "Paper Person")
    visit.go("/cases/")
    visit.page.get_by_role("heading", name="Cases", exact=True).wait_for()
