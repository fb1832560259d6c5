"""Some 2,000 hostile texts wherever text can be put: shown as they are, and they do nothing."""

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.utils.html import escape

from cases.models import Case
from tests.accounts.routes import ROWS
from tests.isolation.askers import ASKERS
from tests.isolation.asking import Browser
from tests.isolation.estates import Estate
from tests.isolation.hostile import Supply, tame, texts
from tests.isolation.hostile_rows import crowd
from tests.isolation.page_shape import added, misleading
from tests.world import World

Pages = dict[tuple[str, str], str]

ROUNDS = 7  # with which every text has stood in every field that holds a hundred characters
LISTS = (
    "/",
    "/cases/",
    "/cases/?status=any",
    "/cases/{reference}/",
    "/drafts/",
    "/deliveries/",
    "/acting-for/",
)
OFFICE = ("/people/{organization}/", "/audit/", "/people/")
A_PAGE = "'Content-Type': 'text/html"
EVERYBODY = ("casey", "riley", "admin", "operator")
STEP_ROUND = 311  # texts, so that a round begins where the round before did not


def read(world: World, name: str, ids: dict[str, str], paths: tuple[str, ...]) -> Pages:
    browser = Browser(world, ASKERS[name])
    found = {}
    for path in paths:
        status, text, _ = browser.ask("GET", path.format(**ids))
        assert status < 500, f"{name} {path}: {text[:2000]}"
        if A_PAGE in text:
            found[name, path] = text.partition("<!doctype")[2]
    return found


def everything(world: World, ids: dict[str, str], *, whole: bool) -> Pages:
    """What the pages of hostile rows show to each; `whole` are all that can be read."""
    if not whole:
        return {
            **read(world, "riley", ids, LISTS),
            **read(world, "admin", ids, OFFICE),
        }
    every = tuple(row.path for row in ROWS.values() if row.method == "GET")
    return {key: text for name in EVERYBODY for key, text in read(world, name, ids, every).items()}


def with_rows(
    world: World, estates: dict[str, Estate], supply: Supply, read_all: Callable[[Case], Pages]
) -> Pages:
    """What is read while the rows are there; afterwards they never were."""
    with transaction.atomic():
        found = read_all(crowd(world, estates["northwind"], supply))
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("number", range(ROUNDS))
def test_no_text_of_any_row_becomes_an_element(
    world: World,
    estates: dict[str, Estate],
    number: int,
    record_property: Callable[[str, object], None],
) -> None:
    ids = estates["northwind"].ids

    def read_all(case: Case) -> Pages:
        return everything(world, ids, whole=number == 0)

    start = number * STEP_ROUND
    hostile = with_rows(world, estates, Supply(start), read_all)
    harmless = with_rows(world, estates, Supply(start, harmless=True), read_all)
    wrong = list(unescaped(hostile, harmless))
    record_property("hostile pages", len(hostile))
    assert not wrong, "\n".join(wrong[:40])


def unescaped(hostile: Pages, harmless: Pages) -> Iterator[str]:
    for key, text in hostile.items():
        yield from (f"{key} has {each}" for each in added(text, harmless[key]))
        yield from (f"{key} leads to {each}" for each in misleading(text))


def test_there_are_two_thousand_of_them_and_no_two_alike() -> None:
    assert len(texts()) == len(set(texts())) >= 2000


def test_a_page_that_forgets_to_escape_is_caught() -> None:
    harmful = [text for text in texts() if "<script>alert" in text or "onerror=" in text]
    caught = [text for text in harmful if added(f"<p>{text}", f"<p>{tame(text)}")]
    quoted = [text for text in harmful if added(f'<a title="{text}">', f'<a title="{tame(text)}">')]
    escaped = [text for text in harmful if added(f"<p>{escape(text)}", f"<p>{tame(text)}")]
    assert len(caught) > 0.8 * len(harmful)  # some do harm only where something stood open
    assert quoted
    assert not escaped
