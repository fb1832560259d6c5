"""Answers to a long filing form, in this process; run by form.py."""

from functools import partial
from itertools import cycle

import httpx
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import User
from portal.wsgi import application
from tests import paper_browser
from tests.bench import _bare
from tests.bench._asker import Asker, count, session_of
from tests.bench._figures import HEADS, Trial, in_turns, table
from tests.house import CASEY
from vendors.simulator.app import Simulator
from vendors.simulator.server import serve_in_thread
from vendors.simulator.world.akamai_v2 import ALL_FIELD_TYPES_PATH

ANSWERS = ({"671": "Yes"}, {"677": "Europe"}, {"678": ["HTTP/2", "TLS 1.3"]})
TYPED = {
    "subject": "Checkout is slow in Europe",
    "additionalDetails": "Since the release of Tuesday.\nSecond line.",
    "679": "alert handshake_failure",
    "673": "1500",
    "674": "1.75",
    "675": "https://shop.northwind.example/cart",
}
LOADING = 'id="filing-loading"'


class Filler:
    """Casey at a draft whose every question stands open."""

    def __init__(self, cookie: str) -> None:
        transport = httpx.WSGITransport(app=application)
        self.client = httpx.Client(
            transport=transport,
            base_url="http://127.0.0.1",
            headers={"Cookie": cookie},
            follow_redirects=True,
        )
        self.asker = Asker(application, cookie)
        page = paper_browser.submit(self.client, self.client.get("/cases/new/"), "/cases/new/")
        self.where = page.url.path
        self.answer({"categoryType": "Technical"})
        for level, label in enumerate(ALL_FIELD_TYPES_PATH):
            self.answer({f"subCategories.0.{level}": label})
        for chosen in ANSWERS:
            self.answer(self.named(chosen))
        self.answer(self.named(TYPED))
        self.sent: dict[str, list[str]] = {}
        self.size = 0

    def page(self) -> httpx.Response:
        """The form with all the vendor says about it."""
        while LOADING in (page := self.client.get(self.where)).text:
            pass
        return page

    def named(self, told: dict[str, str] | dict[str, list[str]]) -> dict[str, str | list[str]]:
        """Answers by the names of their inputs instead of the vendor's members."""
        members = paper_browser.form_to(self.page(), self.where).members
        return {members[member]: value for member, value in told.items()}

    def answer(self, told: dict[str, str] | dict[str, str | list[str]]) -> None:
        sent = {**told, "_action": "update"}
        paper_browser.submit(self.client, self.page(), self.where, sent)

    def change(self, name: str, value: str) -> None:
        """Get ready to send the form as it stands, but for one answer."""
        form = paper_browser.form_to(self.page(), self.where)
        self.sent = form.filled({name: value})

    def send(self) -> None:
        """What htmx posts; the answer holds the parts that changed."""
        page = self.asker.ask(self.where, self.sent, HTTP_HX_REQUEST="true")
        assert page.status == 200, page
        self.size = len(page.body)

    def trial(self, name: str, member: str, *values: str) -> Trial:
        """Give these answers to a question by turns."""
        (field,) = self.named({member: ""})
        turns = cycle(values)
        return Trial(name, self.send, prepare=lambda: self.change(field, next(turns)))


def report() -> None:
    """Walk to the questions, then answer them over and over."""
    _, stop = serve_in_thread(Simulator(), settings.SIMULATOR_PORT)
    call_command("seed_demo", verbosity=0)
    cookie = session_of(User.objects.get(email=CASEY))
    filler = Filler(cookie)
    known = Asker(_bare.program(*_bare.SIGN_IN), cookie)
    bare = Trial("bare view, session and user", partial(known.ask, "/signed-in/"))
    trials = [
        filler.trial("a choice brings or takes questions", "671", "No", "Yes"),
        filler.trial("a text is typed", "subject", "Slow", "Slower"),
    ]
    in_turns([bare, *trials], times=20, seconds=4.0)
    print(f"\nThe form of {len(filler.page().text):,} bytes after an answer, {connection.vendor}.")
    rows = [[bare.name, *bare.cells(bare), "-", "-"]]
    rows += [[trial.name, *trial.cells(bare), *extent(filler, trial)] for trial in trials]
    table(["answer", *HEADS, "SQL", "bytes"], rows)
    print("“x” are multiples of the bare view. Each answer is kept on disk before it is answered.")
    filler.client.close()
    stop()


def extent(filler: Filler, trial: Trial) -> tuple[str, str]:
    """Statements and bytes of one such answer, the larger of two."""
    found = []
    for _ in range(2):
        trial.prepare()
        with CaptureQueriesContext(connection) as seen:
            trial.call()
        found.append((count(seen), filler.size))
    return str(max(n for n, _ in found)), f"{max(size for _, size in found):,}"
