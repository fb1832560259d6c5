"""A browser that holds passkeys, and how a person gets a second factor in it."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.accounts.sign_in_steps import lasting_code_of
from tests.journeys.visitors import Visit

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def at_its_name(visit: Visit) -> Visit:
    """The same portal at the address whose passkeys a browser takes."""
    visit.url = visit.url.replace("127.0.0.1", "localhost")
    return visit


def give_device(page: Page) -> tuple[Any, str]:
    """Lets the browser hold passkeys; its control and the device's id."""
    control = page.context.new_cdp_session(page)
    control.send("WebAuthn.enable")
    made = control.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return control, made["authenticatorId"]


def press(page: Page, words: str) -> None:
    page.locator("main").get_by_role("button", name=words).click()


def add_passkey(visit: Visit, name: str) -> None:
    visit.go("/accounts/2fa/")
    visit.page.get_by_role("link", name="Add a passkey").click()
    visit.page.locator("[name=name]").fill(name)
    press(visit.page, "Add the passkey")
    expect(visit.page.get_by_text("The passkey is added.")).to_be_visible()


def add_app(visit: Visit) -> str:
    """Turn an authenticator app on; the secret it keeps."""
    visit.go("/accounts/2fa/")
    visit.page.get_by_role("link", name="Set up an app").click()
    secret = visit.page.locator("#authenticator-key").text_content() or ""
    visit.page.locator("[name=code]").fill(lasting_code_of(secret))
    press(visit.page, "Turn it on")
    expect(visit.page.locator("#authenticator-key")).to_have_count(0)
    return secret


def sign_out(visit: Visit) -> None:
    visit.go("/accounts/logout/")
    press(visit.page, "Sign out")
    visit.page.wait_for_url(re.compile("/accounts/login/"))
