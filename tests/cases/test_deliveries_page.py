"""Deliveries: every unfinished step a viewer may see, where it stands and why."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Push
from cases.models.push import State
from cases.models.timeline import Audience
from portal.accounts.models import Membership
from tests.cases.read_page import Page
from tests.factories import CaseFactory, EntryFactory, PushFactory


def owed(member: Membership, state: State, **columns: Any) -> Push:
    case = columns.pop("case", None) or CaseFactory(organization=member.organization)
    made: Push = PushFactory(case=case, state=state, **columns)
    return made


def deliveries(client: Client) -> Page:
    return Page(client.get("/deliveries/"))


@pytest.mark.parametrize(
    ("state", "group"),
    [
        (State.PENDING, "waiting"),
        (State.UNCERTAIN, "checking"),
        (State.AWAITING, "checking"),
        (State.NEEDS_PERSON, "needs_person"),
        (State.REFUSED, "refused"),
        (State.PARKED, "parked"),
    ],
)
def test_a_step_stands_in_the_group_of_its_state(
    manager: Membership, client: Client, state: State, group: str
) -> None:
    push = owed(manager, state)
    page = deliveries(client)
    assert page.one("data-push")["data-push"] == str(push.pk)
    assert push.case.subject in page.one("data-group", group).text


def test_what_is_finished_is_not_listed(manager: Membership, client: Client) -> None:
    for state in (State.DONE, State.WITHDRAWN, State.SKIPPED, State.SUPERSEDED):
        owed(manager, state, settled_at=timezone.now())
    assert "Nothing is on its way" in deliveries(client).text


def test_a_step_says_why_it_waits(manager: Membership, client: Client) -> None:
    refused = owed(manager, State.REFUSED, outcome="The subject is too long.")
    owed(manager, State.PENDING, case=refused.case)
    held = owed(manager, State.PENDING)
    held.connection.state = "paused"
    held.connection.save()
    told = deliveries(client).text
    assert "The subject is too long." in told
    assert "Waits for an earlier step of this case that needs a person." in told
    assert "The connection to Akamai is paused." in told


def test_a_line_leads_to_the_entry_on_its_case(manager: Membership, client: Client) -> None:
    case = CaseFactory(organization=manager.organization)
    entry = EntryFactory(case=case)
    owed(manager, State.PENDING, case=case, entry=entry)
    links = [link.attributes.get("href") for link in deliveries(client).tagged("a")]
    assert f"/cases/{case.reference}/#entry-{entry.pk}" in links


def test_steps_of_others_are_not_listed(manager: Membership, client: Client) -> None:
    PushFactory(case=CaseFactory(), state=State.REFUSED)
    case = CaseFactory(organization=manager.organization)
    hidden = EntryFactory(case=case, audience=Audience.INTERNAL, author_organization=case.reseller)
    owed(manager, State.PENDING, case=case, entry=hidden)
    assert not deliveries(client).all("data-push")


def test_deliveries_cost_the_same_queries_for_one_and_for_many(
    manager: Membership, client: Client, django_assert_max_num_queries: Any
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(9) as asked:  # one of them PostgreSQL's clock
            client.get("/deliveries/")
        return len(asked)

    owed(manager, State.PENDING)
    client.get("/deliveries/")
    one = queries()
    for state in (State.PENDING, State.REFUSED, State.UNCERTAIN, State.NEEDS_PERSON) * 5:
        owed(manager, state)
    assert queries() == one


def test_a_doubtful_step_says_when_we_look_next(manager: Membership, client: Client) -> None:
    owed(manager, State.UNCERTAIN, not_before=timezone.now() + timedelta(minutes=4, seconds=10))
    assert "next look in 4 min" in deliveries(client).one("data-push").text


def test_steps_of_one_cause_are_told_it_once(manager: Membership, client: Client) -> None:
    connection = owed(manager, State.UNCERTAIN).connection
    for _ in range(2):
        owed(manager, State.UNCERTAIN, connection=connection)
    page = deliveries(client)
    assert len(page.all("data-push")) == 3
    assert page.text.count("Akamai did not confirm.") == 1
