"""The desk tells every standing apart, counts by cause and connection, and shows them all."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Push
from cases.models.push import State
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.factories import (
    AttachmentFactory,
    CaseFactory,
    ConnectionFactory,
    CredentialFactory,
    CustomerFactory,
    MembershipFactory,
    PushFactory,
)
from vendors.connections.models import Connection
from vendors.vocabulary import Kind

LONG_AGO = timedelta(hours=1)
TOKEN = "6f0d0e9c-7d0c-4f39-9b5b-5a1f4a8f0d11"


@pytest.fixture
def staff(db: None, client: Client) -> Membership:
    """A signed-in agent of the reseller whose connection carries everything."""
    customer = CustomerFactory()
    membership = MembershipFactory(
        organization=customer.reseller, role=Role.AGENT, user__time_zone="Europe/Berlin"
    )
    client.force_login(membership.user)
    return membership


@pytest.fixture
def connection(staff: Membership) -> Connection:
    made: Connection = ConnectionFactory(owner=staff.organization, label="Akamai EU")
    return made


def owed(connection: Connection, state: State = State.PENDING, **columns: Any) -> Push:
    """A step of a case of its own through this connection, unless a case is given."""
    customer = connection.owner.customers.get()
    case = columns.pop("case", None) or CaseFactory(organization=customer, connection=connection)
    made: Push = PushFactory(case=case, state=state, **columns)
    return made


def desk(client: Client, query: str = "") -> Page:
    return Page(client.get(f"/deliveries/{query}"))


def headings(page: Page) -> list[str]:
    return [group["data-group"] for group in page.all("data-group")]


def test_seven_standings_are_told_apart(connection: Connection, client: Client) -> None:
    now = timezone.now()
    for state in (State.NEEDS_PERSON, State.REFUSED, State.PARKED, State.UNCERTAIN, State.PENDING):
        owed(connection, state)
    owed(connection, State.SENDING, token=TOKEN, lease_until=now)
    Connection.objects.update(served_at=timezone.now())
    other = ConnectionFactory(owner=connection.owner, served_at=timezone.now() - LONG_AGO)
    owed(other, not_before=now - LONG_AGO)
    expected = ["needs_person", "refused", "parked", "stalled", "checking", "sending", "waiting"]
    assert headings(desk(client)) == expected


def test_a_refused_credential_is_one_line_with_its_count_connection_and_time(
    connection: Connection, client: Client
) -> None:
    now = timezone.now()
    for outcome in ("", "", "Akamai refused our credential; it waits for a good one."):
        owed(connection, outcome=outcome)
    Connection.objects.update(refused_at=now)
    (cause,) = desk(client).all("data-cause")
    assert re.search(
        r"3 × Credential refused · Akamai EU \(Akamai\) · since \d\d:\d\d CES?T", cause.text
    )


def test_a_customer_reads_the_vendors_name_and_not_the_connections(
    connection: Connection, client: Client
) -> None:
    for _ in range(2):
        owed(connection)
    customer = connection.owner.customers.get()
    client.force_login(MembershipFactory(organization=customer, role=Role.MANAGER).user)
    page = desk(client)
    assert "2 × " in page.one("data-cause").text
    assert "· Akamai ·" in page.one("data-cause").text
    assert "Akamai EU" not in page.text


def test_the_same_reason_at_two_connections_is_told_of_each(
    connection: Connection, client: Client
) -> None:
    other = ConnectionFactory(owner=connection.owner, label="Akamai US")
    for each in (connection, connection, connection, other, other):
        owed(each, State.REFUSED, outcome="The account is locked.")
    told = [cause.text for cause in desk(client).all("data-cause")]
    assert [t.partition(" ×")[0] for t in told] == ["3", "2"]
    assert "Akamai EU" in told[0]
    assert "Akamai US" in told[1]


def test_counts_are_those_of_all_steps_and_not_of_the_lines_shown(
    connection: Connection, client: Client
) -> None:
    for _ in range(63):
        owed(connection, State.REFUSED, outcome="Too long.")
    page = desk(client)
    assert "Refused 63" in page.one("data-group", "refused").text
    assert "63 × Too long." in page.one("data-cause").text
    assert len(page.all("data-push")) == 5
    assert [a.text for a in page.tagged("a") if "?cause=" in a["href"]] == ["Show all 63"]


def test_the_pages_of_a_cause_show_each_of_its_steps_once_the_longest_waiting_first(
    connection: Connection, client: Client
) -> None:
    now = timezone.now()
    for minutes in range(60):
        since = now - timedelta(minutes=minutes // 3)  # three at the same moment
        owed(connection, State.REFUSED, outcome="Too long.", waiting_since=since)
    owed(connection, State.REFUSED, outcome="Another reason.")
    (more,) = (a for a in desk(client).tagged("a") if a.text == "Show these 60")
    seen: list[str] = []
    query: str | None = more["href"].removeprefix("/deliveries/")
    while query is not None:
        page = desk(client, query)
        seen += [line["data-push"] for line in page.all("data-push")]
        query = next((a["href"] for a in page.all("rel", "next")), None)
    pushes = Push.everything.filter(outcome="Too long.").order_by("waiting_since", "pk")
    assert seen == [str(push.pk) for push in pushes]


def test_the_address_names_state_and_connection(connection: Connection, client: Client) -> None:
    other = ConnectionFactory(owner=connection.owner)
    mine, refused, theirs = owed(connection), owed(connection, State.REFUSED), owed(other)
    shown = {
        f"?connection={connection.pk}": {mine, refused},
        f"?connection={other.pk}": {theirs},
        "?state=waiting": {mine, theirs},
        f"?state=waiting&connection={connection.pk}": {mine},
        f"?state=refused&connection={other.pk}": set(),
        "?state=nonsense&connection=nonsense&cause=nonsense": {mine, refused, theirs},
    }
    for query, expected in shown.items():
        found = {line["data-push"] for line in desk(client, query).all("data-push")}
        assert found == {str(push.pk) for push in expected}, query


def test_what_is_asked_for_stays_chosen(connection: Connection, client: Client) -> None:
    owed(connection)
    page = desk(client, f"?state=waiting&connection={connection.pk}")
    chosen = {each["value"] for each in page.all("selected")}
    assert chosen == {"waiting", str(connection.pk)}


def test_a_failed_step_tells_how_many_wait_behind_it(
    connection: Connection, client: Client
) -> None:
    stopped = owed(connection, State.REFUSED, position=1, kind=Kind.FILE)
    for position in (2, 3):
        owed(connection, case=stopped.case, position=position)
    page = desk(client)
    assert "2 steps wait behind this one" in page.one("data-push", str(stopped.pk)).text
    places = [line.text for line in page.all("data-push")]
    assert any("Waits for the file before it" in text for text in places)
    assert any("Waits for the note before it and 1 step before that" in text for text in places)


@pytest.mark.parametrize(
    ("state", "columns"),
    [
        (State.PENDING, {"not_before": LONG_AGO}),
        (State.UNCERTAIN, {"not_before": LONG_AGO}),
        (State.AWAITING, {"not_before": LONG_AGO}),
        (State.SENDING, {"lease_until": LONG_AGO}),
        (State.CHECKING, {"lease_until": LONG_AGO}),
    ],
)
def test_a_step_that_should_have_moved_is_stalled(
    connection: Connection, client: Client, state: State, columns: dict[str, timedelta]
) -> None:
    now = timezone.now()
    times: dict[str, Any] = {name: now - ago for name, ago in columns.items()}
    times |= {"token": TOKEN} if "lease_until" in times else {}
    owed(connection, state, **times)
    Connection.objects.update(served_at=now - LONG_AGO)
    page = desk(client)
    assert headings(page) == ["stalled"]
    assert "Is a worker running?" in page.text


@pytest.mark.parametrize(
    "opened",
    [
        {"state": "paused"},
        {"state_since": timedelta()},
        {"tested_at": timedelta()},
        {"served_at": timedelta()},
        {"refused_at": LONG_AGO},
        {"outage_until": -LONG_AGO},
        {"outage_until": timedelta(minutes=1)},
        {"busy_until": -LONG_AGO},
        {"last_error_at": timedelta(minutes=2)},
    ],
    ids=repr,
)
def test_what_waits_for_its_connection_or_just_got_it_is_not_stalled(
    connection: Connection, client: Client, opened: dict[str, Any]
) -> None:
    now = timezone.now()
    owed(connection, not_before=now - LONG_AGO)
    Connection.objects.update(served_at=now - LONG_AGO)
    assert headings(desk(client)) == ["stalled"]
    told = {
        name: now - value if isinstance(value, timedelta) else value
        for name, value in opened.items()
    }
    Connection.objects.update(**told)
    assert headings(desk(client)) == ["waiting"]


def test_what_waits_for_a_step_a_scan_a_time_or_a_busy_worker_is_not_stalled(
    connection: Connection, client: Client
) -> None:
    now = timezone.now()
    old: Any = {"not_before": now - LONG_AGO}
    stopped = owed(connection, State.REFUSED, position=1)
    owed(connection, case=stopped.case, position=2, **old)
    file = AttachmentFactory(case=stopped.case, scan="waiting")
    owed(connection, kind=Kind.FILE, attachment=file, **old)
    owed(connection, not_before=now + LONG_AGO)
    Connection.objects.update(served_at=now - LONG_AGO)
    assert "stalled" not in headings(desk(client))
    owed(connection, **old)
    assert "stalled" in headings(desk(client))
    owed(connection, State.SENDING, token=TOKEN, lease_until=now + LONG_AGO)
    assert "stalled" not in headings(desk(client))


def test_a_credential_just_given_makes_nothing_stalled(
    connection: Connection, client: Client
) -> None:
    now = timezone.now()
    owed(connection, not_before=now - LONG_AGO)
    Connection.objects.update(served_at=now - LONG_AGO)
    credential = CredentialFactory(connection=connection, set_at=now - LONG_AGO)
    assert headings(desk(client)) == ["stalled"]
    credential.set_at = now
    credential.save()
    assert headings(desk(client)) == ["waiting"]


def test_a_step_that_is_tried_again_says_so_until_its_vendor_confirms(
    connection: Connection, client: Client
) -> None:
    owed(connection)
    first = desk(client).one("data-delivery", "waiting").text
    assert "Waiting to send" in first
    Push.everything.update(attempts=1)
    again = desk(client).one("data-delivery", "waiting")
    assert "Waiting to be sent again" in again.text
    page = client.get("/deliveries/").content.decode()
    assert 'class="badge badge-wait"' in page


def test_the_desk_costs_the_same_queries_for_one_and_for_many(
    connection: Connection, client: Client, django_assert_max_num_queries: Any
) -> None:
    def queries(query: str) -> int:
        with django_assert_max_num_queries(10) as asked:  # one of them PostgreSQL's clock
            client.get(f"/deliveries/{query}")
        return len(asked)

    owed(connection)
    client.get("/deliveries/")
    pages = ("", "?state=waiting")
    one = [queries(page) for page in pages]
    for state in (State.PENDING, State.REFUSED, State.UNCERTAIN, State.NEEDS_PERSON) * 9:
        owed(ConnectionFactory(owner=connection.owner), state, outcome=str(state))
    assert [queries(page) for page in pages] == one
