"""A case, or a whole customer, that its reader lost while they had the page open."""

import re
from typing import Any

import pytest

from cases import actions
from cases.models import Case
from portal.accounts.models import Organization
from tests.cases.filing_desk import HTMX, browser, shown
from tests.world import World

TYPED = {"text": "A long thought, typed before", "audience": "vendor"}
TOKEN = re.compile(r"\b\w{64}\b")  # of forms: another on every page
WATCHING = {**HTMX, "Caseport-Watch": "1"}


@pytest.fixture
def hidden(world: World) -> Case:
    """A case of Casey's that staff keep from her by now."""
    case = world.file_case()
    actions.set_visibility(viewer=world.viewer("riley"), case=case, visible=False, reason="")
    return case


def note(client: Any, case: Case, scope: str = "", **headers: str) -> Any:
    return client.post(f"{scope}/cases/{case.reference}/note/", TYPED, headers=headers)


def test_an_open_page_is_told_once(world: World, hidden: Case) -> None:
    answer = browser(world.people["casey"]).get(f"/cases/{hidden.reference}/", headers=WATCHING)
    assert answer.status_code == 404
    assert "not shown to you any longer" in shown(answer)
    assert answer.headers["HX-Retarget"] == "[data-watch]"
    assert 'hx-swap-oob="innerHTML:#notices"' in shown(answer)
    assert "data-watch" not in shown(answer)


def test_what_is_sent_to_it_stays_in_its_form_and_the_reason_is_said(
    world: World, hidden: Case
) -> None:
    answer = note(browser(world.people["casey"]), hidden, **HTMX)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (404, "#notices")
    assert "not shown to you any longer" in shown(answer)
    assert "Nothing was sent" in shown(answer)


def test_without_a_script_what_was_typed_is_shown(world: World, hidden: Case) -> None:
    answer = note(browser(world.people["casey"]), hidden)
    assert answer.status_code == 404
    assert TYPED["text"] in shown(answer)
    assert "It was not sent" in shown(answer)


def test_a_case_that_never_was_is_answered_alike(world: World, hidden: Case) -> None:
    client = browser(world.people["casey"])
    never = Case(reference="CP-00000000")
    for headers in ({}, HTMX):
        told = [shown(note(client, each, **headers)) for each in (hidden, never)]
        alike = {TOKEN.sub("", words).split("For support")[0] for words in told}
        assert len(alike) == 1


def test_a_note_for_a_customer_that_was_lost_is_kept_and_the_way_leads_out(world: World) -> None:
    case, client = world.file_case(), browser(world.people["riley"])
    Organization.objects.filter(slug="northwind").update(reseller=world.organizations["summit"])
    told = shown(note(client, case, "/for/northwind", **HTMX))
    assert "You do not act for this customer any longer" in told
    page = shown(note(client, case, "/for/northwind"))
    assert TYPED["text"] in page
    assert "you do not act for this customer any longer" in page
    assert 'href="/for/northwind/' not in page
    assert 'href="/"' in page
