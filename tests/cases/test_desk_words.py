"""How desk and case say it: why a step stands so, what it waits behind, who sees to it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Push
from cases.models.push import UNFINISHED, State
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.factories import (
    CaseFactory,
    ConnectionFactory,
    EntryFactory,
    MembershipFactory,
    PushFactory,
)
from vendors.connections.models import Connection
from vendors.vocabulary import Kind

HELD = {"token": "6f0d0e9c-7d0c-4f39-9b5b-5a1f4a8f0d11"}


@pytest.fixture
def connection(manager: Membership) -> Connection:
    made: Connection = ConnectionFactory(owner=manager.organization.reseller)
    return made


def owed(connection: Connection, state: State = State.PENDING, **columns: Any) -> Push:
    customer = connection.owner.customers.get()
    case = columns.pop("case", None) or CaseFactory(organization=customer, connection=connection)
    if state in {State.SENDING, State.CHECKING}:
        columns |= HELD | {"lease_until": timezone.now() + timedelta(minutes=1)}
    made: Push = PushFactory(case=case, state=state, **columns)
    return made


def desk(client: Client, query: str = "") -> Page:
    return Page(client.get(f"/deliveries/{query}"))


@pytest.mark.parametrize("state", UNFINISHED)
def test_every_state_has_a_cause_in_words(
    connection: Connection, client: Client, state: State
) -> None:
    for _ in range(2):
        owed(connection, state)
    cause = desk(client).one("data-cause")
    assert len(cause.text.partition("2 ×")[2].partition("·")[0].split()) > 3


def test_steps_that_only_wait_for_another_are_counted_apart(
    connection: Connection, client: Client
) -> None:
    case = owed(connection, position=1).case
    for position in (2, 3):
        owed(connection, case=case, position=position)
    owed(connection)
    Connection.objects.update(busy_until=timezone.now() + timedelta(minutes=5))
    cause = desk(client).one("data-cause").text
    assert "4 × Asked to wait" in cause
    assert "2 of them wait only for another step of their case to go first." in cause


def test_steps_of_several_cases_wait_for_no_other(connection: Connection, client: Client) -> None:
    for _ in range(3):
        owed(connection)
    assert "of them" not in desk(client).one("data-cause").text


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (Kind.CREATE, "Waits for the case to be filed"),
        (Kind.NOTE, "Waits for the note before it"),
        (Kind.FILE, "Waits for the file before it"),
        (Kind.CLOSE, "Waits for the close request before it"),
    ],
)
def test_a_step_says_what_it_waits_behind(
    connection: Connection, client: Client, before: Kind, words: str
) -> None:
    first = owed(connection, State.UNCERTAIN, position=1, kind=before)
    second = owed(connection, case=first.case, position=2)
    assert words in desk(client).one("data-push", str(second.pk)).text


def test_what_its_vendor_still_works_on_holds_back_a_close_request_alone(
    connection: Connection, client: Client
) -> None:
    file = owed(connection, State.AWAITING, position=1, kind=Kind.FILE)
    note = owed(connection, case=file.case, position=2, kind=Kind.NOTE)
    assert "Waits for the" not in desk(client).one("data-push", str(note.pk)).text
    Push.everything.filter(pk=note.pk).update(kind=Kind.CLOSE)
    assert "Waits for the file before it" in desk(client).one("data-push", str(note.pk)).text


def test_one_card_has_one_way_to_all_its_steps_and_one_to_each_cause(
    connection: Connection, client: Client
) -> None:
    def ways() -> list[str]:
        return [a.text for a in desk(client).tagged("a") if a.text.startswith("Show")]

    for _ in range(9):
        owed(connection, State.REFUSED, outcome="Too long.")
    assert ways() == ["Show all 9"]
    for _ in range(7):
        owed(connection, State.REFUSED, outcome="Not now.")
    assert ways() == ["Show all 16 : Refused", "Show these 9", "Show these 7"]


@pytest.mark.parametrize(
    ("state", "to_staff", "to_customer"),
    [
        (State.NEEDS_PERSON, "say what you saw", "Nothing is asked of you."),
        (State.PARKED, "until somebody lets it go on", "Nothing is asked of you."),
        (State.REFUSED, "mend it and send it again", "mend it and send it again"),
    ],
)
def test_a_heading_says_what_is_to_be_done_and_by_whom(
    connection: Connection, client: Client, state: State, to_staff: str, to_customer: str
) -> None:
    owed(connection, state)
    assert to_customer in desk(client).one("data-group").text
    client.force_login(MembershipFactory(organization=connection.owner, role=Role.AGENT).user)
    assert to_staff in desk(client).one("data-group").text


def test_what_waits_for_another_step_is_not_said_to_wait_for_the_vendor_too(
    connection: Connection, client: Client
) -> None:
    first = owed(connection, State.UNCERTAIN, position=1)
    owed(connection, case=first.case, position=2)
    Connection.objects.update(busy_until=timezone.now() + timedelta(minutes=5))
    moving = Page(client.get("/")).one("aria-labelledby", "moving-title").text
    assert "Waits for the case to be filed" in moving or "Waits for the note before it" in moving
    assert "asked us to wait" not in moving


def test_a_customers_case_says_who_looks_after_a_doubtful_or_a_held_step(
    connection: Connection, client: Client
) -> None:
    told = {
        State.NEEDS_PERSON: "waits for {} to look at Akamai",
        State.PARKED: "Somebody of {} will see to it and let it go on; nothing is asked of you.",
    }
    for state, words in told.items():
        customer = connection.owner.customers.get()
        case = CaseFactory(organization=customer, connection=connection, vendor_id=f"F-{state}")
        owed(connection, state, case=case, entry=EntryFactory(case=case), kind=Kind.NOTE)
        page = Page(client.get(f"/cases/{case.reference}/")).text
        assert words.format(connection.owner.name) in page
