"""The list of drafts."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Draft
from tests.cases.filing_desk import MINIMUM, Desk, browser, page_of, shown, standing
from tests.factories import ResellerFactory
from vendors.connections.models import Entitlement


def test_only_ones_own_unfinished_drafts_are_listed(desk: Desk) -> None:
    mine = desk.draft(answers={"subject": "Mine"})
    desk.draft(owner=desk.riley, answers={"subject": "Hers"})
    page = shown(browser(desk.casey).get("/drafts/"))
    assert "Mine" in page
    assert page_of(mine) in page
    assert "Hers" not in page


def test_a_customers_scope_shows_that_customers_drafts_alone(desk: Desk) -> None:
    staff = {"owner": desk.riley, "acting_in": desk.reseller}
    desk.draft(**staff, answers={"subject": "For Northwind"})
    desk.draft(
        **staff,
        customer=desk.fabrikam,
        account=desk.other_account,
        answers={"subject": "About Fabrikam"},
    )
    page = shown(browser(desk.riley).get("/for/northwind/drafts/"))
    assert "For Northwind" in page
    assert "About Fabrikam" not in page


def test_a_draft_outlives_signing_out(desk: Desk) -> None:
    draft = desk.draft()
    client = browser(desk.casey)
    client.post(page_of(draft), MINIMUM)
    client.logout()
    assert "Pages are slow" in shown(browser(desk.casey).get(page_of(draft)))


def test_a_draft_that_cannot_be_sent_any_more_says_so(desk: Desk) -> None:
    desk.draft(answers={"subject": "Mine"})
    assert "Cannot be sent" not in shown(browser(desk.casey).get("/drafts/"))
    Entitlement.objects.all().delete()
    assert "Cannot be sent" in shown(browser(desk.casey).get("/drafts/"))


def test_discarding_takes_a_post_and_only_ones_own(desk: Desk) -> None:
    draft = desk.draft(answers={"subject": "Mine"})
    path = f"/drafts/{draft.pk}/discard/"
    assert browser(desk.casey).get(path).status_code == 405
    assert browser(desk.riley).post(path).status_code == 404
    assert Draft.objects.exists()
    answer = browser(desk.casey).post(path, follow=True)
    assert "“Mine” was discarded." in shown(answer)
    assert not Draft.objects.exists()


def test_the_list_takes_the_same_queries_for_many_drafts(desk: Desk) -> None:
    client = browser(desk.casey)
    desk.draft()
    client.get("/drafts/")
    with CaptureQueriesContext(connection) as for_one:
        client.get("/drafts/")
    for _ in range(12):
        desk.draft()
    with CaptureQueriesContext(connection) as for_many:
        client.get("/drafts/")
    assert len(for_many) == len(for_one) <= 12


def abouts_fabrikam(desk: Desk, **more: Any) -> Draft:
    staff = {"owner": desk.riley, "acting_in": desk.reseller}
    return desk.draft(**staff, customer=desk.fabrikam, account=desk.other_account, **more)


def lose_fabrikam(desk: Desk) -> None:
    desk.fabrikam.reseller = ResellerFactory.create()
    desk.fabrikam.save()


def test_a_draft_outlives_the_scope_it_was_written_in(desk: Desk) -> None:
    draft, client = abouts_fabrikam(desk), browser(desk.riley)
    page, inside = page_of(draft), f"/for/fabrikam{page_of(draft)}"
    typed = MINIMUM | standing(client.get(inside)) | {"subject": "Typed as Fabrikam went"}
    lose_fabrikam(desk)
    answer = client.post(inside, typed)
    assert (answer.status_code, answer.headers["Location"]) == (307, page)
    told = shown(client.post(page, typed))
    assert "This draft cannot be sent" in told
    assert "Typed as Fabrikam went" in told
    assert "Typed as Fabrikam went" in shown(client.get(f"{inside}?check=1", follow=True))
    for deed in ("review/", "discard/"):
        where = f"/for/fabrikam/drafts/{draft.pk}/discard/" if deed == "discard/" else inside + deed
        assert client.post(where).headers["Location"] == where.removeprefix("/for/fabrikam")


def test_a_lost_scope_leads_to_no_draft_of_another_customer_or_writer(desk: Desk) -> None:
    others = [desk.draft(owner=desk.riley, acting_in=desk.reseller), desk.draft()]
    theirs = abouts_fabrikam(desk)
    lose_fabrikam(desk)
    for draft in others:
        assert browser(desk.riley).get(f"/for/fabrikam{page_of(draft)}").status_code == 404
    assert browser(desk.casey).get(f"/for/fabrikam{page_of(theirs)}").status_code == 404
