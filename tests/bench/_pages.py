"""The pages among many cases, in this process; run by pages.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from django.db import connection

from cases.models import Case
from portal.wsgi import application
from tests.bench import _bare
from tests.bench._asker import Asker, session_of
from tests.bench._figures import HEADS, Trial, in_turns, table
from tests.bench._town import ENTRIES_OF_LONG, LONG_ONCE_IN, RARE, Town

FEW, MANY = 100, 10_000
MOST_STATEMENTS = 12


@dataclass(frozen=True, slots=True)
class Visit:
    """A page and who asks for it."""

    name: str
    asker: Asker
    address: str

    def trial(self) -> Trial:
        return Trial(self.name, partial(self.asker.ask, self.address))

    def statements(self) -> int:
        return self.asker.statements(self.address)


def report() -> None:
    """Make 100 cases, count statements; make 10,000, count again, and time the pages."""
    town = Town.found()
    town.grow(0, FEW)
    visits = all_visits(town)
    few = {visit.name: visit.statements() for visit in visits}
    town.grow(FEW, MANY)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")  # as its autovacuum does by itself, a minute later
    many = {visit.name: visit.statements() for visit in visits}
    constant = Trial("bare view", partial(Asker(_bare.program()).ask, "/constant/"))
    cookie = visits[0].asker.cookie
    known = Asker(_bare.program(*_bare.SIGN_IN), cookie)
    signed_in = Trial("bare view, session and user", partial(known.ask, "/signed-in/"))
    trials = [visit.trial() for visit in visits]
    in_turns([constant, signed_in, *trials], times=20, seconds=1.0)
    print(f"\nPages among {MANY:,} cases on {connection.vendor}, one request at a time.")
    print_figures([constant, signed_in], trials, visits, (few, many))


def print_figures(
    bare: list[Trial],
    trials: list[Trial],
    visits: list[Visit],
    statements: tuple[Mapping[str, int], Mapping[str, int]],
) -> None:
    """The table, then whether the aim about statements is met."""
    few, many = statements
    rows = [[trial.name, *trial.cells(bare[-1]), "-", "-", "-"] for trial in bare]
    for trial, visit in zip(trials, visits, strict=True):
        asked = (str(few[visit.name]), str(many[visit.name]))
        size = len(visit.asker.ask(visit.address).body)
        rows.append([trial.name, *trial.cells(bare[-1]), *asked, f"{size:,}"])
    table(["page", *HEADS, f"SQL at {FEW}", f"SQL at {MANY:,}", "bytes"], rows)
    met = few == many and max(many.values()) <= MOST_STATEMENTS
    print(
        f"Aim: the same number of statements at {FEW} and {MANY:,} cases, {MOST_STATEMENTS} at "
        f"most: {'met' if met else 'MISSED'}. “x” are multiples of the bare view with a session."
    )


def all_visits(town: Town) -> list[Visit]:
    """The pages, for a reseller's agent who sees every case and a requester who sees their own."""
    agent = Asker(application, session_of(town.agent))
    requester = Asker(application, session_of(town.requester))
    newest = Case.everything.order_by("-updated_at")
    known = newest.values_list("reference", "vendor_id")[LONG_ONCE_IN // 2]
    long = Case.everything.get(vendor_id="F-CS-0000000").reference
    chosen = "status=waiting&next=us&severity=2"
    return [
        Visit("case list", agent, "/cases/"),
        Visit("case list, a requester's own", requester, "/cases/"),
        Visit("filtered list", agent, f"/cases/?{chosen}"),
        Visit("unfinished deliveries", agent, "/cases/?delivery=unsent&status=any"),
        Visit("search, rare word", agent, f"/cases/?q={RARE}"),
        Visit("search, exact reference", agent, f"/cases/?q={known[1]}"),
        Visit(f"case page, {ENTRIES_OF_LONG} entries", agent, f"/cases/{long}/"),
        Visit("home", agent, "/"),
    ]
