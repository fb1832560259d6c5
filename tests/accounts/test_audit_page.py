"""The audit's page and its export: who reads what, the filters, and that nothing leaks or runs."""

import csv
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts import audit
from portal.accounts.audit import chain
from portal.accounts.models import AuditEvent, Membership, User
from portal.accounts.roles import Role
from tests.factories import AuditEventFactory, UserFactory
from tests.world import World

PAGE = "/audit/"
EXPORT = "/audit/export.csv"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def events(world: World) -> dict[str, AuditEvent]:
    """One deed under every organisation, and one under none, an hour apart."""
    made = {}
    for hours, (slug, organization) in enumerate(sorted(world.organizations.items())):
        made[slug] = AuditEventFactory.create(
            organization=organization,
            actor=world.people["casey"],
            object_name=f"Thing of {slug}",
            at=NOON + timedelta(hours=hours),
        )
    made["site"] = AuditEventFactory.create(
        organization=None, object_name="Thing of site", at=NOON + timedelta(days=2)
    )
    return made


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def admin(world: World, events: dict[str, AuditEvent]) -> Client:
    return client_of(world.people["admin"])


def things(answer: Any) -> list[str]:
    """Whose things the page lists, in its order."""
    return [row.object_name.removeprefix("Thing of ") for row in answer.context["page"].rows]


def sheet(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(text.splitlines()))


# who reads what


@pytest.mark.parametrize("name", ["casey", "vera", "morgan", "stranger", "riley", "rival"])
def test_for_who_answers_for_no_audit_there_is_no_such_page(
    world: World, events: dict[str, AuditEvent], name: str
) -> None:
    client = client_of(world.people[name])
    assert client.get(PAGE).status_code == client.get(EXPORT).status_code == 404
    assert 'href="/audit/"' not in client.get("/").content.decode()


def test_an_admin_reads_their_reseller_and_its_customers(admin: Client) -> None:
    answer = admin.get(PAGE)
    assert things(answer) == ["northwind", "meridian", "fabrikam"]
    for hidden in ("Summit", "Contoso", "Thing of site"):
        assert hidden not in answer.content.decode()
    assert 'href="/audit/"' in answer.content.decode()


def test_another_resellers_admin_reads_nothing_of_it(
    world: World, events: dict[str, AuditEvent]
) -> None:
    rival = world.people["rival"]
    Membership.objects.filter(user=rival).update(role=Role.ADMIN)
    assert things(client_of(rival).get(PAGE)) == ["summit", "contoso"]


def test_an_admin_who_is_agent_elsewhere_reads_only_where_they_are_admin(
    world: World, admin: Client
) -> None:
    summit = world.organizations["summit"]
    person = world.people["admin"]
    Membership.objects.create(user=person, organization=summit, role=Role.AGENT)
    assert things(admin.get(PAGE)) == ["northwind", "meridian", "fabrikam"]
    Membership.objects.filter(user=person, organization=summit).update(role=Role.ADMIN)
    assert len(things(admin.get(PAGE))) == 5


def test_the_operator_reads_everything(world: World, events: dict[str, AuditEvent]) -> None:
    operator = UserFactory.create(is_superuser=True)
    assert sorted(things(client_of(operator).get(PAGE))) == sorted(events)


# filters


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"person": "CASEY@north"}, ["northwind", "meridian", "fabrikam"]),
        ({"person": "nobody"}, []),
        ({"action": "FILED"}, ["northwind", "meridian", "fabrikam"]),
        ({"action": "closed"}, []),
        ({"about": "of northwind"}, ["northwind"]),
        ({"about": "1"}, ["northwind", "meridian", "fabrikam"]),
        ({"since": "2026-03-11"}, []),
        ({"until": "2026-03-10"}, ["northwind", "meridian", "fabrikam"]),
        ({"since": "2026-03-10", "until": "2026-03-10", "about": "fab"}, ["fabrikam"]),
    ],
)
def test_a_filter_leaves_what_meets_it(
    admin: Client, query: dict[str, str], shown: list[str]
) -> None:
    assert things(admin.get(PAGE, query)) == shown
    rows = sheet(admin.get(EXPORT, query))
    assert [
        row["name"].removeprefix("Thing of ") for row in rows if "Thing" in row["name"]
    ] == shown


def test_one_organisation_can_be_chosen(world: World, admin: Client) -> None:
    chosen = world.organizations["fabrikam"]
    assert things(admin.get(PAGE, {"organization": str(chosen.pk)})) == ["fabrikam"]


@pytest.mark.parametrize("path", [PAGE, EXPORT])
def test_an_organisation_out_of_reach_is_refused_at_its_field(
    world: World, admin: Client, path: str
) -> None:
    answer = admin.get(path, {"organization": str(world.organizations["summit"].pk)})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["organization"]
    assert "Summit" not in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday"},
        {"until": "9999-12-31"},
        {"since": "0001-01-01"},
        {"since": "2026-03-11", "until": "2026-03-10"},
        {"organization": "no-id"},
        {"about": "a\0b"},
        {"person": "x" * 201},
    ],
)
@pytest.mark.parametrize("path", [PAGE, EXPORT])
def test_a_filter_that_makes_no_sense_is_told_and_kept(
    admin: Client, path: str, query: dict[str, str]
) -> None:
    answer = admin.get(path, query)
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()


def test_days_are_those_of_the_reader(world: World, admin: Client) -> None:
    """15:00 in UTC on the tenth is the eleventh in Auckland."""
    User.objects.filter(pk=world.people["admin"].pk).update(time_zone="Pacific/Auckland")
    assert things(admin.get(PAGE, {"until": "2026-03-10"})) == []
    assert len(things(admin.get(PAGE, {"since": "2026-03-11"}))) == 3


# the list


def test_older_pages_show_every_event_once(world: World, admin: Client) -> None:
    northwind = world.organizations["northwind"]
    for _ in range(60):
        AuditEventFactory.create(organization=northwind, at=NOON, actor=None)
    seen, older = [], ""
    while True:
        page = admin.get(PAGE, {"action": "filed", "older": older}).context["page"]
        seen += [row.pk for row in page.rows]
        older = page.older
        if not older:
            break
    assert len(seen) == len(set(seen)) == 63


def test_the_page_costs_the_same_however_much_it_shows(world: World, admin: Client) -> None:
    admin.get(PAGE)
    with CaptureQueriesContext(
        connection,
    ) as few:
        admin.get(PAGE)
    for _ in range(24):
        AuditEventFactory.create(
            organization=world.organizations["northwind"],
            acting_for=world.organizations["northwind"],
        )
    with CaptureQueriesContext(connection) as many:
        admin.get(PAGE)
    assert len(many) == len(few) <= 12


def test_a_row_tells_who_for_whom_what_why_and_where_from(world: World, admin: Client) -> None:
    AuditEventFactory.create(
        organization=world.organizations["northwind"],
        acting_for=world.organizations["northwind"],
        actor=world.people["riley"],
        changed=["email", "role"],
        reason="She moved.",
        ip="192.0.2.7",
        request_id="abc123",
    )
    page = admin.get(PAGE).content.decode()
    for told in ("Riley", "for Northwind", "Changed: email, role", "“She moved.”"):
        assert told in page
    for told in ("192.0.2.7", "abc123"):
        assert told in page


def test_how_far_the_chain_reaches_is_told(admin: Client) -> None:
    assert "None of these is sealed yet" in admin.get(PAGE).content.decode()
    chain.seal()
    answer = admin.get(PAGE)
    assert "Sealed up to" in answer.content.decode()
    assert answer.context["sealed_until"] == NOON + timedelta(hours=3)


def test_htmx_gets_the_results_alone(admin: Client) -> None:
    part = admin.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="results">')
    whole = admin.get(PAGE, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert whole.content.decode().startswith("<!doctype html>")


# the export


def test_the_export_has_what_the_reader_may_know_in_their_own_time(
    world: World, admin: Client
) -> None:
    User.objects.filter(pk=world.people["admin"].pk).update(time_zone="Europe/Berlin")
    answer = admin.get(EXPORT)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = [row for row in sheet(answer) if row["action"] == "case.filed"]
    assert [row["organisation"] for row in rows] == ["Northwind", "Meridian", "Fabrikam"]
    assert rows[0]["time"] == "2026-03-10T16:00:00+01:00"
    assert rows[0]["e-mail"] == "casey@northwind.example"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(world: World, admin: Client, first: str) -> None:
    User.objects.filter(pk=world.people["casey"].pk).update(name=f"{first}1+1")
    AuditEventFactory.create(
        organization=world.organizations["northwind"],
        actor=world.people["casey"],
        action="odd",
        object_name=f"{first}HYPERLINK()",
        reason=f"{first}cmd",
    )
    text = b"".join(admin.get(EXPORT, {"action": "odd"}).streaming_content).decode()  # type: ignore[attr-defined]  # it streams
    row = next(csv.DictReader(text.splitlines(keepends=True)))
    assert row["who"].startswith("'")
    assert row["name"].startswith("'")
    assert row["reason"].startswith("'")


def test_an_export_is_itself_on_record(world: World, admin: Client) -> None:
    admin.get(EXPORT, {"about": "secret-words"})
    event = AuditEvent.objects.get(action="audit exported")
    assert event.actor == world.people["admin"]
    assert event.organization == world.organizations["meridian"]
    assert event.reason == "filtered by about"
    assert event.request_id


def test_reading_the_page_is_not_on_record(admin: Client) -> None:
    before = AuditEvent.objects.count()
    admin.get(PAGE)
    assert AuditEvent.objects.count() == before


def test_hostile_text_is_text(world: World, admin: Client) -> None:
    audit.record(
        actor=None,
        action="<script>alert(1)</script>",
        object=world.people["casey"],
        organization=world.organizations["northwind"],
        reason='"><img src=x onerror=alert(2)>',
    )
    page = admin.get(PAGE, {"person": ""}).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
