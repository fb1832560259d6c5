"""People, customers and accounts around one paper vendor, and a browser without JavaScript."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from cases.models import Draft
from portal.accounts.models import Membership, Organization, User
from portal.accounts.roles import OrganizationKind, Role
from tests.cases.paper_vendor import PaperVendor
from vendors.connections.models import Connection, Entitlement, VendorAccount

MINIMUM = {
    "category": "technical",
    "paths": "d/slow",
    "subject": "Pages are slow",
    "severity": "2-Major",
    "people/name": "Casey",
    "people/phone": "123",
}
HTMX = {"HX-Request": "true"}


class Desk:
    """A reseller with two customers, one account each, and the people who file."""

    def __init__(self) -> None:
        self.reseller = Organization.objects.create(
            kind=OrganizationKind.RESELLER, name="Reseller", slug="reseller"
        )
        self.northwind = self._customer("Northwind")
        self.fabrikam = self._customer("Fabrikam")
        self.connection = Connection.objects.create(
            owner=self.reseller, vendor=PaperVendor.key, label="Paper main"
        )
        self.account = self._account("NW-1", "Northwind main", self.northwind)
        self.other_account = self._account("FB-1", "Fabrikam main", self.fabrikam)
        self.casey = self.person("casey", self.northwind, Role.REQUESTER, phone="123")
        self.riley = self.person("riley", self.reseller, Role.AGENT)

    def person(self, name: str, organization: Organization, role: str, **more: Any) -> User:
        email = f"{name}@{organization.slug}.example"
        user = User.objects.create_user(email, "secret", name=name.title(), **more)
        Membership.objects.create(user=user, organization=organization, role=role)
        return user

    def draft(self, **more: Any) -> Draft:
        columns: dict[str, Any] = {
            "owner": self.casey,
            "acting_in": self.northwind,
            "customer": self.northwind,
            "account": self.account,
            "contact_user": self.casey,
        }
        return Draft.objects.create(**columns | more)

    def _customer(self, name: str) -> Organization:
        return Organization.objects.create(
            kind=OrganizationKind.CUSTOMER, name=name, slug=name.lower(), reseller=self.reseller
        )

    def _account(self, number: str, name: str, customer: Organization) -> VendorAccount:
        account = VendorAccount.objects.create(
            connection=self.connection, account_id=number, name=name
        )
        Entitlement.objects.create(customer=customer, account=account)
        return account


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The rows, with the paper vendor on offer as an installation would name it."""
    monkeypatch.setenv("CASEPORT_EXTRA_VENDORS", "tests.cases.paper_vendor:PaperVendor")
    PaperVendor.contexts.clear()
    return Desk()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(draft: Draft) -> str:
    return f"/cases/new/{draft.pk}/"


def review_of(draft: Draft) -> str:
    return f"/cases/new/{draft.pk}/review/"


def shown(response: Any) -> str:
    """The answer as text."""
    return unescape(response.content.decode())


def hidden(response: Any, name: str) -> list[str]:
    """The values of the hidden inputs of this name, in order."""
    pattern = rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)"'
    return [unescape(value) for value in re.findall(pattern, response.content.decode())]


def standing(response: Any) -> dict[str, Any]:
    """What a page posts besides answers: its revision and how its sections look."""
    return {"_revision": hidden(response, "_revision")[0], "_seen": hidden(response, "_seen")}


def kept(draft: Draft) -> dict[str, Any]:
    """The answers the draft stores now."""
    draft.refresh_from_db()
    return dict(draft.answers)
