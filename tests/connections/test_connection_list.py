"""The list of connections tells at a glance how each does, and acts on several."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import AuditEvent, User
from tests.connections.rows import TestVendor
from tests.factories import (
    CredentialFactory,
    CustomerFactory,
    EntitlementFactory,
    PushFactory,
    VendorAccountFactory,
)
from vendors.connections import health, tally
from vendors.connections.connection_list import days_left
from vendors.connections.models import CallTally, Connection
from vendors.http.client import VendorCall
from vendors.http.errors import Busy, Unauthorised, Unreachable
from vendors.vocabulary import Proof

LIST = "admin:connections_connection_changelist"


def listed(client: Client) -> str:
    return unescape(client.get(reverse(LIST)).content.decode())


def act(client: Client, action: str, *chosen: Connection) -> str:
    sent = {"action": action, "_selected_action": [str(each.pk) for each in chosen]}
    return unescape(client.post(reverse(LIST), sent, follow=True).content.decode())


def call(status: int | None) -> VendorCall:
    return VendorCall("read", "GET", "/x", (), status, "answered", 1, 0, 0, "")


def test_it_tells_the_vendor_the_address_and_who_may_file(
    admin: User, client: Client, connection: Connection
) -> None:
    account = VendorAccountFactory.create(connection=connection)
    for name in ("Zephyr Ltd", "Aeolus AG"):
        customer = CustomerFactory.create(name=name, reseller=connection.owner)
        EntitlementFactory.create(account=account, customer=customer)
    page = listed(client)
    assert "Testco Cases<br><small>api.testco.example</small>" in page
    assert "Aeolus AG, Zephyr Ltd" in page


def test_it_tells_what_waits_and_what_needs_somebody_with_the_way_there(
    admin: User, client: Client, connection: Connection
) -> None:
    for state in ("pending", "pending", "uncertain", "refused", "needs_person"):
        PushFactory.create(connection=connection, state=state)
    page = listed(client)
    way = f'<a href="/deliveries/?connection={connection.pk}">3 waiting, 2 need somebody</a>'
    assert way in page


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "over"), (0, "today"), (1, "in 1 day"), (30, "in 30 days")]
)
def test_it_tells_how_long_the_credential_lasts(days: int, words: str) -> None:
    assert days_left(timezone.localdate() + timedelta(days=days)) == words


def test_calls_are_counted_and_those_put_off_apart(
    admin: User, client: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    yesterday = timezone.now() - timedelta(hours=30)
    CallTally.objects.create(connection=connection, hour=yesterday, calls=1000)
    CallTally.objects.create(
        connection=connection, hour=timezone.now() - timedelta(hours=2), calls=1240, put_off=3
    )
    assert "1,240, 3 put off" in listed(client)


@pytest.mark.django_db(transaction=True)
def test_what_a_process_counted_is_added_to_what_others_did(connection: Connection) -> None:
    tally.write()  # what earlier tests called
    note = tally.journal(connection)
    for status in (200, 429, None):
        note(call(status))
    tally.write()
    note(call(200))
    tally.write()
    assert tally.last_hours(connection) == (4, 1)


@pytest.mark.django_db(transaction=True)
def test_the_count_of_a_connection_that_is_gone_is_dropped_and_harms_nobody(
    connection: Connection,
) -> None:
    tally.write()
    gone, kept = tally.journal(Connection()), tally.journal(connection)
    gone(call(200))
    kept(call(200))
    tally.write()
    assert tally.last_hours(connection) == (1, 0)


def test_old_counts_are_forgotten(connection: Connection) -> None:
    for days in (1, 9):
        hour = timezone.now() - timedelta(days=days)
        CallTally.objects.create(connection=connection, hour=hour, calls=1)
    assert tally.forget()
    assert not tally.forget()
    assert CallTally.objects.count() == 1


def test_connections_are_paused_and_resumed_from_the_list_and_that_is_recorded(
    admin: User, client: Client, connection: Connection
) -> None:
    assert "Testco link is paused." in act(client, "pause_selected", connection)
    assert Connection.objects.get(pk=connection.pk).is_paused
    assert "was so already" in act(client, "pause_selected", connection)
    assert "Testco link is resumed." in act(client, "resume_selected", connection)
    assert not Connection.objects.get(pk=connection.pk).is_paused
    found = AuditEvent.objects.filter(action__startswith="connection ").order_by("at")
    assert [each.action for each in found] == ["connection paused", "connection resumed"]


def test_several_are_tested_and_each_says_what_came_of_it(
    admin: User, client: Client, connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["check"] = Proof(proven=("It answers.",))
    bare = Connection.objects.create(
        owner=connection.owner, vendor="gone", label="Old link", base_url=connection.base_url
    )
    page = act(client, "test_selected", connection, bare)
    assert "Testco link works. It answers." in page
    assert "Old link: This installation has no adapter" in page


def test_trouble_of_four_kinds_is_told_apart(
    admin: User, client: Client, connection: Connection
) -> None:
    for label, error, times in (
        ("refused", Unauthorised("Inactive client token"), 1),
        ("away", Unreachable("No answer in 60 s"), health.FAILURES_TO_OPEN),
        ("busy", Busy("Too many requests", retry_after=60), 1),
        ("fine", None, 0),
    ):
        made = Connection.objects.create(
            owner=connection.owner, vendor="test_vendor", label=label, last_ok_at=timezone.now()
        )
        CredentialFactory.create(connection=made)
        for _ in range(times):
            assert error is not None
            health.note_failure(made, error)
    page = listed(client)
    for standing, words in (
        ("failing", "Failing</strong>: Inactive client token"),
        ("failing", "Failing</strong>: No answer in 60 s"),
        ("degraded", "Degraded</strong>: Too many requests"),
        ("healthy", "Healthy</strong>"),
    ):
        assert f'<strong class="standing {standing}">{words}' in page


def test_the_list_opens_no_credential_and_asks_the_same_however_many_there_are(
    admin: User, client: Client, connection: Connection
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(database) as queries:
            listed(client)
        assert not any("ciphertext" in each["sql"] for each in queries)
        return len(queries)

    listed(client)
    one = asked()
    for number in range(4):
        Connection.objects.create(owner=connection.owner, vendor="test_vendor", label=str(number))
    assert asked() <= one + 4 * 2  # what is owed and how many calls, for each
