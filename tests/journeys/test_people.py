"""People in a browser: a colleague who joins with two factors, and what each side may not see."""

import re
from contextlib import closing
from html import unescape
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.accounts.sign_in_steps import lasting_code_of
from tests.house import CASEY, House, wait_for
from tests.journeys.factors import add_app, add_passkey, at_its_name, give_device, press, sign_out
from tests.journeys.test_for_customers import PLAIN
from tests.journeys.test_invite_and_remove import MORGAN, PASSWORD, invite, link_to, tell
from tests.journeys.visitors import PATIENCE, RILEY, Doors, Visit
from tests.journeys.working import entry, send_file, write_note

pytestmark = pytest.mark.chromium

STRANGER = "stranger@fabrikam.example"
LINK = re.compile(r'(?:href|action|src|hx-get|hx-post)="([^"#]+)')
SECRET = "Between Meridian's own people: they are late with the invoice"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def reference(home: House) -> str:
    """A case of casey's that its vendor has."""
    with closing(home.sign_in()) as paper:
        filed = home.file_case(paper, "Kept from strangers")
        wait_for("its number", lambda: "With Akamai" in home.page_of(paper, filed))
    return filed


def enter_with_code(visit: Visit, address: str, secret: str) -> None:
    page = visit.page
    visit.go("/accounts/login/")
    page.locator("[name=login]").fill(address)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile("/accounts/2fa/authenticate/"))
    page.locator("[name=code]").fill(lasting_code_of(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{visit.url}/")


def test_an_invited_colleague_enters_by_passkey_and_by_password_with_a_code(
    home: House, doors: Doors
) -> None:
    address = "noor@new.example"
    invite(doors.visit(MORGAN), address, "requester")
    noor = at_its_name(doors.visit())
    give_device(noor.page)
    noor.go(link_to(home, address))
    tell(noor, "Noor New")
    add_passkey(noor, "Phone")
    expect(noor.page.get_by_text("The passkey is added.")).to_be_visible()
    secret = add_app(noor)
    sign_out(noor)
    press(noor.page, "Sign in with a passkey")
    noor.page.wait_for_url(f"{noor.url}/")
    sign_out(noor)
    enter_with_code(noor, address, secret)
    noor.go("/accounts/profile/")
    expect(noor.page.locator("[name=name]")).to_have_value("Noor New")
    assert noor.violations() == []
    assert noor.complaints == []


def links_of(paper: httpx.Client, path: str) -> set[str]:
    """Every address the page and its fragments lead to that names the case."""
    pages = (paper.get(path), paper.get(path, headers={**HTMX, "Caseport-Watch": "1"}))
    found = {unescape(link) for page in pages for link in LINK.findall(page.text)}
    name = path.strip("/").rpartition("/")[2]
    return {link for link in found if link.startswith("/") and f"/cases/{name}" in link}


def test_files_steps_and_fragments_of_a_case_are_nothing_to_a_stranger(
    home: House, doors: Doors, reference: str, tmp_path: Path
) -> None:
    path = f"/cases/{reference}/"
    trace = tmp_path / "trace.txt"
    trace.write_text("northwind's trace")
    casey = doors.visit(CASEY)
    casey.go(path)
    send_file(casey, trace)
    expect(entry(casey, "trace.txt")).to_have_count(1)
    links = {path, f"/for/northwind{path}", f"/for/fabrikam{path}"}
    with home.worker_held():
        write_note(casey, "A note that waits")
        for email, scope in ((CASEY, ""), (RILEY, ""), (RILEY, "/for/northwind")):
            with closing(home.sign_in(email)) as paper:
                links |= links_of(paper, scope + path)
    assert any("/files/" in link for link in links), links
    assert {link.strip("/").rpartition("/")[2] for link in links} >= {"note", "file", "close"}
    with closing(home.sign_in(STRANGER)) as stranger:
        for link in sorted(links):
            nowhere = asked_every_way(stranger, link.replace(reference, "CP-ZZZZZZZZ"))
            for told, same in zip(asked_every_way(stranger, link), nowhere, strict=True):
                assert told.status_code == same.status_code, link
                assert told.status_code in {404, 405}, link  # 405 is of any address like it
                assert "Kept from strangers" not in told.text, link
                assert "northwind's trace" not in told.text, link


def asked_every_way(client: httpx.Client, link: str) -> list[httpx.Response]:
    token = re.search(r'"x-csrftoken": "([^"]+)"', client.get("/").text)
    assert token
    told = {"csrfmiddlewaretoken": token[1]}
    return [
        client.get(link, follow_redirects=False),
        client.get(link, headers=HTMX, follow_redirects=False),
        client.post(link, data=told, follow_redirects=False),
        client.post(link, data=told, headers=HTMX, follow_redirects=False),
    ]


def everything_reached(client: httpx.Client, start: str) -> dict[str, str]:
    """Every page that links lead to from here, and what each says."""
    waiting, pages = ["/", start], dict[str, str]()
    while waiting:
        path = waiting.pop()
        if path in pages:
            continue
        pages[path] = client.get(path).text
        links = map(unescape, re.findall(r'(?:href|hx-get)="(/[^"#]*)', pages[path]))
        waiting += [link for link in links if not link.startswith(("/static/", "/accounts/2fa"))]
        assert len(pages) < 400, "the walk does not end"
    return pages


def test_an_internal_note_is_on_no_page_of_the_customer_and_in_no_mail(
    home: House, doors: Doors, reference: str
) -> None:
    path = f"/cases/{reference}/"
    casey, riley = doors.visit(CASEY), doors.visit(RILEY)
    casey.go(path)
    riley.go(path)
    write_note(riley, SECRET, "internal")
    write_note(riley, "Said to all of Northwind", "customer")
    casey.go(path)
    expect(entry(casey, "Said to all of Northwind")).to_have_count(1)
    assert "the invoice" not in casey.page.content()
    for email in (CASEY, MORGAN):
        with closing(home.sign_in(email)) as paper:
            pages = everything_reached(paper, path)
            assert "Said to all of Northwind" in pages[path]
            found = paper.get("/cases/", params={"q": "invoice"}).text
            assert "data-row" not in found
            pages["the search"] = found.replace("invoice", "", 1)
        assert [where for where, said in pages.items() if "own people: they are late" in said] == []
    mails = [each.read_text() for each in (home.portal.data / "mail").glob("*.eml")]
    assert not any("late with the invoice" in mail for mail in mails)
    assert "late with the invoice" not in str(home.control("ledger"))


def test_what_was_open_before_looking_as_somebody_cannot_be_sent(
    doors: Doors, reference: str
) -> None:
    path = f"/cases/{reference}/"
    riley = doors.visit(RILEY)
    riley.go(path)
    words = "Sent while looking"
    riley.page.locator("[name=audience][value=customer]").check()
    riley.page.locator("#note-text").fill(words)
    beside = riley.page.context.new_page()
    beside.goto(f"{riley.url}/people/northwind/")
    row = beside.get_by_role("row").filter(has_text=CASEY)
    row.get_by_role("link", name=re.compile("View as")).click()
    beside.locator("[name=reason]").fill("They say that a note is missing.")
    beside.locator("main form button").first.click()
    expect(beside.get_by_text("You see the portal as Casey Lindqvist")).to_be_visible()
    with riley.page.expect_response(lambda each: each.request.method == "POST") as refused:
        riley.page.locator("#add-note-button").click()
    assert refused.value.status == 403
    expect(riley.page.get_by_text("nothing can be changed")).to_be_visible()
    expect(riley.page.locator("#note-text")).to_have_value(words)
    beside.goto(f"{riley.url}{path}")
    beside.locator(".viewing").get_by_role("button", name=re.compile("Stop")).click()
    expect(beside.locator(".viewing")).to_have_count(0)
    riley.go(path)
    expect(entry(riley, words)).to_have_count(0)


def test_inviting_choosing_a_customer_and_sharing_need_no_javascript(
    home: House, doors: Doors, reference: str
) -> None:
    address = "lee@new.example"
    riley, lee = doors.visit(RILEY, script=False), doors.visit(script=False)
    invite(doors.visit(MORGAN, script=False), address, "requester")
    lee.go(link_to(home, address))
    tell(lee, "Lee New")
    hidden = lee.page.goto(f"{lee.url}/cases/{reference}/")
    assert hidden is not None
    assert hidden.status == 404

    riley.go("/acting-for/?page=list")
    riley.page.locator("#main").get_by_role("link", name="Northwind", exact=True).first.click()
    riley.page.wait_for_url(f"{riley.url}/for/northwind/**")
    riley.go(f"/for/northwind/cases/{reference}/")
    riley.page.locator("#share > summary").click()
    person = riley.page.locator("#share select")
    person.select_option(label=re.compile("Lee New").search(person.inner_text())[0])  # type: ignore[index]  # fails by itself
    riley.page.get_by_role("button", name="Share", exact=True).click()
    expect(riley.page.get_by_text("Lee New watches this case now.")).to_be_visible()
    lee.go(f"/cases/{reference}/")
    expect(lee.page.locator("#people")).to_contain_text("shared by Riley Tanaka")

    riley.go("/cases/new/")
    riley.page.locator("#customer").select_option(label="Fabrikam")
    riley.page.get_by_role("button", name="Choose").click()
    expect(riley.page.get_by_role("heading", name="For Fabrikam")).to_be_visible()


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the keyboard is there."""
    expect(wanted).to_be_visible()
    for _ in range(120):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {wanted}")


class Typed:
    """One tab in which a case is filed with keys alone."""

    def __init__(self, page: Page, url: str, slug: str, name: str, contact: str) -> None:
        self.page, self.url, self.slug, self.name, self.contact = page, url, slug, name, contact
        page.set_default_timeout(PATIENCE)

    def _press(self, wanted: Locator, *keys: str) -> None:
        tab_to(self.page, wanted)
        for key in keys:
            self.page.keyboard.press(key)

    def _type(self, wanted: Locator, words: str) -> None:
        tab_to(self.page, wanted)
        self.page.keyboard.type(words)

    def begin(self) -> None:
        self.page.goto(f"{self.url}/for/{self.slug}/cases/new/")
        person = self.page.get_by_role("combobox", name="Contact")
        self._type(person, self.contact)
        expect(person.locator("option:checked")).to_have_text(self.contact)
        self._press(self.page.get_by_role("button", name="Start the case"), "Enter")
        expect(self.page.locator("#filing")).to_be_visible()

    def choose(self) -> None:
        technical = self.page.locator('[data-member="categoryType"][value="Technical"]')
        first = self.page.locator('[data-member="categoryType"]').first
        self._press(first, "Space")
        while not technical.is_checked():
            self.page.keyboard.press("ArrowDown")
        for level, label in enumerate(PLAIN):
            select = self.page.locator(f'[name="subCategories.0.{level}"]')
            offered = select.locator("option", has_text=label)
            expect(offered).to_have_count(1)
            self._type(select, label)
            expect(select).to_have_value(label)

    def write(self) -> None:
        self._type(self.page.locator('[data-member="subject"]'), f"Typed for {self.name}")
        self._type(self.page.locator('[data-member="description"]'), f"Seen by {self.name}.")
        severity = self.page.locator('[name="severity"][type="radio"]')
        self._press(severity.first, "Space", "ArrowDown", "ArrowDown")
        expect(severity.last).to_be_checked()
        phone = self.page.locator('[name="userDetail/userPhone"]')
        if not phone.input_value():
            self._type(phone, "+49 30 1")

    def review(self) -> None:
        self._press(self.page.get_by_role("button", name="Review", exact=True), "Enter")
        expect(self.page.get_by_role("heading", name="Review and send")).to_be_visible()

    def send(self) -> None:
        self._press(self.page.get_by_role("button", name=f"Send as {self.name}"), "Enter")
        case = self.page.locator("#case")
        expect(case).to_have_attribute("data-vendor-case", re.compile(r".+"))


def test_keys_alone_file_for_two_customers_with_the_contact_and_account_of_each(
    home: House, doors: Doors
) -> None:
    riley = doors.visit(RILEY)
    told = (
        ("northwind", "Northwind", "Casey Lindqvist"),
        ("fabrikam", "Fabrikam", "Sam Strand"),
    )
    pages = (riley.page, riley.page.context.new_page())
    tabs = [Typed(page, riley.url, *each) for page, each in zip(pages, told, strict=True)]
    for stage in (Typed.begin, Typed.choose, Typed.write, Typed.review, Typed.send):
        for tab in tabs:
            stage(tab)
    accounts = home.control("world")["akamai_v2"]["customers"]
    creates = home.effects("create")
    for tab in tabs:
        words = f"Typed for {tab.name}"
        (effect,) = [each for each in creates if each["body"]["subject"] == words]
        assert effect["body"]["userDetail"]["userName"] == tab.contact
        named = {key for key, name in accounts.items() if key in str(effect) or name in str(effect)}
        assert [tab.name in accounts[key] for key in named] == [True], effect
        facts = tab.page.locator("#people")
        expect(facts).to_contain_text(f"(Meridian Partners) for {tab.name}")
        expect(facts).to_contain_text(tab.contact)
