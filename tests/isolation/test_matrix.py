"""Every address, everybody, every method, every kind of id: nobody reaches what is not theirs."""

from collections.abc import Callable, Iterator, Mapping

import pytest
from django.conf import LazySettings
from django.core import mail

from tests.accounts.planted_urls import PLANTED
from tests.accounts.routes import ROWS, Row
from tests.isolation.askers import ASKERS, Asker
from tests.isolation.asking import Browser, secrets_from
from tests.isolation.estates import Estate
from tests.world import World

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ASKED_WITH = {
    "own": METHODS,
    "other": METHODS,
    "missing": ("GET", "POST"),
    "malformed": ("GET", "POST"),
    "crossed": METHODS,
}
KINDS = tuple(ASKED_WITH)
NOT_THERE = frozenset({404, 405})
SIGN_IN = frozenset({302, 401, 403, 404, 405})
# where the role is asked before the child, and where an id of no shape leads to the page above
IN_ONES_OWN = {("crossed", False): frozenset({403}), ("malformed", True): frozenset({302})}
PASSING = ("/view-as/stop/", "/accounts/logout/", "/csp-report")  # also while somebody looks
LOOKED_AT = {True: frozenset({200, 302, 403}), False: frozenset({403})}
# what one's own answers besides: to the method it is for, and to any other
MORE_OF_OWN = {True: frozenset({403}), False: frozenset({403, 405})}
CONSOLE = ("/admin/", "/people/", "/view-as/")  # where the operator, too, has organisations
MISSING = {"reference": "CP-00000000", "organization": "nobody"}
MISSING_ID = "3f2b8c1e-0000-4000-8000-0123456789ab"
MALFORMED = "..%2fx'--%00"


def ids_of(
    kind: str, asker: Asker, estates: dict[str, Estate], row: Row
) -> Iterator[dict[str, str]]:
    """The ids to put into the address; none where the kind makes no sense for it."""
    own = estates[asker.own].ids
    foreign = min(set(estates) - asker.reach - asker.console, default="")
    if kind == "own":
        yield own
    elif "{" not in row.path:
        return
    elif kind == "missing":
        yield {name: MISSING.get(name, MISSING_ID) for name in own}
    elif kind == "malformed":
        yield dict.fromkeys(own, MALFORMED)
    elif foreign and kind == "other":
        yield estates[foreign].ids
    elif foreign and kind == "crossed" and row.path.count("{") > 1:
        parent = row.path.partition("{")[2].partition("}")[0]
        yield {**own, parent: estates[foreign].ids[parent]}
        yield {**estates[foreign].ids, parent: own[parent]}


def allowed(asker: Asker, row: Row, method: str, kind: str) -> Callable[[int], bool]:
    """Whether a status is right for this asker."""
    if asker.looks and (row.path not in PASSING or method != row.method):
        return {*LOOKED_AT[kind == "own"], *NOT_THERE}.__contains__
    if not asker.signed_in:
        return (SIGN_IN | set(row.anonymous)).__contains__
    is_console = row.path.startswith("/admin/")
    own = asker.console if row.path.startswith(CONSOLE) else frozenset()
    own |= asker.reach if not is_console else frozenset()
    if is_console and not asker.console:
        return (NOT_THERE | set(row.stranger)).__contains__
    is_theirs = "{" in row.path and row.stranger == (404,)
    is_draft = "{draft}" in row.path and asker.drafts != asker.own
    if is_console and row.owner == (302,):
        return {302, *NOT_THERE}.__contains__  # to the page above, whatever the id
    if is_theirs and (kind != "own" or not own or is_draft):
        return (NOT_THERE | IN_ONES_OWN.get((kind, is_console), frozenset())).__contains__
    if asker.reads_only and is_theirs and method == "POST" and not is_console:
        return {403, 404, 405, 422, *row.viewer}.__contains__
    is_shown = is_theirs and row.owner != (404,) and not is_draft
    is_operators = is_console and not asker.reach  # who may do more there than an admin
    if kind == "own" and is_shown and own and not asker.reads_only and not is_operators:
        return {*row.owner, *MORE_OF_OWN[method == row.method]}.__contains__
    return lambda status: status in row.owner or (status < 500 and status not in {400, 409})


def is_kept(asker: Asker, row: Row) -> bool:
    """Whether somebody who only reads changes nothing there."""
    if asker.looks:
        return row.path not in PASSING
    return asker.reads_only and "{" in row.path and row.stranger == (404,) and not row.viewer


def walk(
    asker: Asker, browser: Browser, estates: dict[str, Estate], rows: Mapping[str, Row]
) -> tuple[int, list[str]]:
    """Ask these addresses in every way: how often that is, and what it should not have answered."""
    secrets = secrets_from(asker, estates)
    wrong, asked = [], 0
    for route, row in rows.items():
        for kind in KINDS:
            for ids in ids_of(kind, asker, estates, row):
                path = row.path.format(**ids)
                for method in ASKED_WITH[kind]:
                    status, text, written = browser.ask(method, path)
                    asked += 1
                    if not allowed(asker, row, method, kind)(status):
                        wrong.append(f"{method} {route} with {kind} ids: {status}")
                    kept = secrets.mine if is_kept(asker, row) else set()
                    wrong += secrets.betrayed(f"{method} {path}", text, written, kept)
    return asked, wrong


@pytest.mark.parametrize("name", ASKERS)
def test_nobody_reaches_what_is_not_theirs(
    world: World,
    estates: dict[str, Estate],
    name: str,
    record_property: Callable[[str, object], None],
) -> None:
    asker = ASKERS[name]
    asked, wrong = walk(asker, Browser(world, asker), estates, ROWS)
    secrets = secrets_from(asker, estates)
    record_property("requests", asked)
    record_property("unexpected", len(wrong))
    assert not wrong, "\n".join(wrong[:40])
    assert not [m for m in mail.outbox if secrets.shown_in(f"{m.subject}{m.body}")]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("rival admin", "zz-only-northwind"),
        ("stranger", "/touch-some/ wrote cases.Case"),
        ("stranger", "with crossed ids: 200"),
    ],
)
def test_views_that_forget_to_ask_are_caught(
    world: World, estates: dict[str, Estate], settings: LazySettings, name: str, told: str
) -> None:
    settings.ROOT_URLCONF = "tests.accounts.planted_urls"
    asker = ASKERS[name]
    _, wrong = walk(asker, Browser(world, asker), estates, PLANTED)
    assert [line for line in wrong if told in line], wrong
