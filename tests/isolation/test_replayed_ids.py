"""No foreign id does anything in any field of any form, nor in any condition of any address."""

import re
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from itertools import cycle
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.urls import Resolver404, resolve

from tests.accounts.routes import ROWS
from tests.isolation.askers import ASKERS
from tests.isolation.asking import OWN_APPS, Browser, Secrets, secrets_from
from tests.isolation.estates import Estate
from tests.paper_browser import Form, Forms
from tests.world import World

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|CP-[0-9A-Z]{8}")
LINK = re.compile(r'(?:href|action|hx-get|hx-post)="([^"]*)"')
NUMBERED = re.compile(ID.pattern + r"|/for/[-a-z0-9_]+/|/people/[-a-z0-9_]+/")
OWNERS = {"northwind": "casey", "fabrikam": "stranger", "contoso": "contosos"}
ASKING = ("casey", "morgan", "riley", "riley as casey", "rival admin")
NAMES = {  # what names a row besides its key
    "accounts.Organization": "slug",
    "cases.Case": "reference",
    "connections.VendorAccount": "account_id",
}
WITH_IT = {"_selected_action": {"action": "delete_selected", "post": "yes"}}


class Turns:
    """The foreign ids by kind: every field meets one of each, and every id has its turn."""

    def __init__(self, ids: Iterable[str]) -> None:
        kind_of = kinds()
        self.ids = {one: kind_of.get(one, "other") for one in sorted(ids)}
        self.met: set[str] = set()
        self._by_kind = {
            kind: cycle([one for one, of in self.ids.items() if of == kind])
            for kind in sorted(set(self.ids.values()))
        }

    def one_of_each(self) -> list[str]:
        taken = [next(ids) for ids in self._by_kind.values()]
        self.met.update(taken)
        return taken


def kinds() -> dict[str, str]:
    """Every id there is, with what it is one of."""
    found: dict[str, str] = {}
    for app in OWN_APPS:
        for model in apps.get_app_config(app).get_models():
            label = model._meta.label
            found |= {str(key): label for key in model._base_manager.values_list("pk", flat=True)}
            if name := NAMES.get(label):
                named = model._base_manager.values_list(name, flat=True)
                found |= {str(each): f"{label}.{name}" for each in named}
    return found


def pages(browser: Browser, estate: Estate) -> Iterator[tuple[str, str]]:
    """Every page the browser may open among these rows."""
    for row in ROWS.values():
        if row.method == "GET":
            path = row.path.format(**estate.ids)
            status, text, _ = browser.ask("GET", path)
            if status == 200:
                yield path, text


def ids_in(text: str) -> set[str]:
    """Keys, references, and the names of organisations in addresses."""
    return {each.strip("/").rpartition("/")[2] for each in NUMBERED.findall(text)}


def rendered(world: World, estates: dict[str, Estate], slug: str) -> set[str]:
    """Every id the owner of an estate is ever shown, and those of its rows."""
    asker = ASKERS[OWNERS[slug]]
    found = {*estates[slug].ids.values()}
    for _, text in pages(Browser(world, asker), estates[slug]):
        found.update(ids_in(text))
    return found


def route_of(path: str) -> str:
    """The pattern behind an address: what serves it, whatever the ids in it."""
    try:
        return resolve(path).route
    except Resolver404:
        return path


def asked_of(opened: list[tuple[str, str]]) -> Iterator[tuple[str, str, Form, str]]:
    """Each field of each form and each condition of a link, once for whatever serves it."""
    known = {("post", "accounts/logout/", name) for name in ("csrfmiddlewaretoken", "next")}
    for path, text in opened:
        for form in Forms(text).found:
            where = form.action or path
            for name in sorted({*form.names, *dict(form.fields)} - {"csrfmiddlewaretoken"}):
                key = form.method, route_of(where.partition("?")[0]), name
                if key not in known:
                    known.add(key)
                    yield form.method, where, form, name
        for link in LINK.findall(text):
            parts = urlsplit(unescape(link))
            for name in parse_qs(parts.query, keep_blank_values=True):
                key = "get", route_of(parts.path), name
                if parts.path and key not in known:
                    known.add(key)
                    yield "get", parts.path, Form(parts.path), name


def replay(
    browser: Browser, secrets: Secrets, opened: list[tuple[str, str]], turns: Turns
) -> tuple[int, list[str]]:
    """Put foreign ids everywhere: how often that was asked, and what was wrong with the answers."""
    asked, wrong, fields = 0, [], list(asked_of(opened))
    for turn, (method, where, form, name) in enumerate(cycle(fields)):
        if turn >= len(fields) and turns.met == set(turns.ids):
            break
        for one in turns.one_of_each():
            told = form.filled({name: one, **WITH_IT.get(name, {})})
            status, text, written = browser.ask(method, where, told)
            asked += 1
            wrong += secrets.betrayed(f"{method} {where} {name}={one}", text, written)
            wrong += [f"{method} {where} {name}={one}: {status}"] if status >= 500 else []
    return asked, wrong


@pytest.mark.parametrize("name", ASKING)
def test_a_foreign_id_opens_and_changes_nothing(
    world: World,
    estates: dict[str, Estate],
    name: str,
    record_property: Callable[[str, object], None],
) -> None:
    asker = ASKERS[name]
    hidden = sorted(set(estates) - asker.reach - asker.console)
    foreign = {one for slug in hidden for one in rendered(world, estates, slug)}
    browser, secrets = Browser(world, asker), secrets_from(asker, estates)
    opened = list(pages(browser, estates[asker.own]))
    turns = Turns(foreign - {one for _, text in opened for one in ids_in(text)})
    asked, wrong = replay(browser, secrets, opened, turns)
    record_property("replayed ids", asked)
    record_property("unexpected", len(wrong))
    assert asked >= len(turns.ids)
    assert {"accounts.Organization.slug", "cases.Case.reference"} <= {
        *turns.ids.values()
    } or not hidden
    assert not wrong, "\n".join(wrong[:40])


def test_a_view_that_believes_an_id_is_caught(
    world: World, estates: dict[str, Estate], settings: LazySettings
) -> None:
    settings.ROOT_URLCONF = "tests.accounts.planted_urls"
    asker = ASKERS["riley"]
    turns = Turns(rendered(world, estates, "contoso"))
    browser, secrets = Browser(world, asker), secrets_from(asker, estates)
    _, page, _ = browser.ask("GET", "/any-customer/")
    _, wrong = replay(browser, secrets, [("/any-customer/", page)], turns)
    assert [line for line in wrong if "customer=contoso shows zz-called-contoso" in line]
