"""Home: what waits for me, what is moving, what failed, what I began."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Push
from cases.models.push import State
from portal.accounts.models import Membership, User
from portal.accounts.roles import Role
from tests.cases.filing_desk import browser, shown
from tests.cases.read_page import Page
from tests.factories import (
    CaseFactory,
    CustomerFactory,
    DraftFactory,
    MembershipFactory,
    PushFactory,
    ResellerFactory,
)
from tests.world import World
from vendors.vocabulary import Kind, NextAction, Status


def home(client: Client) -> Page:
    return Page(client.get("/"))


def panel(page: Page, name: str) -> str:
    return page.one("aria-labelledby", f"{name}-title").text


def test_a_case_whose_vendor_waits_for_me_comes_first(manager: Membership, client: Client) -> None:
    waits = CaseFactory(organization=manager.organization, next_action=NextAction.US)
    other = CaseFactory(organization=manager.organization)
    page = home(client)
    assert waits.subject in panel(page, "waiting")
    assert other.subject not in panel(page, "waiting")
    assert other.subject in panel(page, "recent")
    assert page.tagged("h1")[0].text == "What needs you"


def test_nothing_waits_for_who_only_reads(db: None, client: Client) -> None:
    membership = MembershipFactory(role=Role.VIEWER)
    client.force_login(membership.user)
    case = CaseFactory(organization=membership.organization, next_action=NextAction.US)
    page = home(client)
    assert page.tagged("h1")[0].text == "Nothing needs you right now"
    assert case.subject not in panel(page, "waiting")
    assert case.subject in panel(page, "recent")


def test_a_closed_case_waits_for_nobody(manager: Membership, client: Client) -> None:
    CaseFactory(organization=manager.organization, next_action=NextAction.US, status=Status.CLOSED)
    page = home(client)
    assert not page.all("data-row")
    assert page.tagged("h1")[0].text == "Nothing needs you right now"


def test_steps_that_stopped_and_steps_on_their_way_stand_apart(
    manager: Membership, client: Client
) -> None:
    case = CaseFactory(organization=manager.organization)
    stopped = PushFactory(case=case, state=State.REFUSED, outcome="It is too long.")
    moving = PushFactory(case=CaseFactory(organization=manager.organization), state=State.UNCERTAIN)
    PushFactory(case=case, state=State.DONE, settled_at=timezone.now())
    page = home(client)
    assert [line["data-push"] for line in page.all("data-push")] == [
        str(stopped.pk),
        str(moving.pk),
    ]
    assert "It is too long." in panel(page, "stopped")
    assert "Sent, not yet confirmed" in panel(page, "moving")


def test_a_step_behind_another_is_promised_no_time(manager: Membership, client: Client) -> None:
    case = CaseFactory(organization=manager.organization)
    PushFactory(case=case, state=State.UNCERTAIN, position=1, kind=Kind.NOTE)
    PushFactory(case=case, position=2, not_before=timezone.now() + timedelta(minutes=5))
    moving = panel(home(client), "moving")
    assert "Waits for the note before it" in moving
    assert "next look" in moving
    assert "next try" not in moving


def test_drafts_are_my_own(manager: Membership, client: Client) -> None:
    mine = DraftFactory(
        owner=manager.user, customer=manager.organization, answers={"subject": "Slow start"}
    )
    DraftFactory(customer=manager.organization, answers={"subject": "Somebody else's"})
    told = panel(home(client), "drafts")
    assert mine.subject in told
    assert "Somebody else's" not in told


def test_who_may_not_file_is_offered_no_new_case(db: None, client: Client) -> None:
    client.force_login(MembershipFactory(role=Role.VIEWER).user)
    page = home(client)
    addresses = [link.attributes.get("href") for link in page.tagged("a")]
    assert "/cases/new/" not in addresses
    assert not page.all("id", "drafts-title")


def test_staff_may_act_for_one_customer_and_see_it_on_every_page(db: None, client: Client) -> None:
    agent = MembershipFactory(organization=ResellerFactory(), role=Role.AGENT)
    customer = CustomerFactory(reseller=agent.organization)
    CustomerFactory()
    client.force_login(agent.user)
    page = home(client)
    inside = f"/for/{customer.slug}/"
    assert [a["href"] for a in page.tagged("a") if "/for/" in a["href"]] == [inside]
    scoped = Page(client.get(inside))
    assert f"Acting for {customer.name}" in scoped.one("class", "acting").text
    assert customer.name in scoped.tagged("title")[0].text
    assert scoped.one("class", "acting")
    assert "/" in [link.attributes.get("href") for link in scoped.tagged("a")]


def test_home_costs_the_same_queries_for_one_and_for_many(
    manager: Membership, client: Client, django_assert_max_num_queries: Any
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(11) as asked:
            client.get("/")
        return len(asked)

    def add() -> None:
        waits = CaseFactory(organization=manager.organization, next_action=NextAction.US)
        PushFactory(case=waits, state=State.REFUSED)
        PushFactory(case=CaseFactory(organization=manager.organization))
        DraftFactory(owner=manager.user, customer=manager.organization)

    add()
    client.get("/")
    one = queries()
    for _ in range(5):
        add()
    assert queries() == one


def test_home_asks_at_most_twelve_times_for_staff_with_everything_on_it(
    db: None, client: Client, django_assert_max_num_queries: Any
) -> None:
    agent = MembershipFactory(organization=ResellerFactory(), role=Role.AGENT)
    customer = CustomerFactory(reseller=agent.organization)
    for action in (NextAction.US, NextAction.VENDOR):
        case = CaseFactory(organization=customer, next_action=action)
        PushFactory(case=case, state=State.REFUSED)
        PushFactory(case=CaseFactory(organization=customer, next_action=action))
    DraftFactory(owner=agent.user, customer=customer)
    client.force_login(agent.user)
    client.get("/")
    with django_assert_max_num_queries(12):
        client.get("/")


@pytest.mark.parametrize("state", [State.NEEDS_PERSON, State.PARKED])
def test_what_waits_for_staff_needs_them_and_not_their_customer(
    manager: Membership, client: Client, state: State
) -> None:
    case = CaseFactory(organization=manager.organization)
    PushFactory(case=case, state=state)
    page = home(client)
    assert page.tagged("h1")[0].text == "Nothing needs you right now"
    assert case.subject in panel(page, "stopped")
    client.force_login(MembershipFactory(organization=case.reseller, role=Role.AGENT).user)
    assert home(client).tagged("h1")[0].text == "What needs you"


def test_each_panel_shows_the_longest_waiting_steps_of_its_own(
    manager: Membership, client: Client
) -> None:
    for state in (State.REFUSED, State.UNCERTAIN) * 8:
        PushFactory(case=CaseFactory(organization=manager.organization), state=state)
    page = home(client)
    for name, state in (("stopped", State.REFUSED), ("moving", State.UNCERTAIN)):
        card = page.one("aria-labelledby", f"{name}-title")
        oldest = Push.everything.filter(state=state).order_by("waiting_since")
        assert [push.case.subject in card.text for push in oldest] == [True] * 6 + [False] * 2


def test_a_case_with_a_step_that_stopped_is_told_once(manager: Membership, client: Client) -> None:
    case = CaseFactory(organization=manager.organization, vendor_id=None)
    PushFactory(case=case, kind=Kind.CREATE, state=State.NEEDS_PERSON)
    page = home(client)
    assert case.subject in panel(page, "stopped")
    assert not page.all("data-row")


def test_who_belongs_nowhere_is_told_so_and_whom_to_ask(world: World) -> None:
    casey = world.people["casey"]
    casey.memberships.all().delete()
    page = shown(browser(casey).get("/"))
    assert "You belong to no organisation" in page
    assert f"invite {casey.email} again" in page
    assert "Nothing needs you right now" not in page


def test_the_operator_is_led_to_the_administration(world: World) -> None:
    operator = User.objects.create_superuser("operator@x.example", "x")
    page = shown(browser(operator).get("/"))
    assert "You belong to no organisation" in page
    assert 'href="/admin/"' in page
