"""`/for/<customer>/…` is any page in that customer's scope."""

from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_script_prefix, reverse

from portal.accounts.audit import record
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from portal.middleware import customer_scope
from tests.cases.read_page import Page
from tests.factories import CaseFactory, CustomerFactory, MembershipFactory


@pytest.fixture
def agent(db: None, client: Client) -> Membership:
    """A reseller's agent with two customers, signed in."""
    northwind = CustomerFactory.create(slug="northwind", name="Northwind")
    CustomerFactory.create(slug="fabrikam", name="Fabrikam", reseller=northwind.reseller)
    member: Membership = MembershipFactory.create(organization=northwind.reseller, role=Role.AGENT)
    client.force_login(member.user)
    return member


def seen(path: str) -> dict[str, str]:
    """What a view sees when the middleware got `path`."""
    found: dict[str, str] = {}

    def view(request: HttpRequest) -> HttpResponse:
        found["path_info"] = request.path_info
        found["slug"] = request.scope_slug  # type: ignore[attr-defined]  # set by the middleware
        found["link"] = reverse("cases:drafts")
        return HttpResponse()

    customer_scope(view)(RequestFactory().get(path))
    return found


def test_the_prefix_is_taken_off_and_links_keep_it() -> None:
    assert seen("/for/northwind/cases/") == {
        "path_info": "/cases/",
        "slug": "northwind",
        "link": "/for/northwind/drafts/",
    }


def test_the_scope_ends_with_its_request() -> None:
    seen("/for/northwind/cases/")
    assert get_script_prefix() == "/"
    assert seen("/cases/")["link"] == "/drafts/"


@pytest.mark.parametrize(
    "path",
    [
        "/for/",
        "/for/northwind",
        "/for//cases/",
        "/for/northwind//evil.example/",
        "/for/North wind/cases/",
        "/for/../cases/",
        "/for/a/for/b/cases/",
        "/for/northwind/static/css/base.css",
        "/for/northwind/readyz",
        "/for/" + "x" * 61 + "/cases/",
    ],
)
def test_a_malformed_scope_is_no_page(agent: Membership, client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/accounts/login/?next=/x", "/accounts/logout/", "/accounts/invitation/x/", "/admin/"]
)
def test_pages_that_are_the_same_for_everybody_have_one_address(path: str, client: Client) -> None:
    answer = client.post(f"/for/northwind{path}")
    assert answer.status_code == 307
    assert answer.headers["Location"] == path


def test_only_cases_of_the_customer_are_in_scope(agent: Membership, client: Client) -> None:
    for slug in ("northwind", "fabrikam"):
        customer = agent.organization.customers.get(slug=slug)
        CaseFactory.create(organization=customer, subject=f"Trouble at {slug}")
    page = client.get("/for/northwind/cases/").content.decode()
    assert "Trouble at northwind" in page
    assert "Trouble at fabrikam" not in page


OWN_PAGES = ("profile/", "sessions/", "email/", "password/change/", "2fa/")


@pytest.mark.parametrize("path", OWN_PAGES)
def test_ones_own_pages_keep_the_scope(agent: Membership, client: Client, path: str) -> None:
    page = Page(client.get(f"/for/northwind/accounts/{path}"))
    assert page.one("class", "acting").text.startswith("Acting for Northwind")
    links = {link["href"] for link in page.tagged("a")}
    assert {"/for/northwind/cases/", "/for/northwind/accounts/profile/"} <= links


def test_a_mail_asked_for_in_a_scope_leads_outside_it(agent: Membership, client: Client) -> None:
    data = {"email": "new@reseller.example", "action_add": ""}
    assert client.post("/for/northwind/accounts/email/", data).status_code == 302
    words = [word for message in mail.outbox for word in str(message.body).split()]
    link = next(word for word in words if "/confirm-email/" in word)
    assert urlsplit(link).path.startswith("/accounts/confirm-email/")


def test_the_audit_in_a_scope_is_the_customers_alone(agent: Membership, client: Client) -> None:
    Membership.objects.filter(pk=agent.pk).update(role=Role.ADMIN)
    for slug in ("northwind", "fabrikam"):
        customer = agent.organization.customers.get(slug=slug)
        record(actor=agent.user, action=f"{slug} deed", object=customer, organization=customer)
    everything = client.get("/audit/").content.decode()
    assert "fabrikam deed" in everything
    scoped = client.get("/for/northwind/audit/").content.decode()
    assert "northwind deed" in scoped
    assert "fabrikam deed" not in scoped
    sheet = b"".join(client.get("/for/northwind/audit/export.csv")).decode()
    assert "northwind deed" in sheet
    assert "fabrikam deed" not in sheet


def test_no_audit_is_read_in_a_scope_out_of_reach(agent: Membership, client: Client) -> None:
    assert client.get("/for/northwind/audit/").status_code == 404  # an agent reads none
    Membership.objects.filter(pk=agent.pk).update(role=Role.ADMIN)
    CustomerFactory.create(slug="contoso")
    assert client.get("/for/contoso/audit/").status_code == 404


def test_another_resellers_customer_is_no_scope(agent: Membership, client: Client) -> None:
    CustomerFactory.create(slug="contoso")
    assert client.get("/for/contoso/cases/").status_code == 404
    assert client.get("/for/nobody/cases/").status_code == 404
    assert client.get("/for/contoso/accounts/profile/").status_code == 404
    assert client.post("/for/nobody/accounts/profile/", {"name": "Kim"}).status_code == 404


def test_signing_in_leads_back_into_the_scope(db: None, client: Client) -> None:
    answer = client.get("/for/northwind/cases/", follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=%2Ffor%2Fnorthwind%2Fcases%2F"
