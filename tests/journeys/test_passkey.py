"""Signing in without a password, and with a second factor, in a browser that holds a passkey."""

import re

import pytest
from playwright.sync_api import expect

from tests.house import PASSWORD
from tests.journeys.factors import add_app, add_passkey, at_its_name, give_device, press, sign_out
from tests.journeys.visitors import Doors, Sound, Visit

pytestmark = pytest.mark.chromium

MORGAN = "morgan@northwind.example"
VERA = "vera@northwind.example"


def give_password(visit: Visit, email: str) -> None:
    visit.go("/accounts/login/")
    visit.page.locator("[name=login]").fill(email)
    visit.page.locator("[name=password]").fill(PASSWORD)
    visit.page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_opens_the_account_by_itself(doors: Doors, sound: Sound) -> None:
    visit = at_its_name(doors.visit())
    page = visit.page
    give_device(page)
    visit.sign_in(MORGAN)
    visit.go("/accounts/2fa/webauthn/add/")
    sound(visit)
    add_passkey(visit, "Work laptop")
    sound(visit)
    assert page.locator(".codes li").count() == 10  # recovery codes come with the first factor
    visit.go("/accounts/2fa/webauthn/")
    expect(page.get_by_text("Work laptop", exact=True).first).to_be_visible()
    for deed in ("Rename", "Remove"):
        visit.go("/accounts/2fa/webauthn/")
        page.get_by_role("link", name=deed).first.click()
        sound(visit)
    sign_out(visit)

    press(page, "Sign in with a passkey")
    page.wait_for_url(f"{visit.url}/")
    visit.go("/accounts/2fa/webauthn/add/")
    press(page, "Add the passkey")
    expect(page.get_by_text("This device already holds a passkey of yours.")).to_be_visible()
    sign_out(visit)

    give_password(visit, MORGAN)
    page.wait_for_url(re.compile("/accounts/2fa/authenticate/"))
    sound(visit)
    press(page, "Use a passkey")
    page.wait_for_url(f"{visit.url}/")
    assert visit.violations() == []
    assert visit.complaints == []


def test_a_refused_passkey_says_so_and_can_be_tried_again(doors: Doors) -> None:
    visit = at_its_name(doors.visit())
    control, device = give_device(visit.page)
    control.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    visit.go("/accounts/login/")
    press(visit.page, "Sign in with a passkey")
    said = visit.page.locator("[data-passkey-said]")
    expect(said).to_have_text("No passkey was used: the request was cancelled, or took too long.")
    expect(visit.page.get_by_role("button", name="Sign in with a passkey")).to_be_enabled()


def test_an_app_and_its_recovery_codes_open_the_account(doors: Doors, sound: Sound) -> None:
    visit = doors.visit(VERA)
    page = visit.page
    visit.go("/accounts/2fa/totp/activate/")
    picture = page.locator("img.qr")
    assert picture.evaluate("each => each.complete && each.naturalWidth > 0")
    add_app(visit)
    code = page.locator(".codes li").first.inner_text()
    for path in ("recovery-codes/", "recovery-codes/generate/", "totp/deactivate/", ""):
        visit.go(f"/accounts/2fa/{path}")
        sound(visit)

    for expected in ("/", "/accounts/2fa/authenticate/"):  # good once
        sign_out(visit)
        give_password(visit, VERA)
        page.locator("[name=code]").fill(code)
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in", exact=True).click()
        assert page.url == visit.url + expected
        if expected == "/":
            visit.go("/accounts/2fa/")
            expect(page.get_by_text("9 are left")).to_be_visible()


def test_without_javascript_an_app_is_set_up_all_the_same(doors: Doors) -> None:
    visit = doors.visit("casey@northwind.example", script=False)
    page = visit.page
    add_app(visit)
    assert page.locator(".codes li").count() == 10
    visit.url = visit.url.replace("127.0.0.1", "localhost")
    visit.go("/accounts/login/")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
