"""The demo's people and connections: made once, in the demo only."""

from io import StringIO

import pytest
from django.conf import LazySettings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory

from portal.accounts.models import AuditEvent, Membership, Organization, User
from tests.world import Played
from vendors import registry
from vendors.connections import gateway
from vendors.connections.models import Connection, Credential, Entitlement, VendorAccount

ROLES = {
    "casey@northwind.example": "requester",
    "vera@northwind.example": "viewer",
    "morgan@northwind.example": "manager",
    "riley@reseller.example": "agent",
    "admin@reseller.example": "admin",
    "stranger@fabrikam.example": "requester",
    "agent@rival.example": "agent",
    "admin@rival.example": "admin",
}
MODELS = (
    Organization,
    User,
    Membership,
    AuditEvent,
    Connection,
    Credential,
    VendorAccount,
    Entitlement,
)


def seed() -> str:
    out = StringIO()
    call_command("seed_demo", stdout=out)
    return out.getvalue()


@pytest.fixture
def seeded(db: None, played: Played, settings: LazySettings) -> str:
    settings.SIMULATOR_URL = played.url
    settings.EXTRA_HOSTS = [played.url.removeprefix("http://")]
    return seed()


def test_everybody_of_the_demo_signs_in_and_has_their_role(seeded: str) -> None:
    request = RequestFactory().post("/")
    for email, role in ROLES.items():
        user = authenticate(request, email=email, password="caseport-demo")
        assert isinstance(user, User), email
        assert [m.role for m in user.memberships.all()] == [role]
        assert user.name
        assert user.phone
        assert user.time_zone != "UTC"
    operator = User.objects.get(email="operator@caseport.example")
    assert operator.is_superuser
    assert User.objects.count() == len(ROLES) + 1


def test_organisations_are_as_the_readme_says(seeded: str) -> None:
    resellers = dict(Organization.objects.values_list("slug", "reseller__slug"))
    assert resellers == {
        "meridian": None,
        "northwind": "meridian",
        "fabrikam": "meridian",
        "rival": None,
        "contoso": "rival",
    }


def test_each_reseller_can_reach_each_vendor(seeded: str) -> None:
    for vendor in registry.vendor_classes():
        owners = Connection.objects.filter(vendor=vendor).values_list("owner__slug", flat=True)
        assert set(owners) == {"meridian", "rival"}
    for connection in Connection.objects.all():
        assert gateway.open_vendor(connection).check().proven


def test_a_customer_is_entitled_to_accounts_of_its_own_resellers_alone(seeded: str) -> None:
    assert Entitlement.objects.count() > 0
    for entitlement in Entitlement.objects.all():
        assert entitlement.account.connection.owner == entitlement.customer.reseller


def test_seeding_again_changes_nothing(seeded: str) -> None:
    before = [list(model._default_manager.order_by("pk").values()) for model in MODELS]
    assert "0 people and 0 connections" in seed()
    assert before == [list(model._default_manager.order_by("pk").values()) for model in MODELS]


def test_it_refuses_in_production(db: None, settings: LazySettings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="demo profile only"):
        seed()
    assert not User.objects.exists()


def test_the_demo_shows_its_home_to_everybody(seeded: str) -> None:
    for user in User.objects.all():
        client = Client()
        client.force_login(user)
        assert client.get("/").status_code == 200, user.email
