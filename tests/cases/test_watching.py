"""Watching a case and sharing it: inside its organisations, and no further."""

from typing import Any

import pytest
from django.test import Client

from cases import actions
from cases.models import Case, Watch
from portal.accounts.models import AuditEvent, Membership, User
from portal.accounts.roles import Role
from tests.factories import CaseFactory
from tests.world import World


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def case(world: World) -> Case:
    """Morgan's case: neither filed by Casey nor for her."""
    made: Case = CaseFactory.create(
        organization=world.organizations["northwind"],
        filed_by=world.people["morgan"],
        connection=world.connection,
        account=world.accounts["northwind"],
        subject="Morgan's own",
    )
    return made


def page(case: Case, deed: str = "") -> str:
    return f"/cases/{case.reference}/{deed}"


def share(world: World, case: Case, who: str, by: str = "morgan", deed: str = "share/") -> Any:
    person = {"person": str(world.people[who].pk)}
    return browser(world.people[by]).post(page(case, deed), person)


def deeds() -> list[str]:
    return list(AuditEvent.objects.order_by("at").values_list("action", flat=True))


def test_a_shared_case_opens_for_a_requester(world: World, case: Case) -> None:
    casey = browser(world.people["casey"])
    assert casey.get(page(case)).status_code == 404
    assert share(world, case, "casey").status_code == 302
    shown = text(casey.get(page(case)))
    assert "shared by Morgan" in shown
    assert "Morgan&#x27;s own" in text(casey.get("/cases/"))
    assert case.reference in text(casey.get("/cases/?watching=me"))
    assert deeds() == ["case shared"]


def test_what_is_taken_back_is_closed_again(world: World, case: Case) -> None:
    share(world, case, "casey")
    assert share(world, case, "casey", deed="unshare/").status_code == 302
    assert browser(world.people["casey"]).get(page(case)).status_code == 404
    assert deeds() == ["case shared", "case no longer shared"]


def test_a_shared_case_closes_with_the_membership_or_the_customers_sight(
    world: World, case: Case
) -> None:
    share(world, case, "casey")
    casey = browser(world.people["casey"])
    actions.set_visibility(viewer=world.viewer("riley"), case=case, visible=False, reason="")
    assert casey.get(page(case)).status_code == 404
    actions.set_visibility(viewer=world.viewer("riley"), case=case, visible=True, reason="")
    assert casey.get(page(case)).status_code == 200
    Membership.objects.filter(user=world.people["casey"]).delete()
    assert casey.get(page(case)).status_code == 404


def test_watching_elsewhere_opens_nothing(world: World, case: Case) -> None:
    Watch.objects.create(case=case, user=world.people["stranger"])
    assert browser(world.people["stranger"]).get(page(case)).status_code == 404
    assert case.reference not in text(browser(world.people["stranger"]).get("/cases/"))


@pytest.mark.parametrize("who", ["stranger", "rival", "riley"])
def test_a_customers_person_shares_inside_the_customer_alone(
    world: World, case: Case, who: str
) -> None:
    answer = share(world, case, who)
    assert answer.status_code == 422
    assert "Choose somebody who is offered here." in text(answer)
    assert not Watch.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("admin", 302), ("casey", 302), ("stranger", 422)])
def test_staff_share_with_colleagues_and_the_customers_people(
    world: World, case: Case, who: str, status: int
) -> None:
    assert share(world, case, who, by="riley").status_code == status
    assert Watch.objects.exists() == (status == 302)


def test_a_hidden_case_is_not_shared_with_its_customer(world: World, case: Case) -> None:
    Case.everything.filter(pk=case.pk).update(visible_to_customer=False)
    assert share(world, case, "casey", by="riley").status_code == 422


def test_who_only_reads_may_watch_and_not_share(world: World, case: Case) -> None:
    vera = browser(world.people["vera"])
    assert share(world, case, "casey", by="vera").status_code == 403
    assert "Share with somebody" not in text(vera.get(page(case)))
    assert vera.post(page(case, "watch/")).status_code == 302
    assert "Stop watching" in text(vera.get(page(case)))
    vera.post(page(case, "watch/"))
    assert Watch.objects.count() == 1
    vera.post(page(case, "unwatch/"))
    assert not Watch.objects.exists()
    assert deeds() == []


def test_what_a_person_watches_themselves_nobody_takes_back(world: World, case: Case) -> None:
    actions.watch(viewer=world.viewer("vera"), case=case)
    share(world, case, "vera", deed="unshare/")
    assert Watch.objects.filter(user=world.people["vera"]).exists()
    share(world, case, "vera")
    assert Watch.objects.get().shared_by is None
    assert deeds() == []


def test_who_stops_watching_a_shared_case_is_led_to_the_list(world: World, case: Case) -> None:
    share(world, case, "casey")
    casey = browser(world.people["casey"])
    left = casey.post(page(case, "unwatch/"), follow=True)
    assert left.redirect_chain == [("/cases/", 302)]
    assert f"You no longer watch {case.reference}." in text(left)
    share(world, case, "casey")
    swapped = casey.post(page(case, "unwatch/"), headers={"HX-Request": "true"})
    assert swapped.headers["HX-Redirect"] == "/cases/"


def test_the_customer_is_not_told_which_staff_watch(world: World, case: Case) -> None:
    actions.watch(viewer=world.viewer("riley"), case=case)
    assert "Riley" not in text(browser(world.people["morgan"]).get(page(case)))
    assert "Riley" in text(browser(world.people["admin"]).get(page(case)))


def test_a_shared_case_may_be_written_on_as_the_role_allows(world: World, case: Case) -> None:
    share(world, case, "casey")
    note = {"text": "Me too", "audience": "customer", "token": str(case.pk)}
    assert browser(world.people["casey"]).post(page(case, "note/"), note).status_code == 302


def test_a_list_of_watched_cases_holds_those_alone(world: World, case: Case) -> None:
    other = CaseFactory.create(organization=world.organizations["northwind"])
    actions.watch(viewer=world.viewer("morgan"), case=case)
    shown = text(browser(world.people["morgan"]).get("/cases/?watching=me"))
    assert case.reference in shown
    assert other.reference not in shown


def test_a_former_colleague_is_no_longer_named(world: World, case: Case) -> None:
    share(world, case, "casey")
    Membership.objects.filter(user=world.people["casey"]).delete()
    assert "Casey" not in text(browser(world.people["morgan"]).get(page(case)))


def test_a_person_of_both_sides_is_offered_once(world: World, case: Case) -> None:
    Membership.objects.create(
        user=world.people["casey"], organization=world.organizations["meridian"], role=Role.AGENT
    )
    shown = text(browser(world.people["riley"]).get(page(case)))
    assert shown.count(f'<option value="{world.people["casey"].pk}"') == 1
