"""Acting for customers: whose case it is, who filed it, who sees it."""

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from cases import actions
from cases.models import Case, Draft
from portal.accounts.models import AuditEvent, Membership, User
from portal.accounts.roles import Role
from tests.cases.filing_desk import MINIMUM, Desk, browser, hidden, page_of, review_of, shown
from tests.factories import CaseFactory
from tests.world import World, answered


def page(case: Case, deed: str = "") -> str:
    return f"/cases/{case.reference}/{deed}"


def start(client: Client, desk: Desk, **more: str) -> Any:
    told = {"customer": "northwind", "account": str(desk.account.pk), **more}
    return client.post("/cases/new/", told)


# choosing whom to act for


def test_each_customer_leads_to_the_page_that_was_left(world: World) -> None:
    client = browser(world.people["riley"])
    assert "/acting-for/?page=cases:list" in shown(client.get("/cases/"))
    choosing = shown(client.get("/acting-for/?page=cases:list"))
    assert 'href="/for/northwind/cases/"' in choosing
    assert 'href="/for/fabrikam/cases/"' in choosing
    assert "contoso" not in choosing
    assert "All my customers" in choosing


def test_the_scope_is_kept_while_choosing_and_left_again(world: World) -> None:
    client = browser(world.people["riley"])
    choosing = shown(client.get("/for/northwind/acting-for/?page=cases:drafts"))
    assert 'href="/for/fabrikam/drafts/"' in choosing
    assert 'href="/drafts/"' in choosing
    assert "Acting for <strong>Northwind</strong>" in choosing


def test_a_page_of_one_customer_leads_to_the_list_it_is_on(world: World) -> None:
    case = world.filed()
    draft = world.draft(by="riley")
    client = browser(world.people["riley"])
    assert "/acting-for/?page=cases:list" in shown(client.get(page(case)))
    assert "/acting-for/?page=cases:drafts" in shown(client.get(f"/cases/new/{draft.pk}/"))


@pytest.mark.parametrize("asked", ["cases:case", "admin:index", "//elsewhere.example", ""])
def test_only_known_pages_are_led_to(world: World, asked: str) -> None:
    answer = browser(world.people["riley"]).get("/acting-for/", {"page": asked})
    assert 'href="/for/northwind/"' in shown(answer)
    assert "elsewhere" not in shown(answer)


def test_customers_are_found_by_name_with_what_is_there(world: World) -> None:
    CaseFactory.create_batch(2, organization=world.organizations["northwind"])
    CaseFactory.create(organization=world.organizations["northwind"], status="closed")
    found = shown(browser(world.people["riley"]).get("/acting-for/?q=north"))
    assert "2 open cases" in found
    assert "Akamai: Northwind Traders" in found
    assert 'href="/for/fabrikam/"' not in found
    assert "No customer of yours" in shown(
        browser(world.people["riley"]).get("/acting-for/?q=contoso")
    )


def test_who_belongs_to_one_customer_chooses_nothing(world: World) -> None:
    assert "picker" not in shown(browser(world.people["casey"]).get("/cases/"))
    Membership.objects.create(
        user=world.people["casey"],
        organization=world.organizations["contoso"],
        role=Role.REQUESTER,
    )
    client = browser(world.people["casey"])
    assert "picker" in shown(client.get("/cases/"))
    assert "/for/contoso/" in shown(client.get("/acting-for/"))


def test_many_customers_cost_the_same_queries(
    world: World, django_assert_max_num_queries: Any
) -> None:
    client = browser(world.people["riley"])
    with django_assert_max_num_queries(12):
        assert client.get("/acting-for/").status_code == 200


def test_the_strip_is_on_every_page_in_scope(desk: Desk) -> None:
    client = browser(desk.riley)
    start(client, desk)
    draft = Draft.objects.get()
    Draft.objects.filter(pk=draft.pk).update(answers=MINIMUM)
    for path in ("/", "/cases/", page_of(draft), review_of(draft), "/cases/CP-00000000/"):
        told = shown(client.get(f"/for/northwind{path}", follow=True))
        assert "Acting for <strong>Northwind</strong>" in told, path
        assert "· Northwind · Caseport</title>" in told, path


# filing for a customer


def test_the_button_names_the_customer(world: World) -> None:
    draft = world.draft(by="riley")
    assert draft.acting_in.is_reseller
    context = {"draft": draft, "review": {"filing": {"vendor": {"name": "Akamai"}}}}
    assert "Send as Northwind" in render_to_string("cases/review.html", context)
    own = {**context, "draft": world.draft()}
    assert "Send to Akamai" in render_to_string("cases/review.html", own)


def test_a_foreign_contact_is_refused(desk: Desk) -> None:
    stranger = desk.person("stranger", desk.fabrikam, Role.REQUESTER)
    for foreign in (str(stranger.pk), str(desk.riley.pk), "x"):
        answer = start(browser(desk.riley), desk, contact=foreign)
        assert answer.status_code == 422
        assert "Choose a contact that is offered here." in shown(answer)
    assert not Draft.objects.exists()


def test_an_action_refuses_a_foreign_contact_too(world: World) -> None:
    with pytest.raises(actions.Rejected):
        actions.start_draft(
            viewer=world.viewer("riley"),
            customer=world.organizations["northwind"],
            account=world.accounts["northwind"],
            contact_user=world.people["stranger"],
        )


def test_the_customers_own_people_choose_neither_contact_nor_sight(desk: Desk) -> None:
    client = browser(desk.casey)
    assert "Who sees the case" not in shown(client.get("/cases/new/"))
    start(client, desk, visible="no", contact=str(desk.riley.pk))
    draft = Draft.objects.get()
    assert (draft.contact_user, draft.visible_to_customer) == (desk.casey, True)


def change(client: Client, draft: Draft, **told: Any) -> Any:
    form = client.get(page_of(draft))
    revision = hidden(form, "_revision")[0]
    return client.post(page_of(draft), {"_revision": revision, "_action": "contact", **told})


def test_another_contact_refills_what_nobody_edited(desk: Desk) -> None:
    client = browser(desk.riley)
    desk.person("vera", desk.northwind, Role.VIEWER, phone="456")
    vera = User.objects.get(name="Vera")
    start(client, desk, contact=str(desk.casey.pk))
    draft = Draft.objects.get()
    client.post(page_of(draft), {**MINIMUM, "_revision": "0", "people/name": "Casey at home"})
    answer = change(client, draft, **{"_for-contact": str(vera.pk), "_for-visible": "no"})
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert (draft.contact_user, draft.visible_to_customer) == (vera, False)
    assert draft.answers["people/name"] == "Casey at home"
    assert draft.answers["subject"] == MINIMUM["subject"]
    form = shown(client.get(page_of(draft)))
    assert "456" in form


def test_what_was_typed_beside_the_choice_is_kept(desk: Desk) -> None:
    client = browser(desk.riley)
    start(client, desk)
    draft = Draft.objects.get()
    change(client, draft, **{**MINIMUM, "_for-contact": str(desk.casey.pk)})
    draft.refresh_from_db()
    assert draft.contact_user == desk.casey
    assert draft.answers["subject"] == MINIMUM["subject"]


def test_a_foreign_contact_of_a_draft_is_refused_and_nothing_lost(desk: Desk) -> None:
    client = browser(desk.riley)
    stranger = desk.person("stranger", desk.fabrikam, Role.REQUESTER)
    start(client, desk, contact=str(desk.casey.pk))
    draft = Draft.objects.get()
    answer = change(client, draft, **{**MINIMUM, "_for-contact": str(stranger.pk)})
    assert answer.status_code == 422
    assert MINIMUM["subject"] in shown(answer)
    assert "Choose a contact that is offered here." in shown(answer)
    draft.refresh_from_db()
    assert draft.contact_user == desk.casey


def test_the_customers_own_draft_has_no_such_choice(desk: Desk) -> None:
    draft = desk.draft()
    answer = change(browser(desk.casey), draft, **{"_for-visible": "no"})
    assert answer.status_code == 403
    assert "Only who files for a customer chooses its contact." in shown(answer)
    draft.refresh_from_db()
    assert draft.visible_to_customer


def test_everybody_reads_who_filed_it_for_whom(world: World) -> None:
    draft = actions.start_draft(
        viewer=world.viewer("riley"),
        customer=world.organizations["northwind"],
        account=world.accounts["northwind"],
        contact_user=world.people["casey"],
    )
    case = actions.file_case(viewer=world.viewer("riley"), draft=draft, answered=answered())
    assert (case.filed_by, case.contact_user) == (world.people["riley"], world.people["casey"])
    for reader in ("casey", "morgan", "riley"):
        told = shown(browser(world.people[reader]).get(page(case)))
        assert "<strong>Riley</strong> (Meridian) for Northwind" in told, reader


# who sees it


@pytest.fixture
def case(world: World) -> Case:
    return world.filed(by="riley")


def hide(world: World, case: Case, by: str, visible: str = "no") -> Any:
    told = {"visible": visible, "reason": "Not theirs to see"}
    return browser(world.people[by]).post(page(case, "visibility/"), told)


def test_staff_hide_a_case_and_show_it_again_on_record(world: World, case: Case) -> None:
    world.add_note(case, "For both of us", by="riley", audience="customer")
    morgan = browser(world.people["morgan"])
    assert hide(world, case, "riley").status_code == 302
    assert morgan.get(page(case)).status_code == 404
    assert case.reference not in shown(morgan.get("/cases/?status=any"))
    assert hide(world, case, "riley").status_code == 302
    assert hide(world, case, "admin", "yes").status_code == 302
    assert "For both of us" in shown(morgan.get(page(case)))
    told = AuditEvent.objects.filter(action__in=["case hidden", "case shown"]).order_by("at")
    assert [e.action for e in told] == ["case hidden", "case shown"]
    assert {e.acting_for for e in told} == {world.organizations["northwind"]}


def test_only_staff_decide_who_sees_it(world: World, case: Case) -> None:
    assert hide(world, case, "morgan").status_code == 403
    assert hide(world, case, "vera").status_code == 403
    assert hide(world, case, "rival").status_code == 404
    case.refresh_from_db()
    assert case.visible_to_customer
    assert "Hide from" not in shown(browser(world.people["morgan"]).get(page(case)))


@pytest.mark.parametrize("visible", ["", "maybe"])
def test_a_choice_that_is_none_changes_nothing(world: World, case: Case, visible: str) -> None:
    assert hide(world, case, "riley", visible).status_code == 422


def test_who_filed_it_and_for_whom_is_never_rewritten(world: World, case: Case) -> None:
    def facts() -> tuple[Any, ...]:
        case.refresh_from_db()
        return case.filed_by, case.filed_from, case.organization, case.reseller

    before = facts()
    hide(world, case, "riley")
    hide(world, case, "riley", "yes")
    actions.share(viewer=world.viewer("riley"), case=case, person=world.people["casey"])
    world.add_note(case, "More", by="morgan")
    world.drain()
    world.pull(case)
    Membership.objects.filter(user=world.people["riley"]).delete()
    Membership.objects.filter(user=world.people["casey"]).update(
        organization=world.organizations["fabrikam"]
    )
    world.pull(case)
    assert facts() == before
