"""What a vendor changes in its forms and words is noticed, told once, and stops nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Notification, User
from tests.connections.rows import TestVendor
from vendors.connections import drift, gateway, metadata
from vendors.connections.models import CatalogueEntry, Connection, Drift

BEFORE: dict[str, Any] = {
    "categories": [
        {"type": "Technical", "displayName": "Technical issue"},
        {"type": "Billing", "displayName": "Invoices"},
    ],
    "subject": {"fieldType": "text", "maxLength": 255},
}


def changed(**members: Any) -> dict[str, Any]:
    return {**BEFORE, **members}


def seen(connection: Connection) -> set[tuple[str, str, str, str]]:
    rows = Drift.objects.filter(connection=connection)
    return set(rows.values_list("what", "place", "was", "now"))


def category(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "displayName": name}


def test_the_same_answer_in_another_order_is_no_change(connection: Connection) -> None:
    turned = changed(categories=list(reversed(BEFORE["categories"])))
    assert drift.note_answer(connection, BEFORE, turned) == 0
    assert not seen(connection)


@pytest.mark.parametrize(
    ("after", "rows"),
    [
        pytest.param(
            changed(categories=[*BEFORE["categories"], category("Sales", "Sales")]),
            {
                ("new", "categories › Sales › type", "", "Sales"),
                ("new", "categories › Sales › displayName", "", "Sales"),
            },
            id="a new category",
        ),
        pytest.param(
            changed(categories=BEFORE["categories"][:1]),
            {
                ("gone", "categories › Billing › type", "Billing", ""),
                ("gone", "categories › Billing › displayName", "Invoices", ""),
            },
            id="a category that vanished",
        ),
        pytest.param(
            changed(subject={"fieldType": "text", "maxLength": 400}),
            {("changed", "subject › maxLength", "255", "400")},
            id="a longer limit",
        ),
        pytest.param(
            changed(subject={"fieldType": "hologram", "maxLength": 255}),
            {("changed", "subject › fieldType", "text", "hologram")},
            id="another field type",
        ),
        pytest.param(
            changed(severities=["1-Critical"]),
            {("new", "severities › 1-Critical", "", "1-Critical")},
            id="a new option",
        ),
    ],
)
def test_what_differs_is_kept_by_its_place(
    connection: Connection, after: Any, rows: set[tuple[str, str, str, str]]
) -> None:
    assert drift.note_answer(connection, BEFORE, after) == len(rows)
    assert seen(connection) == rows


@pytest.mark.parametrize("odd", [None, 5, "text", [], {}, [[1, [2]]], [{"a": None}, {"a": None}]])
def test_whatever_json_an_answer_is_it_is_compared(connection: Connection, odd: Any) -> None:
    drift.note_answer(connection, odd, BEFORE)
    drift.note_answer(connection, BEFORE, odd)


def test_an_answer_that_is_another_altogether_keeps_a_bounded_number(
    connection: Connection,
) -> None:
    after = {f"field {number}": "x" * 1000 for number in range(1000)}
    assert drift.note_answer(connection, {}, after) == 1000
    assert Drift.objects.count() == drift.MOST


def test_a_catalogue_read_anew_notices_what_changed(
    connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["form"] = BEFORE
    vendor = gateway.open_vendor(connection)
    vendor.catalogue.read("form", {})
    assert not seen(connection), "the first answer is no change"
    testco.answers["form"] = changed(subject={"fieldType": "text", "maxLength": 400})
    entry = CatalogueEntry.objects.get()
    metadata.fetch(entry, connection, vendor.fetch_metadata)
    assert seen(connection) == {("changed", "subject › maxLength", "255", "400")}


def test_an_unknown_status_word_is_counted_with_a_case_it_was_seen_on(
    connection: Connection,
) -> None:
    drift.note_status(connection, "Marinating", "CP-1")
    drift.note_status(connection, "Marinating", "CP-2")
    (row,) = Drift.objects.all()
    assert (row.what, row.now, row.count, row.case_reference) == ("status", "Marinating", 2, "CP-1")
    assert row.last_seen_at > row.first_seen_at


def told(user: User) -> list[str]:
    found = Notification.objects.filter(user=user, kind=Notification.Kind.DRIFT)
    return [each.text for each in found.order_by("created_at")]


def test_admins_are_told_once_a_day_of_all_that_was_seen(
    admin: User, connection: Connection
) -> None:
    drift.note_status(connection, "Marinating", "CP-1")
    drift.note_answer(connection, BEFORE, changed(subject={}))
    assert not drift.tell()
    drift.note_status(connection, "Simmering", "CP-3")
    drift.tell()
    (text,) = told(admin)
    assert "Testco changed 3 things in its forms or words" in text
    Drift.objects.exclude(told_at=None).update(told_at=timezone.now() - timedelta(hours=25))
    drift.tell()
    assert "changed something in its forms or words" in told(admin)[1]
    drift.tell()
    assert len(told(admin)) == 2


def test_the_notice_leads_to_the_list_of_that_connection(
    admin: User, client: Client, connection: Connection
) -> None:
    drift.note_status(connection, "Marinating", "CP-1")
    drift.tell()
    notice = Notification.objects.get(user=admin, kind=Notification.Kind.DRIFT)
    assert notice.path.startswith(reverse("admin:connections_drift_changelist").lstrip("/"))
    page = client.get(f"/{notice.path}").content.decode()
    assert "Marinating" in page


def test_another_resellers_admin_sees_none_of_it(
    client: Client, connection: Connection, rival: User
) -> None:
    drift.note_status(connection, "Marinating", "CP-1")
    client.force_login(rival)
    page = client.get(reverse("admin:connections_drift_changelist")).content.decode()
    assert "Marinating" not in page
