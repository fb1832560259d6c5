"""Managing people: who may, what happens at once, and what never changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core import serializers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases import access
from cases.models.push import State
from portal.accounts import people
from portal.accounts.models import AuditEvent, Membership, Organization, User
from portal.accounts.people import Refused
from portal.accounts.roles import Role
from tests.factories import InvitationFactory, MembershipFactory, UserFactory
from tests.world import World

NORTHWIND = "/people/northwind/"


@pytest.fixture
def rival_admin(world: World) -> User:
    user: User = UserFactory.create(name="Rita")
    MembershipFactory.create(user=user, organization=world.organizations["summit"], role=Role.ADMIN)
    return user


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(answer: Any) -> str:
    return str(answer.content.decode())


def member(world: World, name: str, slug: str = "northwind") -> Membership:
    return Membership.objects.get(user=world.people[name], organization__slug=slug)


def deed(membership: Membership, name: str) -> str:
    return f"/people/{membership.organization.slug}/{membership.pk}/{name}/"


def role_of(membership: Membership) -> str:
    return Membership.objects.get(pk=membership.pk).role


def all_about_cases() -> str:
    rows = [access.worker_cases(), access.worker_pushes()]
    return "".join(serializers.serialize("json", found.order_by("pk")) for found in rows)


@contextmanager
def audited(action: str) -> Iterator[None]:
    before = AuditEvent.objects.filter(action=action).count()
    yield
    assert AuditEvent.objects.filter(action=action).count() == before + 1


# who may


@pytest.mark.parametrize("name", ["casey", "vera"])
def test_who_does_not_manage_people_is_told_so_in_their_own_house(world: World, name: str) -> None:
    client = browser(world.people[name])
    assert client.get("/people/").status_code == 403
    assert client.get(NORTHWIND).status_code == 403
    for page in ("invite/", f"{member(world, 'vera').pk}/role/"):
        assert client.get(NORTHWIND + page).status_code == 403


def test_an_agent_reads_who_is_there_and_touches_nobody(world: World) -> None:
    """They choose contacts among these people, and look at the portal as them."""
    InvitationFactory.create(organization=world.organizations["northwind"], email="kim@x.example")
    client = browser(world.people["riley"])
    assert "People of Meridian" in shown(client.get("/people/"))
    page = shown(client.get("/for/northwind/people/"))
    assert "casey@northwind.example" in page
    assert f"/view-as/{world.people['casey'].pk}/" in page
    for hidden in ("kim@x.example", "Second factor</th>", "/remove/", "/invite/"):
        assert hidden not in page
    casey = member(world, "casey")
    for path in (NORTHWIND + "invite/", deed(casey, "role"), deed(casey, "remove")):
        assert client.get(path).status_code == 403
        assert client.post(path, {"role": "viewer"}).status_code == 403


@pytest.mark.parametrize("path", [NORTHWIND, "/for/northwind/people/", "/people/nobody/"])
def test_others_organisations_do_not_exist(world: World, rival_admin: User, path: str) -> None:
    for user in (world.people["stranger"], world.people["rival"], rival_admin):
        assert browser(user).get(path).status_code == 404


def test_a_manager_sees_the_people_of_their_own_organisation(world: World) -> None:
    page = shown(browser(world.people["morgan"]).get("/people/"))
    for name in ("casey", "vera", "morgan"):
        assert f"{name}@northwind.example" in page
    assert "stranger@" not in page
    assert "riley@" not in page


def test_a_manager_reaches_neither_the_reseller_nor_another_customer(world: World) -> None:
    client = browser(world.people["morgan"])
    assert client.get("/people/fabrikam/").status_code == 404
    assert client.get("/people/meridian/").status_code == 404
    assert client.get("/people/?organisation=meridian").status_code == 404


def test_a_resellers_admin_chooses_among_the_reseller_and_its_customers(world: World) -> None:
    client = browser(world.people["admin"])
    page = shown(client.get("/people/"))
    assert "People of Meridian" in page
    for slug in ("meridian", "northwind", "fabrikam"):
        assert f'<option value="{slug}"' in page
    assert "summit" not in page
    assert "contoso" not in page
    chosen = client.get("/people/?organisation=northwind", follow=True)
    assert chosen.request["PATH_INFO"] == NORTHWIND
    assert "casey@northwind.example" in shown(chosen)


def test_a_customers_scope_shows_that_customers_people_alone(world: World) -> None:
    client = browser(world.people["admin"])
    page = shown(client.get("/for/northwind/people/"))
    assert "casey@northwind.example" in page
    assert "<option" not in page
    assert "/for/northwind/people/northwind/invite/" in page
    assert client.get("/for/northwind/people/fabrikam/").status_code == 404
    assert client.get("/for/meridian/people/").status_code == 404


def test_the_operator_sees_every_organisation(world: World) -> None:
    client = browser(UserFactory.create(operator=True))
    page = shown(client.get("/people/"))
    for slug in ("meridian", "northwind", "fabrikam", "summit", "contoso"):
        assert f'<option value="{slug}"' in page
    assert client.get("/people/contoso/").status_code == 200


def test_the_menu_leads_there_only_those_who_may(world: World) -> None:
    link = 'href="/people/"'
    assert link in shown(browser(world.people["morgan"]).get("/"))
    assert link in shown(browser(world.people["admin"]).get("/"))
    assert link not in shown(browser(world.people["casey"]).get("/"))
    assert link in shown(browser(world.people["riley"]).get("/"))
    assert link not in shown(browser(world.people["vera"]).get("/"))


# the list


def test_a_persons_other_organisations_are_never_told(world: World) -> None:
    MembershipFactory.create(
        user=world.people["casey"], organization=world.organizations["contoso"], role=Role.MANAGER
    )
    casey = member(world, "casey")
    client = browser(world.people["morgan"])
    for path in (NORTHWIND, deed(casey, "role"), deed(casey, "remove")):
        assert "Contoso" not in shown(client.get(path))


def test_the_list_finds_by_name_and_address(world: World) -> None:
    client = browser(world.people["morgan"])
    page = shown(client.get(NORTHWIND, {"q": "CASEY"}))
    assert "casey@" in page
    assert "vera@" not in page
    assert "Nobody found" in shown(client.get(NORTHWIND, {"q": "x\0%"}))


def test_the_list_takes_the_same_queries_for_many_people(world: World) -> None:
    client = browser(world.people["morgan"])
    client.get(NORTHWIND)
    northwind = world.organizations["northwind"]
    InvitationFactory.create(organization=northwind, invited_by=world.people["morgan"])
    with CaptureQueriesContext(connection) as for_few:
        client.get(NORTHWIND)
    MembershipFactory.create_batch(40, organization=northwind)
    InvitationFactory.create_batch(5, organization=northwind)
    with CaptureQueriesContext(connection) as for_many:
        page = shown(client.get(NORTHWIND))
    assert len(for_many) == len(for_few) <= 20
    assert "Page 1 of 2" in page
    assert "Page 2 of 2" in shown(client.get(NORTHWIND, {"page": "2"}))
    assert client.get(NORTHWIND, {"page": "nonsense"}).status_code == 200


# roles


def test_a_new_role_counts_from_the_next_request(world: World) -> None:
    casey = member(world, "casey")
    hers = browser(world.people["casey"])
    assert hers.get("/people/").status_code == 403
    with audited("role changed"):
        answer = browser(world.people["morgan"]).post(deed(casey, "role"), {"role": "manager"})
    assert answer.headers["Location"] == NORTHWIND
    assert hers.get("/people/").status_code == 200


def test_the_record_of_a_new_role_names_the_field_alone(world: World) -> None:
    browser(world.people["admin"]).post(deed(member(world, "casey"), "role"), {"role": "viewer"})
    event = AuditEvent.objects.get(action="role changed")
    assert event.changed == ["role"]
    assert event.organization == event.acting_for == world.organizations["northwind"]
    assert event.actor == world.people["admin"]


def test_an_unchanged_role_is_no_deed(world: World) -> None:
    browser(world.people["morgan"]).post(
        deed(member(world, "casey"), "role"), {"role": "requester"}
    )
    assert not AuditEvent.objects.filter(action="role changed").exists()


@pytest.mark.parametrize("role", ["agent", "admin", "operator", "", "manager\0"])
def test_only_roles_of_this_kind_of_organisation_are_given(world: World, role: str) -> None:
    casey = member(world, "casey")
    answer = browser(world.people["morgan"]).post(deed(casey, "role"), {"role": role})
    assert answer.status_code == 422
    assert "error-summary" in shown(answer)
    assert role_of(casey) == Role.REQUESTER


def test_nobody_changes_their_own_role_or_removes_themselves(world: World) -> None:
    MembershipFactory.create(organization=world.organizations["northwind"], role=Role.MANAGER)
    morgan = member(world, "morgan")
    client = browser(world.people["morgan"])
    assert client.post(deed(morgan, "role"), {"role": "viewer"}).status_code == 422
    assert client.post(deed(morgan, "remove")).status_code == 422
    assert role_of(morgan) == Role.MANAGER


def test_the_last_manager_is_neither_demoted_nor_removed(world: World) -> None:
    morgan = member(world, "morgan")
    client = browser(world.people["admin"])
    answer = client.post(deed(morgan, "role"), {"role": "viewer"})
    assert answer.status_code == 422
    assert "Morgan is the last manager of Northwind" in shown(answer)
    assert "last manager" in shown(client.get(deed(morgan, "remove")))
    assert client.post(deed(morgan, "remove")).status_code == 422
    assert role_of(morgan) == Role.MANAGER


def test_a_manager_whose_account_is_closed_is_no_other_manager(world: World) -> None:
    closed = MembershipFactory.create(
        organization=world.organizations["northwind"],
        role=Role.MANAGER,
        user=UserFactory.create(is_active=False),
    )
    client = browser(world.people["admin"])
    assert client.post(deed(member(world, "morgan"), "remove")).status_code == 422
    User.objects.filter(pk=closed.user.pk).update(is_active=True)
    assert client.post(deed(member(world, "morgan"), "remove")).status_code == 302


def test_managers_are_equals_in_their_own_house(world: World) -> None:
    second = MembershipFactory.create(
        organization=world.organizations["northwind"], role=Role.MANAGER
    )
    answer = browser(world.people["morgan"]).post(deed(second, "role"), {"role": "viewer"})
    assert answer.status_code == 302


def test_rank_is_kept_also_without_a_page(world: World, rival_admin: User) -> None:
    """The deeds themselves refuse, whoever calls them."""
    riley = member(world, "riley", "meridian")
    meridian = world.organizations["meridian"]
    for actor in (world.people["morgan"], world.people["casey"], rival_admin):
        with pytest.raises(Refused):
            people.remove(actor=actor, organization=meridian, membership_id=riley.pk)
    assert role_of(riley) == Role.AGENT


# removing


def test_looking_at_the_page_removes_nobody(world: World) -> None:
    casey = member(world, "casey")
    page = shown(browser(world.people["morgan"]).get(deed(casey, "remove")))
    assert "Remove Casey from Northwind?" in page
    assert "Cases stay as they are" in page
    assert role_of(casey) == Role.REQUESTER


def test_invitations_of_somebody_to_be_removed_are_pointed_out(world: World) -> None:
    casey = member(world, "casey")
    InvitationFactory.create(organization=casey.organization, invited_by=casey.user)
    page = shown(browser(world.people["morgan"]).get(deed(casey, "remove")))
    assert "1 invitation they sent stays open" in page


def test_who_is_removed_from_their_last_organisation_is_signed_out(world: World) -> None:
    casey = world.people["casey"]
    hers = Client()
    hers.post("/accounts/login/", {"login": casey.email, "password": "caseport-demo"})
    assert hers.get("/cases/").status_code == 200
    with audited("person removed"):
        browser(world.people["morgan"]).post(deed(member(world, "casey"), "remove"))
    assert hers.get("/cases/").headers["Location"].startswith("/accounts/login/")


def test_who_belongs_elsewhere_stays_signed_in_and_sees_nothing_here(world: World) -> None:
    case = world.file_case()
    casey = world.people["casey"]
    MembershipFactory.create(
        user=casey, organization=world.organizations["contoso"], role=Role.MANAGER
    )
    hers = browser(casey)
    assert hers.get(f"/cases/{case.reference}/").status_code == 200
    browser(world.people["morgan"]).post(deed(member(world, "casey"), "remove"))
    assert hers.get(f"/cases/{case.reference}/").status_code == 404
    assert hers.get("/people/contoso/").status_code == 200


def test_membership_never_rewrites_a_case(world: World) -> None:
    world.filed()
    world.file_case(by="riley")
    before = all_about_cases()
    client = browser(world.people["admin"])
    client.post(deed(member(world, "casey"), "role"), {"role": "viewer"})
    client.post(deed(member(world, "casey"), "remove"))
    client.post(deed(member(world, "riley", "meridian"), "remove"))
    assert not Membership.objects.filter(user__name__in=["Casey", "Riley"]).exists()
    assert all_about_cases() == before


def test_a_waiting_step_of_somebody_removed_is_not_sent(world: World) -> None:
    case = world.filed()
    world.add_note(case, "Never to be sent")
    browser(world.people["morgan"]).post(deed(member(world, "casey"), "remove"))
    world.drain()
    push = world.push(case, "note")
    assert push.state == State.REFUSED
    assert "its author may no longer write" in push.outcome
    assert world.played.effects("note") == []


def test_a_draft_of_somebody_removed_is_kept_and_not_sent(world: World) -> None:
    casey = world.people["casey"]
    draft = world.draft()
    draft.answers = {"subject": "Half a thought"}
    draft.save()
    browser(world.people["morgan"]).post(deed(member(world, "casey"), "remove"))
    again = browser(casey)
    page = shown(again.get(f"/cases/new/{draft.pk}/"))
    assert "This draft cannot be sent" in page
    assert "Half a thought" in page
    assert "Cannot be sent" in shown(again.get("/drafts/"))
    assert again.post(f"/cases/new/{draft.pk}/review/").status_code == 403


def test_removing_twice_says_so_or_finds_nobody(world: World) -> None:
    casey = member(world, "casey")
    morgan, northwind = world.people["morgan"], world.organizations["northwind"]
    people.remove(actor=morgan, organization=northwind, membership_id=casey.pk)
    with pytest.raises(Refused):
        people.remove(actor=morgan, organization=northwind, membership_id=casey.pk)
    assert browser(morgan).post(deed(casey, "remove")).status_code == 404


def test_a_person_is_reached_through_their_own_organisation_alone(world: World) -> None:
    riley = member(world, "riley", "meridian")
    client = browser(world.people["admin"])
    for name in ("role", "remove"):
        assert client.post(f"/people/northwind/{riley.pk}/{name}/").status_code == 404
    assert Organization.objects.get(slug="meridian").memberships.filter(pk=riley.pk).exists()
