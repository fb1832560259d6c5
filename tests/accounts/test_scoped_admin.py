"""`/admin/`: one door, and nothing in it beyond the reach of whoever looks."""

import re
from dataclasses import dataclass
from html import unescape

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from portal.accounts.models import AuditEvent, Organization, User
from portal.accounts.roles import Role
from portal.accounts.scoped_admin import ScopedAdmin
from tests.factories import (
    AuditEventFactory,
    CaseFactory,
    ConnectionFactory,
    CredentialFactory,
    CustomerFactory,
    DriftFactory,
    EntitlementFactory,
    MembershipFactory,
    UserFactory,
    VendorAccountFactory,
)
from vendors.connections.models import Connection, Entitlement, VendorAccount


@dataclass
class House:
    """A reseller with a customer, a connection, an account and an admin."""

    reseller: Organization
    customer: Organization
    connection: Connection
    account: VendorAccount
    admin: User


def house(name: str) -> House:
    customer = CustomerFactory.create(
        name=f"{name} Customer", slug=f"{name}-customer", reseller__name=f"{name} Reseller"
    )
    connection = ConnectionFactory.create(owner=customer.reseller, label=f"{name} Link")
    member = MembershipFactory.create(organization=customer.reseller, role=Role.ADMIN)
    account = VendorAccountFactory.create(connection=connection, name=f"{name} Account")
    EntitlementFactory.create(customer=customer, account=account)
    return House(customer.reseller, customer, connection, account, member.user)


@pytest.fixture
def ours(db: None, client: Client) -> House:
    """Our house, its admin signed in."""
    made = house("Ours")
    client.force_login(made.admin)
    return made


@pytest.fixture
def theirs(db: None) -> House:
    return house("Theirs")


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"admin:{name}", args=args), query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_only_scoped_admins_are_registered() -> None:
    others = [each for each in admin.site._registry.values() if not isinstance(each, ScopedAdmin)]
    assert others == []


def test_signing_in_has_one_door(db: None, client: Client) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
    assert client.post("/admin/login/", {"username": "x", "password": "y"}).status_code == 302


@pytest.mark.parametrize("role", [Role.REQUESTER, Role.VIEWER, Role.MANAGER])
def test_there_is_no_administration_for_a_customers_people(
    db: None, client: Client, role: Role
) -> None:
    client.force_login(MembershipFactory.create(role=role).user)
    assert client.get("/admin/").status_code == 404


def test_there_is_no_administration_for_an_agent(ours: House, client: Client) -> None:
    agent = MembershipFactory.create(organization=ours.reseller, role=Role.AGENT).user
    client.force_login(agent)
    assert client.get("/admin/").status_code == 404


def test_a_reseller_admin_who_lost_the_role_is_out_at_once(ours: House, client: Client) -> None:
    ours.admin.memberships.update(role=Role.AGENT)
    assert client.get("/admin/").status_code == 404


LISTS = [
    "accounts_organization",
    "accounts_auditevent",
    "connections_connection",
    "connections_credential",
    "connections_vendoraccount",
    "connections_entitlement",
    "connections_catalogueentry",
    "connections_drift",
    "cases_case",
    "cases_push",
    "cases_draft",
]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_holds_what_is_in_reach_and_nothing_else(
    ours: House, theirs: House, client: Client, name: str
) -> None:
    CredentialFactory.create(connection=theirs.connection)
    DriftFactory.create(connection=theirs.connection, place="Theirs Place")
    AuditEventFactory.create(organization=theirs.customer, object_name="Theirs Deed")
    CaseFactory.create(organization=theirs.customer, subject="Theirs Trouble")
    assert "Theirs" not in page(client, f"{name}_changelist")


def test_the_first_page_leads_to_what_is_open_and_no_further(ours: House, client: Client) -> None:
    shown = page(client, "index")
    assert reverse("admin:connections_connection_changelist") in shown
    assert reverse("admin:accounts_user_changelist") not in shown


def test_ones_own_rows_are_there(ours: House, client: Client) -> None:
    CaseFactory.create(organization=ours.customer, subject="Our Trouble")
    assert "Ours Link" in page(client, "connections_connection_changelist")
    assert "Ours Customer" in page(client, "accounts_organization_changelist")
    assert "Our Trouble" in page(client, "cases_case_changelist")


@pytest.mark.parametrize("name", ["accounts_user", "accounts_membership"])
def test_people_are_the_operators(ours: House, client: Client, name: str) -> None:
    assert client.get(reverse(f"admin:{name}_changelist")).status_code == 403


def test_the_operator_sees_everything(ours: House, theirs: House, client: Client) -> None:
    client.force_login(UserFactory.create(operator=True))
    shown = page(client, "connections_connection_changelist")
    assert "Ours Link" in shown
    assert "Theirs Link" in shown
    assert ours.admin.email in page(client, "accounts_user_changelist")


@pytest.mark.parametrize("act", ["change", "history", "delete"])
def test_anothers_row_does_not_exist(ours: House, theirs: House, client: Client, act: str) -> None:
    for name, row in [
        ("connections_connection", theirs.connection),
        ("connections_vendoraccount", theirs.account),
        ("accounts_organization", theirs.customer),
        ("accounts_user", theirs.admin),
    ]:
        answer = client.get(reverse(f"admin:{name}_{act}", args=[row.pk]))
        assert answer.status_code == 404, name
        assert "Theirs" not in answer.content.decode()


def test_a_malformed_id_is_no_row(ours: House, client: Client) -> None:
    assert client.get("/admin/connections/connection/none/change/").status_code == 404


def test_choices_are_from_ones_own_reach(ours: House, theirs: House, client: Client) -> None:
    assert "Theirs" not in page(client, "connections_connection_add")
    assert "Theirs" not in page(client, "connections_entitlement_add")
    assert "Theirs" not in page(client, "connections_vendoraccount_change", ours.account.pk)


def test_anothers_id_posted_is_no_choice(ours: House, theirs: House, client: Client) -> None:
    answer = client.post(
        reverse("admin:connections_entitlement_add"),
        {"customer": theirs.customer.pk, "account": ours.account.pk},
    )
    assert answer.status_code == 200
    assert not Entitlement.objects.filter(customer=theirs.customer, account=ours.account).exists()


def test_a_reseller_is_no_customer_to_entitle(ours: House, client: Client) -> None:
    client.post(
        reverse("admin:connections_entitlement_add"),
        {"customer": ours.reseller.pk, "account": ours.account.pk},
    )
    assert not Entitlement.objects.filter(customer=ours.reseller).exists()


def test_autocomplete_offers_nothing_beyond_reach(
    ours: House, theirs: House, client: Client
) -> None:
    answer = client.get(
        reverse("admin:autocomplete"),
        {
            "app_label": "accounts",
            "model_name": "organization",
            "field_name": "reseller",
            "term": "",
        },
    )
    names = {each["text"] for each in answer.json()["results"]}
    assert names == {"Ours Reseller", "Ours Customer"}


def test_an_action_on_anothers_rows_touches_none(
    ours: House, theirs: House, client: Client
) -> None:
    client.post(
        reverse("admin:connections_vendoraccount_changelist"),
        {"action": "delete_selected", "_selected_action": [theirs.account.pk], "post": "yes"},
    )
    assert VendorAccount.objects.filter(pk=theirs.account.pk).exists()


@pytest.mark.parametrize(
    "query",
    [
        {"ciphertext__startswith": "g"},
        {"connection__credentials__fingerprint__startswith": "0"},
        {"set_by__password__startswith": "md5"},
    ],
)
def test_hidden_columns_answer_no_questions(
    ours: House, client: Client, query: dict[str, str]
) -> None:
    answer = client.get(reverse("admin:connections_credential_changelist"), query)
    assert answer.status_code in {302, 400}


def test_the_record_of_deeds_is_for_reading(ours: House, client: Client) -> None:
    event = AuditEventFactory.create(organization=ours.customer)
    client.force_login(UserFactory.create(operator=True))
    where = reverse("admin:accounts_auditevent_change", args=[event.pk])
    assert client.post(where, {"action": "other"}).status_code == 403
    assert client.get(reverse("admin:accounts_auditevent_add")).status_code == 403
    assert client.get(where.replace("change", "delete")).status_code == 403


def test_a_change_is_recorded_by_the_names_of_its_fields(ours: House, client: Client) -> None:
    client.post(
        reverse("admin:connections_vendoraccount_change", args=[ours.account.pk]),
        {
            "connection": ours.connection.pk,
            "account_id": ours.account.account_id,
            "name": "Another name",
            "entitlements-TOTAL_FORMS": "0",
            "entitlements-INITIAL_FORMS": "0",
        },
    )
    event = AuditEvent.objects.get(action="vendor account changed")
    assert event.changed == ["name"]
    assert event.actor == ours.admin
    assert event.organization == ours.reseller
    assert event.request_id


def test_a_deletion_is_recorded(ours: House, client: Client) -> None:
    entitlement = ours.account.entitlements.get()
    client.post(
        reverse("admin:connections_entitlement_delete", args=[entitlement.pk]), {"post": "yes"}
    )
    event = AuditEvent.objects.get(action="entitlement deleted")
    assert event.object_id == str(entitlement.pk)
    assert LogEntry.objects.filter(object_id=str(entitlement.pk)).exists()


def test_a_person_added_by_the_operator_has_no_password(db: None, client: Client) -> None:
    client.force_login(UserFactory.create(operator=True))
    client.post(
        reverse("admin:accounts_user_add"),
        {
            "email": "new@example.test",
            "time_zone": "UTC",
            "theme": "system",
            "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0",
        },
    )
    assert not User.objects.get(email="new@example.test").has_usable_password()


@pytest.mark.parametrize(("role", "accepted"), [(Role.REQUESTER, True), (Role.ADMIN, False)])
def test_a_role_fits_the_kind_of_organisation(
    db: None, client: Client, role: Role, accepted: bool
) -> None:
    client.force_login(UserFactory.create(operator=True))
    customer, person = CustomerFactory.create(), UserFactory.create()
    client.post(
        reverse("admin:accounts_membership_add"),
        {"user": person.pk, "organization": customer.pk, "role": role.value},
    )
    assert person.memberships.exists() is accepted


def lists() -> list[tuple[str, ScopedAdmin]]:
    """Every list of the administration that somebody may open, by its address."""
    return [
        (reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"), page)
        for model, page in admin.site._registry.items()
        if isinstance(page, ScopedAdmin)
    ]


@pytest.fixture
def operator(ours: House, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("operator@x.example", "x"))
    CaseFactory.create(organization=ours.customer, connection=ours.connection)
    AuditEventFactory.create(organization=ours.customer)
    return client


def test_every_filter_a_list_links_to_works(operator: Client) -> None:
    asked = 0
    for address, _ in lists():
        page = operator.get(address).content.decode()
        for query in set(re.findall(r'href="(\?[^"]+)"', page)):
            asked += 1
            answer = operator.get(address + unescape(query))
            assert answer.status_code == 200, address + query
    assert asked > 20


@pytest.mark.parametrize("value", ["(", "x", "99999999999", "\0"])
def test_no_other_question_is_answered_nor_breaks_a_list(operator: Client, value: str) -> None:
    wrong = []
    for address, page in lists():
        columns = [*page._filters(), page.date_hierarchy or "id"]
        for column in columns:
            for how in (
                "__regex",
                "__iregex",
                "__gt",
                "__in",
                "__year",
                "__exact",
                "__id__exact",
                "",
            ):
                status = operator.get(address, {f"{column}{how}": value}).status_code
                allowed = {400, 302} if how.endswith(("regex", "gt", "in")) else {200, 302, 400}
                if status not in allowed:
                    wrong.append(f"{address}?{column}{how}={value}: {status}")
    assert wrong == []


def test_what_is_saved_unchanged_is_no_change_on_record(operator: Client, ours: House) -> None:
    address = reverse("admin:connections_vendoraccount_change", args=[ours.account.pk])
    form = operator.get(address).context["adminform"].form
    told = {name: form[name].value() or "" for name in form.fields}
    told |= {f"entitlements-{part}_FORMS": "0" for part in ("TOTAL", "INITIAL")}
    before = AuditEvent.objects.count()
    assert operator.post(address, told).status_code == 302
    assert AuditEvent.objects.count() == before
    assert operator.post(address, {**told, "name": "Another name"}).status_code == 302
    assert AuditEvent.objects.latest("at").action == "vendor account changed"


def test_an_action_on_an_id_that_is_none_finds_no_row(operator: Client) -> None:
    address = reverse("admin:connections_connection_changelist")
    told = {"action": "delete_selected", "_selected_action": "no-id", "post": "yes"}
    assert operator.post(address, told, follow=True).status_code == 404
