"""Nobody sees or changes what belongs to another organisation, by any address of the site."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.core import serializers
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Model
from django.test import Client

from cases.models import Draft
from portal.accounts import audit
from portal.accounts.models import Membership, Organization, User
from portal.accounts.roles import Role
from tests.accounts.routes import NOT_THEIRS, ROWS, Row, routes
from tests.factories import (
    AttachmentFactory,
    CaseFactory,
    DriftFactory,
    InvitationFactory,
    NotificationFactory,
)
from tests.world import World
from vendors.connections.models import Connection, Credential, VendorAccount

CANARY = "zz-of-northwind-only"
RESELLERS_CANARY = "zz-of-meridian-only"
HIDDEN = {  # from whom which words are kept
    "stranger": (CANARY, "Northwind Traders", RESELLERS_CANARY),
    "rival": (CANARY, "Northwind Traders", RESELLERS_CANARY),
    "anonymous": (CANARY, "Northwind Traders", RESELLERS_CANARY),
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@dataclass
class House:
    """Northwind's and Meridian's rows, every text in them a canary, and who may look."""

    ids: dict[str, str]
    people: dict[str, User]
    strangers_case: str
    clients: dict[str, tuple[Client, str]] = field(default_factory=dict)

    def client(self, role: str, row: Row | None = None) -> Client:
        """The role's browser, signed in again if an address signed it out."""
        if role == "owner" and row is not None and row.path.startswith("/admin/"):
            role = "admin"
        if role not in self.clients:
            made = Client()
            if role != "anonymous":
                made.force_login(self.people[role])
            self.clients[role] = made, made.cookies.output(header="")
        found, cookies = self.clients[role]
        found.cookies.clear()
        found.cookies.load(cookies)
        return found

    def path(self, row: Row, **other: str) -> str:
        return row.path.format(**{**self.ids, **other})


def _of(label: str, **filters: Any) -> str:
    row = apps.get_model(label)._default_manager.filter(**filters).first()
    assert row is not None, label
    return str(row.pk)


@pytest.fixture
def house(world: World) -> House:
    customer = world.organizations["northwind"]
    Organization.objects.filter(pk=customer.pk).update(name=f"Northwind {CANARY}")
    User.objects.filter(pk=world.people["casey"].pk).update(name=f"Casey {CANARY}")
    Connection.objects.update(label=RESELLERS_CANARY)
    Credential.objects.update(identity=RESELLERS_CANARY)
    VendorAccount.objects.filter(name="Northwind Traders").update(name=f"Account {CANARY}")
    case = world.filed(subject=f"Subject {CANARY}")
    note = world.add_note(case, f"Note {CANARY}")
    key = default_storage.save("isolation.txt", ContentFile(CANARY.encode()))
    file = AttachmentFactory.create(case=case, entry=note, name=f"{CANARY}.txt", storage_key=key)
    draft = world.draft()
    Draft.objects.filter(pk=draft.pk).update(answers={"subject": f"Draft {CANARY}"})
    admins_draft = world.draft(by="admin")
    push = world.push(case, "note")
    audit.record(actor=world.people["casey"], action="x", object=case, organization=customer)
    world.connection.catalogue.create(operation="categories", parameters=f"x={CANARY}")
    rival = world.people["rival"]
    Membership.objects.filter(user=rival).update(role=Role.ADMIN)
    ids = {
        "reference": case.reference,
        "draft": str(draft.pk),
        "file": str(file.pk),
        "push": str(push.pk),
        "notice": str(
            NotificationFactory.create(
                user=world.people["casey"], text=CANARY, case_reference=case.reference
            ).pk
        ),
        "organization": customer.slug,
        "membership": _of("accounts.Membership", user=world.people["casey"]),
        "invitation": str(
            InvitationFactory.create(organization=customer, email=CANARY + "@x.example").pk
        ),
        "accounts_organization": str(customer.pk),
        "accounts_user": str(world.people["casey"].pk),
        "accounts_membership": _of("accounts.Membership", user=world.people["casey"]),
        "accounts_auditevent": _of("accounts.AuditEvent", organization=customer),
        "connections_connection": str(world.connection.pk),
        "connections_credential": _of("connections.Credential", connection=world.connection),
        "connections_vendoraccount": str(world.accounts["northwind"].pk),
        "connections_entitlement": _of("connections.Entitlement", customer=customer),
        "connections_catalogueentry": _of("connections.CatalogueEntry"),
        "connections_drift": str(DriftFactory.create(connection=world.connection).pk),
        "cases_case": str(case.pk),
        "cases_push": str(push.pk),
        "cases_draft": str(admins_draft.pk),
    }
    people = {name: world.people[name] for name in ("stranger", "rival", "admin")}
    theirs = CaseFactory.create(
        organization=world.organizations["fabrikam"],
        filed_by=world.people["stranger"],
        connection=world.connection,
    )
    return House(ids, {**people, "owner": world.people["casey"]}, theirs.reference)


def ask(client: Client, method: str, path: str) -> tuple[int, str]:
    """The status and everything of the answer a person could read; nothing it did stays."""
    with transaction.atomic():
        answer: Any = client.generic(method, path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer.status_code, f"{answer.headers}{body.decode(errors='replace')}"


def rows_of_northwind(house: House) -> str:
    """All rows an outsider could harm, as text."""
    models: list[type[Model]] = [
        *apps.get_app_config("cases").get_models(),
        *apps.get_app_config("connections").get_models(),
        Organization,
        Membership,
    ]
    found = [row for model in models for row in model._default_manager.order_by("pk")]
    return str(serializers.serialize("json", found))


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    found = set(routes())
    assert sorted(found - set(ROWS)) == [], "addresses nobody decided about"
    assert sorted(set(ROWS) - found) == [], "rows of addresses that are gone"


@pytest.mark.parametrize("role", ["owner", "stranger", "rival", "anonymous"])
def test_every_address_answers_as_its_row_says(house: House, role: str) -> None:
    wrong = []
    for route, row in ROWS.items():
        status, text = ask(house.client(role, row), row.method, house.path(row))
        if status not in row.expected(role):
            wrong.append(f"{row.method} {route}: {status}, not {row.expected(role)}")
        wrong += [f"{route} shows {word}" for word in HIDDEN.get(role, ()) if word in text]
    assert wrong == []


def test_the_canaries_are_where_their_owner_looks(house: House) -> None:
    shown = "".join(
        ask(house.client(role), "GET", path.format(**house.ids))[1]
        for role, path in [
            ("owner", "/cases/{reference}/"),
            ("owner", "/cases/"),
            ("owner", "/drafts/"),
            ("admin", "/admin/connections/connection/{connections_connection}/change/"),
        ]
    )
    for words in (f"Subject {CANARY}", f"Note {CANARY}", f"Draft {CANARY}", RESELLERS_CANARY):
        assert words in shown


THEIRS = {route: row for route, row in ROWS.items() if row.stranger == NOT_THEIRS}


@pytest.mark.parametrize("role", ["stranger", "rival"])
def test_no_method_reaches_or_changes_what_is_not_theirs(house: House, role: str) -> None:
    before = rows_of_northwind(house)
    wrong = []
    for route, row in THEIRS.items():
        if row.expected(role) != NOT_THEIRS:
            continue
        for method in METHODS:
            status = house.client(role).generic(method, house.path(row)).status_code
            if status not in {404, 405}:
                wrong.append(f"{method} {route}: {status}")
    assert wrong == []
    assert rows_of_northwind(house) == before


@pytest.mark.parametrize("role", ["stranger", "rival"])
def test_no_scope_opens_what_is_not_theirs(house: House, role: str) -> None:
    wrong = []
    for scope in ("northwind", "fabrikam", "contoso", "meridian", "nobody"):
        for route, row in THEIRS.items():
            if route.startswith(("admin/", "accounts/", "audit/")):
                continue
            path = f"/for/{scope}{house.path(row)}"
            status, text = ask(house.client(role), row.method, path)
            if status != 404 or CANARY in text:
                wrong.append(f"{path}: {status}")
    assert wrong == []


@pytest.mark.parametrize(
    ("kind", "reference", "other"),
    [
        ("missing", "CP-00000000", "3f2b8c1e-0000-4000-8000-0123456789ab"),
        ("malformed", "x'--", "not-an-id"),
        ("malformed", "..%2f", "%00"),
    ],
)
def test_ids_that_are_none_are_no_pages(
    house: House, kind: str, reference: str, other: str
) -> None:
    wrong = []
    for route, row in ROWS.items():
        if "{" not in row.path or route.endswith("<path:object_id>/"):
            continue
        ids = {name: other for name in house.ids} | {"reference": reference}
        client = house.client("owner", row)
        path = row.path.format(**ids)
        status, _ = ask(client, row.method, path)
        if status == 302:  # the administration leads an id of any shape to its page
            status, _ = ask(client, "GET", f"{path}change/")
        if status != 404:
            wrong.append(f"{kind} {route}: {status}")
    assert wrong == []


def test_a_child_is_reached_through_its_own_parent_alone(house: House) -> None:
    wrong = []
    for route, row in ROWS.items():
        if "{file}" in row.path or "{push}" in row.path:
            path = house.path(row, reference=house.strangers_case)
            status, text = ask(house.client("stranger"), row.method, path)
            if status != 404 or CANARY in text:
                wrong.append(f"{route}: {status}")
    assert wrong == []


def test_a_view_that_forgets_to_ask_is_caught(house: House, settings: LazySettings) -> None:
    settings.ROOT_URLCONF = "tests.accounts.planted_urls"
    assert "every-case/" in set(routes()) - set(ROWS)
    assert CANARY in ask(house.client("rival"), "GET", "/every-case/")[1]
