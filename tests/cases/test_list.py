"""The case list: whose cases, which of them, and what a line tells."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from cases.models import Case
from cases.models.push import State
from cases.views.filters import Filters
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.factories import (
    CaseFactory,
    CaseReferenceFactory,
    ConnectionFactory,
    CustomerFactory,
    EntitlementFactory,
    MembershipFactory,
    PushFactory,
    ResellerFactory,
)
from vendors.vocabulary import NextAction, Status

HTMX = {"HX-Request": "true"}


@pytest.fixture
def agent(db: None, client: Client) -> Membership:
    """A signed-in agent of a reseller with two customers."""
    membership = MembershipFactory(organization=ResellerFactory(), role=Role.AGENT)
    CustomerFactory.create_batch(2, reseller=membership.organization)
    client.force_login(membership.user)
    return membership


def case_for(member: Membership, **columns: Any) -> Case:
    own = member.organization
    customer = columns.pop("customer", None) or (own.customers.first() if own.is_reseller else own)
    made: Case = CaseFactory(organization=customer, **columns)
    return made


def rows(client: Client, query: str = "") -> list[str]:
    """The references the list shows, in order."""
    return [row["data-row"] for row in Page(client.get(f"/cases/?{query}")).all("data-row")]


def test_a_line_tells_what_to_do_where_it_stands_and_every_number(
    manager: Membership, client: Client
) -> None:
    case = case_for(
        manager,
        subject="Checkout answers 503",
        vendor_id="F-CS-1203600",
        vendor_status="Waiting on Customer",
        status=Status.WAITING,
        vendor_severity="1 - Critical",
        severity_rank=1,
        next_action=NextAction.US,
    )
    line = Page(client.get("/cases/")).one("data-row", case.reference).text
    told = ("You", "Checkout answers 503", case.reference, "F-CS-1203600", "1 - Critical")
    assert all(words in line for words in (*told, "Waiting on Customer", "With Akamai"))


def test_a_status_nobody_translated_is_shown_as_the_vendor_wrote_it(
    manager: Membership, client: Client
) -> None:
    case = case_for(manager, vendor_status="Pending <L3>", status=Status.UNKNOWN)
    page = client.get("/cases/")
    assert "Pending <L3>" in Page(page).one("data-row", case.reference).text
    assert b"Pending <L3>" not in page.content


def test_the_customer_is_a_column_only_for_who_has_several(
    agent: Membership, client: Client
) -> None:
    case = case_for(agent)
    page = Page(client.get("/cases/"))
    assert "Customer" in [head.text for head in page.tagged("th")]
    assert str(case.organization) in page.one("data-row", case.reference).text
    scoped = Page(client.get(f"/for/{case.organization.slug}/cases/"))  # type: ignore[union-attr]  # the factory gives it one
    assert "Customer" not in [head.text for head in scoped.tagged("th")]


def test_a_requester_sees_own_cases_and_those_they_are_the_contact_of(
    db: None, client: Client
) -> None:
    casey = MembershipFactory(role=Role.REQUESTER)
    client.force_login(casey.user)
    own = case_for(casey, filed_by=casey.user)
    contact = case_for(casey, contact_user=casey.user)
    case_for(casey)
    assert set(rows(client)) == {own.reference, contact.reference}


def test_the_last_changed_case_comes_first(manager: Membership, client: Client) -> None:
    now = timezone.now()
    old = case_for(manager, updated_at=now - timedelta(days=2))
    new = case_for(manager, updated_at=now)
    assert rows(client) == [new.reference, old.reference]


def test_closed_cases_are_shown_when_asked_for(manager: Membership, client: Client) -> None:
    opened, closed = case_for(manager), case_for(manager, status=Status.CLOSED)
    assert rows(client) == [opened.reference]
    assert rows(client, "status=closed") == [closed.reference]
    assert set(rows(client, "status=any")) == {opened.reference, closed.reference}


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("next=us", {"next_action": NextAction.US}),
        ("severity=1", {"severity_rank": 1}),
        ("severity=none", {"severity_rank": None}),
        ("status=solved", {"status": Status.SOLVED}),
        ("q=gateway", {"subject": "The Gateway is slow"}),
    ],
)
def test_a_filter_leaves_the_cases_that_meet_it(
    manager: Membership, client: Client, query: str, columns: dict[str, Any]
) -> None:
    plain = {"severity_rank": 3, "next_action": NextAction.VENDOR, "status": Status.OPEN}
    wanted = case_for(manager, **{**plain, **columns})
    case_for(manager, **plain)
    assert rows(client, query) == [wanted.reference]


def test_staff_filter_by_customer_and_by_nobody_yet(agent: Membership, client: Client) -> None:
    first, second = agent.organization.customers.all()
    ours, theirs = case_for(agent, customer=first), case_for(agent, customer=second)
    nobodys = case_for(agent)
    Case.everything.filter(pk=nobodys.pk).update(organization=None)
    assert rows(client, f"customer={first.slug}") == [ours.reference]
    assert rows(client, f"customer={second.slug}") == [theirs.reference]
    assert rows(client, "customer=-") == [nobodys.reference]


@pytest.mark.parametrize(
    ("query", "state"),
    [
        ("delivery=waiting", State.PENDING),
        ("delivery=failed", State.REFUSED),
        ("delivery=needs_person", State.NEEDS_PERSON),
        ("delivery=unconfirmed", State.UNCERTAIN),
    ],
)
def test_the_delivery_filter_asks_for_unfinished_steps(
    manager: Membership, client: Client, query: str, state: State
) -> None:
    wanted, delivered = case_for(manager), case_for(manager)
    PushFactory(case=wanted, state=state)
    PushFactory(case=delivered, state=State.DONE, settled_at=timezone.now())
    assert rows(client, query) == [wanted.reference]
    assert rows(client, "delivery=unsent") == [wanted.reference]


def test_a_line_tells_the_most_urgent_of_several_steps(manager: Membership, client: Client) -> None:
    case = case_for(manager)
    PushFactory(case=case, state=State.PENDING)
    PushFactory(case=case, state=State.REFUSED)
    assert Page(client.get("/cases/")).one("data-row")["data-delivery"] == "failed"


def test_an_unknown_filter_value_counts_as_not_given(manager: Membership, client: Client) -> None:
    case = case_for(manager)
    query = "vendor=nobody&customer=../x&severity=9&status=open%27&delivery=x&next=them"
    assert rows(client, query) == [case.reference]


def test_conditions_survive_the_address() -> None:
    filters = Filters.read(QueryDict("q=a+b&severity=2&status=any"), (), ())
    assert Filters.read(QueryDict(filters.query()), (), ()) == filters
    assert Filters.read(QueryDict(filters.query(severity="")), (), ()).severity == ""


def test_each_condition_in_use_can_be_taken_away_alone(manager: Membership, client: Client) -> None:
    case_for(manager)
    page = Page(client.get("/cases/?severity=2&next=us"))
    chips = {chip["href"] for chip in page.all("class", "chip")}
    assert chips == {"?severity=2", "?next=us"}


def test_a_whole_reference_leads_straight_to_its_case(manager: Membership, client: Client) -> None:
    case = case_for(manager)
    CaseReferenceFactory(case=case, kind="customer", value="NW 22/31")
    address = f"/cases/{case.reference}/"
    assert client.get(f"/cases/?q={case.reference.lower()}")["Location"] == address
    assert client.get("/cases/", {"q": "nw 22/31"})["Location"] == address
    asked = client.get("/cases/", {"q": case.reference}, headers=HTMX)
    assert asked["HX-Redirect"] == address


def test_somebody_elses_reference_is_not_found(manager: Membership, client: Client) -> None:
    other = CaseFactory()
    page = client.get(f"/cases/?q={other.reference}")
    assert page.status_code == 200
    assert "Nothing matches" in Page(page).text


def test_htmx_gets_the_results_alone_and_going_back_the_whole_page(
    manager: Membership, client: Client
) -> None:
    part = client.get("/cases/", headers=HTMX)
    assert b"<html" not in part.content
    assert part.content.strip().startswith(b'<div id="results">')
    assert "HX-Request" in part["Vary"]
    back = client.get("/cases/", headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert b"<html" in back.content


def test_an_empty_list_says_why(manager: Membership, client: Client) -> None:
    assert "No open cases" in Page(client.get("/cases/")).text
    assert "Nothing matches" in Page(client.get("/cases/?severity=1")).text


def test_the_list_tells_when_its_vendor_was_last_read_and_what_is_in_the_way(
    manager: Membership, client: Client
) -> None:
    entitlement = EntitlementFactory(customer=manager.organization)
    connection = entitlement.account.connection
    ConnectionFactory(owner=connection.owner, synced_at=None, state="paused")  # not ours to see
    connection.synced_at = timezone.now() - timedelta(minutes=4)
    connection.save()
    assert "Akamai 4 min ago" in Page(client.get("/cases/")).text
    connection.refused_at = timezone.now()
    connection.save()
    assert "refused our credential" in client.get("/cases/").content.decode()


def test_a_list_costs_the_same_queries_for_one_case_and_for_a_full_page(
    agent: Membership, client: Client, django_assert_max_num_queries: Any
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(12) as asked:
            assert client.get("/cases/").status_code == 200
        return len(asked)

    customer = agent.organization.customers.first()
    PushFactory(case=case_for(agent))
    client.get("/cases/")  # the first page of a session writes its stamps
    one = queries()
    for case in CaseFactory.create_batch(30, organization=customer):
        PushFactory(case=case)
    assert queries() == one


def test_a_narrow_page_leads_to_the_lists_own_search_box(
    client: Client, manager: Membership
) -> None:
    link = Page(client.get("/")).one("class", "finder-link")
    assert link["aria-label"] == "Search cases"
    page = Page(client.get(link["href"]))
    assert "open" in page.one("class", "filters fold").attributes
    assert "autofocus" in page.one("id", "q").attributes
    plain = Page(client.get("/cases/"))
    assert "open" not in plain.one("class", "filters fold").attributes
