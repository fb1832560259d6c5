"""Riley works for two customers at once, and each sees what is theirs and who did it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.house import CASEY, House
from tests.journeys.visitors import PATIENCE, RILEY, Doors, Sound, Visit

pytestmark = pytest.mark.chromium

STRANGER = "stranger@fabrikam.example"
ADMIN = "admin@reseller.example"
PLAIN = ("Other", "Duplicate/Test Ticket")
LINK = re.compile(r'(?:href|action|hx-get|hx-post|src)="([^"#]*)')
FOR_ALL = re.compile(r"^/(static/|accounts/|for/|acting-for/|people/)|^/[a-z]*/$|^/$|^/cases/new/$")


class Tab:
    """One tab in which a case for one customer is filed, a stage at a time."""

    def __init__(self, page: Page, url: str, slug: str, name: str, contact: str) -> None:
        self.page, self.url, self.slug, self.name, self.contact = page, url, slug, name, contact
        page.set_default_timeout(PATIENCE)

    def begin(self) -> None:
        self.page.goto(f"{self.url}/for/{self.slug}/cases/new/")
        expect(self.page.get_by_text("Acting for").first).to_be_visible()
        person = self.page.get_by_role("combobox", name="Contact")
        person.select_option(label=self.contact)
        self.page.get_by_role("button", name="Start the case").click()
        expect(self.page.locator("#filing")).to_be_visible()

    def choose(self) -> None:
        self.page.locator('[data-member="categoryType"][value="Technical"]').check()
        for level, label in enumerate(PLAIN):
            select = self.page.locator(f'[name="subCategories.0.{level}"]')
            select.select_option(label)
            expect(select).to_have_value(label)

    def write(self) -> None:
        self.page.locator('[data-member="subject"]').fill(f"Slow at {self.name}")
        self.page.locator('[data-member="description"]').fill(f"Seen by {self.name} since noon.")
        for member, value in (("userName", "Pat"), ("userPhone", "+49 30 1")):
            field = self.page.locator(f'[name="userDetail/{member}"]')
            if not field.input_value():
                field.fill(value)
        mail = self.page.locator('[name="userDetail/userEmail"]')
        if not mail.input_value():
            mail.fill(f"pat@{self.slug}.example")

    def review(self) -> None:
        self.page.get_by_role("button", name="Review", exact=True).click()
        expect(self.page.get_by_role("heading", name="Review and send")).to_be_visible()

    def send(self) -> str:
        """The path of the case, without its scope, once its vendor has it."""
        self.page.get_by_role("button", name=f"Send as {self.name}").click()
        case = self.page.locator("#case")
        expect(case).to_have_attribute("data-vendor-case", re.compile(r".+"))
        return f"/cases/{case.get_attribute('data-case')}/"


def file_for_both(home: House, visit: Visit) -> tuple[str, str]:
    """A case for each customer, every stage in the one tab and then in the other."""
    beside = visit.page.context.new_page()
    tabs = (
        Tab(visit.page, visit.url, "northwind", "Northwind", "Casey Lindqvist"),
        Tab(beside, visit.url, "fabrikam", "Fabrikam", "Sam Strand"),
    )
    for stage in (Tab.begin, Tab.choose, Tab.write, Tab.review):
        for tab in tabs:
            stage(tab)
    first, second = (tab.send() for tab in tabs)
    return first, second


def test_two_customers_in_two_tabs_are_never_mixed(home: House, doors: Doors) -> None:
    riley = doors.visit(RILEY)
    before = len(home.effects("create"))
    northwinds, fabrikams = file_for_both(home, riley)
    bodies = {
        effect["body"]["subject"]: effect["body"] for effect in home.effects("create")[before:]
    }
    assert set(bodies) == {"Slow at Northwind", "Slow at Fabrikam"}
    for name, body in bodies.items():
        other = "Fabrikam" if "Northwind" in name else "Northwind"
        assert other not in str(body)

    casey, stranger = doors.visit(CASEY), doors.visit(STRANGER)
    casey.go(northwinds)
    words = "Filed by Riley Tanaka (Meridian Partners) for Northwind"
    expect(casey.page.locator("#case")).to_contain_text(words)
    stranger.go(fabrikams)
    expect(stranger.page.locator("#case")).to_contain_text("for Fabrikam")
    for visit, theirs in ((casey, fabrikams), (stranger, northwinds)):
        answer = visit.page.goto(f"{visit.url}{theirs}")
        assert answer is not None
        assert answer.status == 404


def test_every_link_of_a_case_is_nothing_to_a_stranger(home: House, doors: Doors) -> None:
    paper = home.sign_in()
    path = f"/cases/{home.file_case(paper)}/"
    links = {path}
    for email in (CASEY, RILEY):
        visit = doors.visit(email)
        visit.go(path)
        links.update(link.split("?")[0] for link in LINK.findall(visit.page.content()))
    inside = sorted(link for link in links if link.startswith("/") and not FOR_ALL.match(link))
    assert len(inside) > 5, links
    stranger = home.sign_in(STRANGER)
    for link in inside:
        for headers in ({}, {"HX-Request": "true"}):
            assert stranger.get(link, headers=headers).status_code in {404, 405}, link
        token = re.search(r'"x-csrftoken": "([^"]+)"', stranger.get("/").text)
        assert token is not None
        sent = stranger.post(link, data={"csrfmiddlewaretoken": token[1]})
        assert sent.status_code in {404, 405}, link


def test_looking_as_somebody_changes_nothing_and_is_on_record(doors: Doors, sound: Sound) -> None:
    riley = doors.visit(RILEY)
    riley.go("/people/northwind/")
    row = riley.page.get_by_role("row").filter(has_text="casey@northwind.example")
    row.get_by_role("link", name=re.compile("View as")).click()
    sound(riley)
    riley.page.locator("[name=reason]").fill("They say the list is empty.")
    riley.page.locator("main form button").first.click()
    banner = riley.page.get_by_text("You see the portal as Casey Lindqvist")
    for page in ("/", "/cases/", "/deliveries/"):
        riley.go(page)
        expect(banner).to_be_visible()
        sound(riley)
    refused = riley.page.goto(f"{riley.url}/cases/new/")
    assert refused is not None
    assert refused.status == 403
    sound(riley)
    riley.go("/cases/")
    riley.page.get_by_role("button", name=re.compile("Stop")).click()
    expect(banner).to_have_count(0)
    admin = doors.visit(ADMIN)
    admin.go("/audit/")
    for words in ("view as started", "view as ended"):
        expect(admin.page.get_by_role("row").filter(has_text=words)).to_have_count(1)
