"""Beginning a case: for whom, under which account."""

import pytest
from django.test import Client

from cases.models import Draft
from portal.accounts.roles import Role
from tests.cases.filing_desk import Desk, browser, page_of, shown
from vendors.connections.models import Entitlement


def test_one_customer_and_one_account_need_one_click(desk: Desk) -> None:
    page = browser(desk.casey).get("/cases/new/")
    assert "For Northwind" in shown(page)
    assert f'value="{desk.account.pk}"' in shown(page)
    assert "checked" in shown(page)


def test_starting_leads_to_the_draft(desk: Desk) -> None:
    answer = browser(desk.casey).post(
        "/cases/new/", {"customer": "northwind", "account": str(desk.account.pk)}
    )
    draft = Draft.objects.get()
    assert answer.headers["Location"] == page_of(draft)
    assert (draft.customer, draft.acting_in) == (desk.northwind, desk.northwind)
    assert draft.contact_user == desk.casey


def test_looking_at_the_page_makes_no_draft(desk: Desk) -> None:
    browser(desk.casey).get("/cases/new/")
    assert not Draft.objects.exists()


def test_staff_choose_the_customer_and_one_of_its_people(desk: Desk) -> None:
    client = browser(desk.riley)
    first = shown(client.get("/cases/new/"))
    assert "Who is it for?" in first
    assert "Northwind main" not in first
    second = shown(client.get("/cases/new/?customer=northwind"))
    assert "Northwind main" in second
    assert "Casey" in second
    client.post(
        "/cases/new/",
        {
            "customer": "northwind",
            "account": str(desk.account.pk),
            "contact": str(desk.casey.pk),
        },
    )
    draft = Draft.objects.get()
    assert (draft.acting_in, draft.contact_user) == (desk.reseller, desk.casey)


def test_staff_may_enter_somebody_else_in_the_form(desk: Desk) -> None:
    browser(desk.riley).post(
        "/cases/new/", {"customer": "northwind", "account": str(desk.account.pk), "contact": ""}
    )
    assert Draft.objects.get().contact_user is None


def test_only_accounts_the_customer_is_entitled_to_are_named(desk: Desk) -> None:
    assert "Fabrikam" not in shown(browser(desk.casey).get("/cases/new/?customer=fabrikam"))
    assert "Fabrikam main" not in shown(browser(desk.riley).get("/cases/new/?customer=northwind"))


def test_an_account_of_another_customer_is_refused_at_the_field(desk: Desk) -> None:
    answer = browser(desk.casey).post(
        "/cases/new/", {"customer": "northwind", "account": str(desk.other_account.pk)}
    )
    assert answer.status_code == 422
    assert "Choose an account that is offered here." in shown(answer)
    assert not Draft.objects.exists()


def test_a_customer_out_of_reach_is_not_chosen(desk: Desk) -> None:
    answer = browser(desk.casey).post(
        "/cases/new/", {"customer": "fabrikam", "account": str(desk.other_account.pk)}
    )
    assert answer.status_code == 422
    assert not Draft.objects.exists()


def test_a_person_of_another_customer_cannot_be_the_contact(desk: Desk) -> None:
    stranger = desk.person("stranger", desk.fabrikam, Role.REQUESTER)
    answer = browser(desk.riley).post(
        "/cases/new/",
        {"customer": "northwind", "account": str(desk.account.pk), "contact": str(stranger.pk)},
    )
    assert answer.status_code == 422
    assert "stranger" not in shown(answer).lower()


def test_a_viewer_cannot_file(desk: Desk) -> None:
    viewer = desk.person("vera", desk.northwind, Role.VIEWER)
    assert browser(viewer).get("/cases/new/").status_code == 403


def test_a_customer_without_an_account_is_told_so(desk: Desk) -> None:
    Entitlement.objects.all().delete()
    assert "No vendor account yet" in shown(browser(desk.casey).get("/cases/new/"))


def test_what_the_vendor_announced_about_its_api_is_shown(desk: Desk) -> None:
    assert "Paper ends this API next year." in shown(browser(desk.casey).get("/cases/new/"))


@pytest.mark.parametrize("path", ["/cases/new/", "/drafts/"])
def test_nobody_files_signed_out(client: Client, path: str) -> None:
    assert client.get(path).status_code == 302
