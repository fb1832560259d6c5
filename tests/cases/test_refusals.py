"""A refused credential is told to the staff, with the way to mend it or with whom to ask."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Organization
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.factories import (
    ConnectionFactory,
    CustomerFactory,
    MembershipFactory,
    ResellerFactory,
    UserFactory,
)
from vendors.connections.models import Connection

PAGES = pytest.mark.parametrize("page", ["/", "/deliveries/"])


@pytest.fixture
def reseller(db: None) -> Organization:
    made: Organization = ResellerFactory()
    MembershipFactory(organization=made, role=Role.ADMIN, user=UserFactory(name="Ada Admin"))
    return made


@pytest.fixture
def refused(reseller: Organization) -> Connection:
    made: Connection = ConnectionFactory(owner=reseller, refused_at=timezone.now())
    return made


def seen(client: Client, page: str, organization: Organization, role: Role) -> str:
    client.force_login(MembershipFactory(organization=organization, role=role).user)
    answer = client.get(page)
    assert answer.status_code == 200
    return "".join(found.text for found in Page(answer).all("data-refused"))


@PAGES
def test_who_keeps_the_connection_is_led_to_it(
    client: Client, refused: Connection, page: str
) -> None:
    words = seen(client, page, refused.owner, Role.ADMIN)
    assert f"refused the credential of the connection “{refused.label}”" in words
    assert "Put it right" in words
    console = reverse("admin:connections_connection_change", args=[refused.pk])
    assert f'href="{console}"' in client.get(page).content.decode()


@PAGES
def test_other_staff_learn_whom_to_ask(client: Client, refused: Connection, page: str) -> None:
    words = seen(client, page, refused.owner, Role.AGENT)
    assert "Ask Ada Admin." in words
    assert "Put it right" not in words
    assert "/admin/" not in client.get(page).content.decode()


@PAGES
def test_customers_and_other_resellers_are_told_nothing_of_it(
    client: Client, refused: Connection, page: str
) -> None:
    customer = CustomerFactory(reseller=refused.owner)
    assert not seen(client, page, customer, Role.MANAGER)
    assert not seen(client, page, ResellerFactory(), Role.ADMIN)


@pytest.mark.parametrize(
    "columns", [{"refused_at": None}, {"state": Connection.State.PAUSED}], ids=str
)
def test_a_credential_that_works_or_a_paused_connection_is_no_news(
    client: Client, refused: Connection, columns: dict[str, object]
) -> None:
    Connection.objects.filter(pk=refused.pk).update(**columns)
    assert not seen(client, "/", refused.owner, Role.ADMIN)


def test_the_connection_of_a_customer_is_its_resellers_to_mend(
    client: Client, reseller: Organization
) -> None:
    customer = CustomerFactory(reseller=reseller)
    ConnectionFactory(owner=customer, refused_at=timezone.now())
    assert "Put it right" in seen(client, "/", reseller, Role.ADMIN)
