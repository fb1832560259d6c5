"""Before anything leaves it is asked again who may: author, organisation, connection."""

from typing import Any

import pytest

from cases import actions
from cases.models import Draft, Push
from cases.models.push import State
from portal.accounts.models import Membership, Organization, User
from tests.world import World, answered
from vendors.connections.models import Connection, Entitlement, VendorAccount
from vendors.vocabulary import Kind


def outcome(world: World, case: Any, kind: str = Kind.CREATE) -> Push:
    world.drain(2)
    return world.push(case, kind)


@pytest.mark.parametrize("lost", ["membership", "account"])
def test_nothing_is_sent_for_an_author_who_may_no_longer_write(world: World, lost: str) -> None:
    case = world.file_case()
    if lost == "membership":
        Membership.objects.filter(user=world.people["casey"]).delete()
    else:
        User.objects.filter(pk=world.people["casey"].pk).update(is_active=False)
    push = outcome(world, case)
    assert push.state == State.REFUSED
    assert push.outcome == "Not sent: its author may no longer write on this case."
    assert world.played.effects() == []


@pytest.mark.parametrize("kind", [Kind.CREATE, Kind.NOTE])
def test_nothing_is_sent_under_an_account_that_was_withdrawn(world: World, kind: str) -> None:
    case = world.filed() if kind == Kind.NOTE else world.file_case()
    sent = len(world.played.effects())
    if kind == Kind.NOTE:
        world.add_note(case, "One more")
    Entitlement.objects.filter(customer=world.organizations["northwind"]).delete()
    push = outcome(world, case, kind)
    assert push.state == State.REFUSED
    assert "Northwind may no longer use Northwind Traders" in push.outcome
    assert len(world.played.effects()) == sent


def test_it_goes_when_it_is_allowed_again(world: World) -> None:
    case = world.file_case()
    Entitlement.objects.filter(customer=world.organizations["northwind"]).delete()
    push = outcome(world, case)
    Entitlement.objects.create(
        customer=world.organizations["northwind"], account=world.accounts["northwind"]
    )
    actions.withdraw(viewer=world.viewer("casey"), push=push)
    draft = Draft.objects.get()
    again = actions.file_case(viewer=world.viewer("casey"), draft=draft, answered=answered())
    world.drain(2)
    again.refresh_from_db()
    assert again.vendor_id
    assert len(world.played.effects("create")) == 1


def test_nothing_is_sent_through_a_connection_that_changed_hands(world: World) -> None:
    case = world.file_case()
    Connection.objects.filter(pk=world.connection.pk).update(owner=world.organizations["summit"])
    push = outcome(world, case)
    assert push.state == State.REFUSED
    assert push.outcome == "Not sent: the connection belongs to another organisation now."
    assert world.played.effects() == []


def test_nothing_is_sent_for_a_customer_who_left_the_reseller(world: World) -> None:
    case = world.file_case()
    Organization.objects.filter(slug="northwind").update(reseller=world.organizations["summit"])
    assert outcome(world, case).state == State.REFUSED
    assert world.played.effects() == []


def test_a_paused_connection_keeps_what_is_due(world: World) -> None:
    case = world.file_case()
    Connection.objects.update(state=Connection.State.PAUSED)
    assert outcome(world, case).state == State.PENDING
    Connection.objects.update(state=Connection.State.ACTIVE)
    world.drain(2)
    case.refresh_from_db()
    assert case.vendor_id


def test_a_case_that_came_from_the_vendor_needs_no_entitlement(world: World) -> None:
    case = world.filed()
    type(case).everything.filter(pk=case.pk).update(filed_from=None, filed_by=None)
    VendorAccount.objects.get(pk=world.accounts["northwind"].pk).entitlements.all().delete()
    case.refresh_from_db()
    world.add_note(case, "From staff", by="riley")
    push = outcome(world, case, Kind.NOTE)
    assert push.state == State.DONE
