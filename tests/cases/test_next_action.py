"""Who acts next on a case: the word in a line, and the filter that finds it, are one answer."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Case
from cases.models.push import State
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.factories import CaseFactory, MembershipFactory, PushFactory
from vendors.vocabulary import Kind, NextAction

STANDS: dict[str, tuple[dict[str, Any], State | None]] = {
    "vendor waits": ({"next_action": NextAction.US}, None),
    "vendor works": ({"next_action": NextAction.VENDOR}, None),
    "nobody": ({"next_action": NextAction.NOBODY}, None),
    "not sent": ({"vendor_id": None}, State.WITHDRAWN),
    "waiting": ({"vendor_id": None}, State.PENDING),
    "unconfirmed": ({"vendor_id": None}, State.UNCERTAIN),
    "needs person": ({"vendor_id": None}, State.NEEDS_PERSON),
    "refused": ({"vendor_id": None}, State.REFUSED),
}
SAID = {
    "vendor waits": "You",
    "vendor works": "Akamai",
    "nobody": "Nobody",
    "not sent": "Nobody",
    "waiting": "Caseport",
    "unconfirmed": "Caseport",
    "refused": "You",
}


@pytest.fixture
def cases(db: None) -> dict[str, Case]:
    """One case for each way a case can stand, all of one customer."""
    first = CaseFactory()
    made: dict[str, Case] = {}
    for name, (columns, state) in STANDS.items():
        made[name] = CaseFactory(organization=first.organization, subject=name, **columns)
        if state is not None:
            ended = timezone.now() if state == State.WITHDRAWN else None
            PushFactory(case=made[name], kind=Kind.CREATE, state=state, settled_at=ended)
    Case.everything.filter(pk=first.pk).delete()
    return made


def seen_by(cases: dict[str, Case], role: Role) -> Client:
    case = cases["waiting"]
    organization = case.reseller if role == Role.AGENT else case.organization
    client = Client()
    client.force_login(MembershipFactory(organization=organization, role=role).user)
    return client


def told(client: Client, query: str = "") -> dict[str, str]:
    """Subject -> who acts next, as the list says."""
    page = Page(client.get(f"/cases/?{query}"))
    found = {}
    for row in page.all("data-row"):
        for name in STANDS:
            if f" {name} " in f" {row.text} ":
                found[name] = row.text.partition(f" {name} ")[0]
    return found


def test_who_settles_is_named_to_those_who_may_not(cases: dict[str, Case]) -> None:
    customer, staff = seen_by(cases, Role.MANAGER), seen_by(cases, Role.AGENT)
    assert told(customer) == {**SAID, "needs person": str(cases["waiting"].reseller)}
    assert told(staff) == {**SAID, "needs person": "You"}


def test_who_answers_is_named_to_whoever_only_reads(cases: dict[str, Case]) -> None:
    case = cases["vendor waits"]
    customer, reads = str(case.organization), seen_by(cases, Role.VIEWER)
    assert told(reads) == {
        **SAID,
        "vendor waits": customer,
        "refused": customer,
        "needs person": str(case.reseller),
    }
    assert f"Akamai is waiting for {customer}" in Page(reads.get(f"/cases/{case.reference}/")).text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGER, Role.AGENT])
def test_the_filter_finds_what_the_lines_say(cases: dict[str, Case], role: Role) -> None:
    client = seen_by(cases, role)
    said = told(client)
    words = {
        "us": "You",
        "vendor": "Akamai",
        "nobody": "Nobody",
        "caseport": "Caseport",
        "customer": str(cases["waiting"].organization),
        "settler": str(cases["waiting"].reseller),
    }
    for value, word in words.items():
        wanted = {name for name, next_ in said.items() if next_ == word}
        assert set(told(client, f"next={value}")) == wanted, value
