"""A session that ends while somebody writes: what was typed stays, and is sent after signing in."""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.house import CASEY, PASSWORD, House, wait_for
from tests.journeys import paper_filing
from tests.journeys.barriers import barriers
from tests.journeys.factors import add_app, add_passkey, at_its_name, give_device
from tests.journeys.visitors import RILEY, Doors, Visit

pytestmark = pytest.mark.chromium

MORGAN = "morgan@northwind.example"
NOTE = "Typed for ten minutes, and then the session was gone"


def end_every_session(home: House) -> None:
    with closing(sqlite3.connect(home.portal.data / "caseport.sqlite3", timeout=20)) as database:
        database.execute("DELETE FROM django_session")
        database.commit()


def signed_out_while_typing(home: House, visit: Visit, subject: str) -> Page:
    """The page of a new case, whose note was typed and refused because the session is gone."""
    with closing(home.sign_in(CASEY)) as paper:
        case = home.file_case(paper, subject)
    visit.go(f"/cases/{case}/")
    visit.page.locator("#note-text").fill(NOTE)
    end_every_session(home)
    visit.page.locator("#add-note-button").click()
    expect(visit.page.get_by_role("dialog")).to_be_visible()
    return visit.page


def frame_of(page: Page) -> FrameLocator:
    return page.get_by_role("dialog").frame_locator("iframe")


def sign_in_here(page: Page, email: str, password: str = PASSWORD) -> None:
    frame = frame_of(page)
    frame.locator("[name=login]").fill(email)
    frame.locator("[name=password]").fill(password)
    frame.get_by_role("button", name="Sign in", exact=True).click()


def expect_back(page: Page, where: str, title: str) -> None:
    """The dialog is gone, and the page is as it was but for the notice."""
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#notices")).to_contain_text("You are signed in again")
    assert page.url == where
    assert page.title() == title


def test_a_note_outlives_its_session_and_is_sent_once(home: House, doors: Doors) -> None:
    page = signed_out_while_typing(home, doors.visit(CASEY), "Written when signed out")
    where, title = page.url, page.title()
    expect(page.get_by_role("dialog")).to_contain_text("nothing was sent")
    expect(frame_of(page).locator("[name=login]")).to_be_focused()
    sign_in_here(page, CASEY, "not the password")
    expect(frame_of(page).locator("main")).to_contain_text("do not belong together")
    sign_in_here(page, CASEY)
    expect_back(page, where, title)
    expect(page.locator("#add-note-button")).to_be_focused()
    expect(page.locator("#note-text")).to_have_value(NOTE)

    page.locator("#add-note-button").click()
    expect(page.locator("#note-text")).to_have_value("")
    expect(page.get_by_text(NOTE)).to_have_count(1)


def test_signing_in_again_is_not_interrupted_by_the_page_behind(
    home: House, doors: Doors, axe_script: str
) -> None:
    page = signed_out_while_typing(home, doors.visit(CASEY), "Watched while signing in")
    login = frame_of(page).locator("[name=login]")
    login.fill(CASEY)
    with page.expect_response(lambda answer: "/cases/" in answer.url) as answered:
        pass  # the page behind asks by itself whether something changed
    assert answered.value.status == 401
    expect(login).to_have_value(CASEY)
    assert barriers(page, axe_script) == []
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator("#notices").get_by_role("button", name="Sign in").click()
    sign_in_here(page, CASEY)
    expect(page.locator("#notices")).to_contain_text("You are signed in again")


def test_nothing_is_sent_in_the_name_of_who_else_signs_in(home: House, doors: Doors) -> None:
    page = signed_out_while_typing(home, doors.visit(CASEY), "Typed by one, sent by none")
    sign_in_here(page, MORGAN)
    notices = page.locator("#notices")
    expect(notices).to_contain_text("somebody else opened this page")
    page.locator("#add-note-button").click()
    expect(notices).to_contain_text("somebody else opened this page")
    expect(page.locator("#note-text")).to_have_value(NOTE)
    expect(page.locator("[data-entry]").filter(has_text=NOTE)).to_have_count(0)
    expect(page.locator("[data-watch]")).to_have_count(0)  # nothing of the other's is drawn in it
    page.on("dialog", lambda dialog: dialog.accept())  # what was typed may go
    notices.get_by_role("link", name="load the page again").click()
    expect(page.locator(".masthead")).to_contain_text("Morgan")


def test_a_second_factor_is_given_over_the_page_too(home: House, doors: Doors) -> None:
    visit = doors.visit(RILEY)
    add_app(visit)
    code = visit.page.locator(".codes li").first.inner_text()
    page = signed_out_while_typing(home, visit, "Guarded by two factors")
    where, title = page.url, page.title()
    sign_in_here(page, RILEY)
    frame = frame_of(page)
    frame.locator("[name=code]").fill("000000")
    frame.get_by_role("button", name="Sign in", exact=True).click()
    expect(frame.get_by_role("heading", name="There is a problem")).to_be_visible()
    frame.locator("[name=code]").fill(code)
    frame.get_by_role("button", name="Sign in", exact=True).click()
    expect_back(page, where, title)
    page.locator("#add-note-button").click()
    expect(page.get_by_text(NOTE)).to_have_count(1)


def test_a_passkey_is_enough_over_the_page_too(home: House, doors: Doors) -> None:
    visit = at_its_name(doors.visit())
    give_device(visit.page)
    visit.sign_in(MORGAN)
    add_passkey(visit, "Work laptop")
    page = signed_out_while_typing(home, visit, "Opened by a passkey")
    frame_of(page).get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("#notices")).to_contain_text("You are signed in again")
    page.locator("#add-note-button").click()
    expect(page.get_by_text(NOTE)).to_have_count(1)


def test_a_draft_is_saved_once_somebody_signed_in_over_it(home: House, doors: Doors) -> None:
    with closing(home.sign_in(CASEY)) as paper:
        begun = paper_filing.begin(paper)
        draft = paper_filing.choose(paper, begun, "Technical", paper_filing.PLAIN).url.path
    visit = doors.visit(CASEY)
    visit.go(draft)
    end_every_session(home)
    visit.page.locator("[name=subject]").fill(NOTE)
    sign_in_here(visit.page, CASEY)
    expect(visit.page.get_by_role("dialog")).to_have_count(0)
    with closing(home.sign_in(CASEY)) as paper:
        wait_for("it to be saved", lambda: NOTE in paper.get(draft).text)


def test_a_link_followed_too_late_leads_to_sign_in_and_back(home: House, doors: Doors) -> None:
    visit = doors.visit(CASEY)
    page = visit.page
    visit.go("/cases/")
    end_every_session(home)
    page.get_by_role("link", name="Drafts").click()
    page.locator("[name=login]").fill(CASEY)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{visit.url}/drafts/")
