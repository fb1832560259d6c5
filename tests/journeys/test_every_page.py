"""Every page, light and dark, wide and narrow: no barrier, no violation, no sideways scroll."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, NamedTuple

import httpx
import pytest
from playwright.sync_api import Browser

from tests import paper_browser
from tests.house import CASEY, PASSWORD, House, house, wait_for
from tests.journeys import paper_filing
from tests.journeys.barriers import barriers
from tests.journeys.visitors import RILEY, Doors, Visit

pytestmark = pytest.mark.chromium

STRANGER = "stranger@fabrikam.example"
ADMIN = "admin@reseller.example"
OPEN_FOLDS = 'document.querySelectorAll("main details").forEach((fold) => { fold.open = true; })'

EVERYBODY = {
    "home": "/",
    "list": "/cases/",
    "list, nothing found": "/cases/?q=nosuchword",
    "new case": "/cases/new/?customer=northwind",
    "drafts": "/drafts/",
    "deliveries": "/deliveries/",
    "deliveries, refused": "/deliveries/?state=refused",
    "notices": "/notices/",
    "profile": "/accounts/profile/",
    "password": "/accounts/password/change/",
    "second factor": "/accounts/2fa/",
    "proved, authenticator app": "/accounts/2fa/totp/activate/",
    "passkeys": "/accounts/2fa/webauthn/",
    "e-mail address": "/accounts/email/",
    "proof of identity": "/accounts/reauthenticate/?next=/accounts/2fa/",
    "sign out": "/accounts/logout/",
    "sessions": "/accounts/sessions/",
    "no such page": "/nowhere/",
}
EMPTY = ("home", "list", "drafts", "deliveries", "notices")
OF_DRAFTS = ("draft, begun", "draft, category", "draft, questionnaire", "draft, errors", "review")
OF_CASES = ("case with the vendor", "case that failed", "case that needs a person")
WAITING = "case not sent yet"
ENTRANCE = {
    "sign-in": "/accounts/login/",
    "forgotten password": "/accounts/password/reset/",
    "look into your mail": "/accounts/password/reset/done/",
    "a spoilt reset link": "/accounts/password/reset/key/1-key/",
    "a spoilt address link": "/accounts/confirm-email/key/",
    "address to be confirmed": "/accounts/confirm-email/",
    "by invitation only": "/accounts/signup/",
    "account closed": "/accounts/inactive/",
}
AUDIT = {
    "audit": "/audit/",
    "audit, nothing found": "/audit/?about=nosuchthing",
    "audit, a filter refused": "/audit/?since=2026-03-02&until=2026-03-01",
}
CONNECTIONS = "/admin/connections/connection/"
CONSOLE = {
    "administration": "/admin/",
    "connections": CONNECTIONS,
    "a new connection": f"{CONNECTIONS}add/",
    "vendor accounts": "/admin/connections/vendoraccount/",
    "entitlements": "/admin/connections/entitlement/",
    "what vendors changed": "/admin/connections/drift/",
}
OF_A_CONNECTION = {
    "a connection": "change/",
    "its credential": "credential/",
    "its past": "history/",
}
ACTING = {"acting for": "/acting-for/", "customers called so": "/acting-for/?q=north"}
PEOPLE = {"people": "/people/northwind/", "an invitation": "/people/northwind/invite/"}
REFUSED = {
    "not for this role": "status of 403",
    "no such page": "status of 404",
    "audit, a filter refused": "status of 422",
}
STAGES = (
    *(("", stage) for stage in ENTRANCE),
    *((STRANGER, f"{name}, empty") for name in EMPTY),
    *(
        (person, stage)
        for person in (CASEY, RILEY)
        for stage in (*EVERYBODY, *OF_DRAFTS, *OF_CASES, WAITING)
    ),
    *((ADMIN, stage) for stage in (*AUDIT, *PEOPLE, *CONSOLE, *OF_A_CONNECTION)),
    *((RILEY, stage) for stage in ACTING),
    (CASEY, "not for this role"),
    (RILEY, "new case, no customer"),
    (RILEY, "home for one customer"),
    (RILEY, "case of nobody"),
)


class Stage(NamedTuple):
    """A page somebody stands before."""

    person: str
    name: str


class Scene:
    """A house in which every stage can be reached, and where each is."""

    def __init__(self, home: House) -> None:
        self.home = home
        self.paper = {person: home.sign_in(person) for person in (CASEY, RILEY, STRANGER, ADMIN)}
        self.paths = {Stage("", stage): path for stage, path in ENTRANCE.items()}
        for name in EMPTY:
            self.paths[Stage(STRANGER, f"{name}, empty")] = EVERYBODY[name]
        of_admin = AUDIT | PEOPLE | CONSOLE | self._of_a_connection()
        self.paths |= {Stage(ADMIN, stage): path for stage, path in of_admin.items()}
        self.paths |= {Stage(RILEY, stage): path for stage, path in ACTING.items()}
        self.paths[Stage(CASEY, "not for this role")] = "/people/"
        for person in (CASEY, RILEY):
            for name, path in (EVERYBODY | self._drafts(person)).items():
                self.paths[Stage(person, name)] = path
        for name, path in self._cases().items():
            self.paths[Stage(CASEY, name)] = self.paths[Stage(RILEY, name)] = path
        self.paths[Stage(RILEY, "new case, no customer")] = "/cases/new/"
        self.paths[Stage(RILEY, "home for one customer")] = "/for/northwind/"
        self.paths[Stage(RILEY, "case of nobody")] = self._case_of_nobody()

    def leave_one_waiting(self) -> None:
        """File one more case, with the worker held: its page says that it waits, and watches."""
        ours = self.home.file_case(self.paper[CASEY], "A case that waits")
        for person in (CASEY, RILEY):
            self.paths[Stage(person, WAITING)] = f"/cases/{ours}/"

    def close(self) -> None:
        for client in self.paper.values():
            client.close()

    def _of_a_connection(self) -> dict[str, str]:
        listed = self.paper[ADMIN].get(CONNECTIONS).text
        row = re.search(rf'href="({CONNECTIONS}[^/"]+/)change/"', listed)
        assert row
        return {stage: row[1] + page for stage, page in OF_A_CONNECTION.items()}

    def _drafts(self, person: str) -> dict[str, str]:
        client = self.paper[person]
        path = tuple(self.home.control("world")["akamai_v2"]["all_field_types"]["path"])
        begun = paper_filing.begin(client)
        category, asked, wrong, whole = (
            paper_filing.choose(client, paper_filing.begin(client), "Technical", tree)
            for tree in ((), path, paper_filing.PLAIN, paper_filing.PLAIN)
        )
        review = paper_filing.answer(client, whole, paper_filing.ANSWERS, "review")
        assert review.url.path.endswith("/review/"), review.text
        check = f"{wrong.url.path}?check=1"
        pages = (*(page.url.path for page in (begun, category, asked)), check, review.url.path)
        return dict(zip(OF_DRAFTS, pages, strict=True))

    def _cases(self) -> dict[str, str]:
        sound, failed, doubtful = (
            self._case(f"A case that is {word}") for word in ("sound", "refused", "doubtful")
        )
        self._note(sound[0], "Seen in Frankfurt")
        told = {"action": "reply", "text": "Which origin?\n\n1. one\n2. two"}
        self.home.control(f"cases/akamai_v2/{sound[1]}", told)
        refusing = {"action": "set", "members": {"permissions": {"addNote": False}}}
        with self.home.worker_held():  # a read in between would leave nothing to be refused
            self.home.control(f"cases/akamai_v2/{failed[1]}", refusing)
            self._note(failed[0], "Nobody takes this")
        self._shown('data-delivery="failed"', failed[0])
        self.home.fault("note", "reset_before")
        self._note(doubtful[0], "Is it there?")
        alike = {"action": "reply", "text": "Is it there?"}
        self.home.control(f"cases/akamai_v2/{doubtful[1]}", alike)
        self._shown('data-delivery="needs_person"', doubtful[0])
        found = (sound, failed, doubtful)
        return {name: f"/cases/{ours}/" for name, (ours, _) in zip(OF_CASES, found, strict=True)}

    def _case(self, subject: str) -> tuple[str, str]:
        """A case of casey's; our reference and the vendor's number."""
        ours = self.home.file_case(self.paper[CASEY], subject)
        return ours, self._shown(r'data-vendor-case="([^"]+)"', ours)[1]

    def _note(self, reference: str, text: str) -> None:
        client = self.paper[CASEY]
        told = {"text": text, "audience": "vendor"}
        page = client.get(f"/cases/{reference}/")
        paper_browser.submit(client, page, f"/{reference}/note/", told)

    def _shown(self, pattern: str, reference: str) -> re.Match[str]:
        """What casey's page of the case shows, once it does."""
        client = self.paper[CASEY]
        found: re.Match[str] = wait_for(
            pattern, lambda: re.search(pattern, self.home.page_of(client, reference)), 120
        )
        return found

    def _case_of_nobody(self) -> str:
        rows = re.findall(r'<tr data-row="([^"]+)"', self.paper[RILEY].get("/cases/").text)
        for reference in rows:
            path = f"/cases/{reference}/"
            if f'action="{path}assign/"' in self.paper[RILEY].get(path).text:
                return path
        raise AssertionError("every case on riley's list has its customer")


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house() as home:
        made = Scene(home)
        with home.worker_held():
            made.leave_one_waiting()
            yield made
        made.close()


@pytest.fixture(scope="module")
def gate(scene: Scene, browser: Browser, browser_context_args: dict[str, Any]) -> Doors:
    return Doors(scene.home, browser, browser_context_args)


@pytest.fixture
def doors(gate: Doors) -> Iterator[Doors]:
    yield gate
    gate.close()


def prove_identity(visit: Visit) -> None:
    """Give the password again, if the page asks for it because the sign-in was a while ago."""
    if "/accounts/reauthenticate/" in visit.page.url:
        visit.page.locator("[name=password]").fill(PASSWORD)
        visit.page.get_by_role("button", name="Confirm").click()
        visit.page.wait_for_url(re.compile("/accounts/2fa/"))


def complaints(visit: Visit, stage: str) -> list[str]:
    """What the console said, but of the status a page is there to show."""
    expected = REFUSED.get(stage, "\0")
    return [words for words in visit.complaints if expected not in words]


@pytest.mark.parametrize(("person", "stage"), STAGES)
def test_a_page_has_no_barrier_and_breaks_no_rule(
    scene: Scene, doors: Doors, axe_script: str, person: str, stage: str
) -> None:
    visit = doors.visit(person)
    visit.go(scene.paths[Stage(person, stage)])
    if stage.startswith("proved, "):
        prove_identity(visit)
    visit.page.evaluate(OPEN_FOLDS)
    assert barriers(visit.page, axe_script) == []
    assert visit.violations() == []
    assert complaints(visit, stage) == []


@pytest.mark.parametrize("person", [CASEY, RILEY])
def test_every_page_has_a_title_of_its_own(scene: Scene, person: str) -> None:
    other_states = (
        "list, ",
        "deliveries, ",
        "customers called so",
        "draft, ",
        "new case, ",
        "proved, ",
    )  # of a page whose title stays
    titles: dict[str, str] = {}
    for stage, path in scene.paths.items():
        if stage.person == person and not stage.name.startswith(other_states):
            title = title_of(scene.paper[person].get(path))
            assert title.endswith(" · Caseport")
            assert title not in titles, f"{stage.name} and {titles[title]}"
            titles[title] = stage.name
    wrong = scene.paper[person].get(scene.paths[Stage(person, "draft, errors")])
    assert title_of(wrong).startswith("Error: ")


def title_of(page: httpx.Response) -> str:
    found = re.search(r"<title>([^<]*)</title>", page.text)
    assert found, f"{page.url} has no title"
    return unescape(found[1])
