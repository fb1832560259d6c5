"""Answering an invitation: one address, one membership, and nothing for anybody else."""

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import connections
from django.utils import timezone

from portal.accounts import invitations
from portal.accounts.invitations import Gone, NewPerson, Taken
from portal.accounts.models import Invitation, Membership, User
from portal.accounts.models.invitation import LASTS
from portal.accounts.people import Refused
from portal.accounts.roles import Role
from tests.accounts.invited import (
    NEW,
    TOLD,
    act,
    actions,
    browser,
    invite,
    only,
    shown,
)
from tests.factories import CustomerFactory, InvitationFactory, MembershipFactory, UserFactory
from tests.world import World
from vendors.http.redaction import RedactingFilter

KIM = NewPerson("Kim", "", "UTC", "long and winding")


# somebody new


def test_somebody_new_makes_an_account_and_is_signed_in(world: World) -> None:
    path = invite(world, role="viewer")
    client = browser()
    page = client.get(path)
    assert "Join Northwind" in shown(page)
    assert page.headers["Referrer-Policy"] == "strict-origin"
    before = client.session.session_key
    answer = client.post(path, TOLD, follow=True)
    assert "Welcome to Northwind" in shown(answer)
    assert 'href="/accounts/2fa/"' in shown(answer)
    assert client.session.session_key != before
    person = User.objects.get(email="kim@example.org")
    assert (person.name, person.phone, person.time_zone) == ("Kim Öz", "+49 30 1", "Europe/Berlin")
    assert person.check_password(TOLD["password1"])
    assert EmailAddress.objects.get(user=person).verified
    assert Membership.objects.get(user=person).role == Role.VIEWER
    assert actions()[:2] == ["person invited", "invitation accepted"]


def test_looking_changes_nothing(world: World) -> None:
    path = invite(world)
    for method in ("get", "head"):
        getattr(browser(), method)(path)
    assert only().state is Invitation.State.OPEN
    assert not User.objects.filter(email="kim@example.org").exists()


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"name": " "}, "name"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"password1": "", "password2": ""}, "password1"),
        ({"password2": "another one"}, "password2"),
        ({"password1": "short", "password2": "short"}, "password1"),
        ({"password1": "kim@example.org", "password2": "kim@example.org"}, "password1"),
    ],
)
def test_a_wrong_answer_is_said_at_its_field_and_nothing_typed_is_lost(
    world: World, told: dict[str, str], field: str
) -> None:
    path = invite(world)
    answer = browser().post(path, {**TOLD, **told})
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in shown(answer)
    assert 'value="+49 30 1"' in shown(answer)
    assert TOLD["password1"] not in shown(answer)
    assert only().state is Invitation.State.OPEN


def test_a_link_is_good_for_one_account(world: World) -> None:
    path = invite(world)
    browser().post(path, TOLD)
    for answer in (browser().get(path), browser().post(path, {**TOLD, "name": "Eve"})):
        assert answer.status_code == 410
        assert "was used" in shown(answer)
        assert "Northwind" not in shown(answer)
    assert Membership.objects.filter(organization__slug="northwind").count() == 4


def test_a_link_expires(world: World) -> None:
    path = invite(world)
    with time_machine.travel(timezone.now() + LASTS):
        answer = browser().post(path, TOLD)
    assert answer.status_code == 410
    assert "has expired" in shown(answer)
    assert "Northwind" not in shown(answer)


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "..%2f", "é" * 500, "' or 1=1"])
def test_an_unknown_link_tells_nothing(world: World, token: str) -> None:
    invite(world)
    for answer in (
        browser().get(f"/accounts/invitation/{token}/"),
        browser(world.people["casey"]).post(f"/accounts/invitation/{token}/", TOLD),
    ):
        assert answer.status_code == 404
        assert "kim@" not in shown(answer)


def test_no_account_is_made_uninvited(world: World) -> None:
    told = {"email": NEW, "password1": "long and winding", "password2": "long and winding"}
    browser().post("/accounts/signup/", told)
    assert not User.objects.filter(email="kim@example.org").exists()


# somebody with an account


def test_who_has_an_account_signs_in_and_joins_with_one_button(world: World) -> None:
    stranger = world.people["stranger"]
    path = invite(world, "Stranger@Fabrikam.example", "manager")
    client = browser()
    page = client.get(path)
    assert f"/accounts/login/?next={path.replace('/', '%2F')}" in shown(page)
    assert client.post(path, TOLD).status_code == 302  # makes no second account
    told = {"login": stranger.email, "password": "caseport-demo", "next": path}
    assert client.post("/accounts/login/", told).headers["Location"] == path
    assert "Join Northwind as manager" in shown(client.get(path))
    answer = client.post(path, follow=True)
    assert "You belong to Northwind now, as manager" in shown(answer)
    roles = dict(stranger.memberships.values_list("organization__slug", "role"))
    assert roles == {"fabrikam": "requester", "northwind": "manager"}


def test_another_proven_address_of_a_person_is_theirs(world: World) -> None:
    stranger = world.people["stranger"]
    address = EmailAddress.objects.create(user=stranger, email="kim@example.org")
    path = invite(world)
    assert "Stay signed in as" in shown(browser(stranger).get(path))
    address.verified = True
    address.save()
    assert "Join Northwind" in shown(browser(stranger).get(path))
    browser(stranger).post(path)
    assert stranger.memberships.filter(organization__slug="northwind").exists()


def test_somebody_else_signed_in_never_joins(world: World) -> None:
    path = invite(world)
    client = browser(world.people["stranger"])
    page = shown(client.get(path))
    assert "You are signed in as stranger@fabrikam.example" in page
    assert f'name="next" value="{path}"' in page
    assert client.post(path, TOLD).status_code == 403
    assert only().state is Invitation.State.OPEN
    assert world.people["stranger"].memberships.count() == 1
    left = client.post("/accounts/logout/", {"next": path})
    assert left.headers["Location"] == path
    assert "Make my account" in shown(client.get(path))


def test_the_deed_itself_refuses_another_person(world: World) -> None:
    invite(world)
    with pytest.raises(Refused):
        invitations.join(user=world.people["stranger"], invitation=only())


def test_who_belongs_by_now_keeps_their_role(world: World) -> None:
    path = invite(world, "stranger@fabrikam.example", "viewer")
    stranger = world.people["stranger"]
    MembershipFactory.create(
        user=stranger, organization=world.organizations["northwind"], role=Role.MANAGER
    )
    browser(stranger).post(path)
    assert stranger.memberships.get(organization__slug="northwind").role == Role.MANAGER
    assert only().state is Invitation.State.ACCEPTED


def test_who_was_removed_can_be_invited_again(world: World) -> None:
    casey = world.people["casey"]
    casey.memberships.all().delete()
    path = invite(world, casey.email, "viewer")
    browser(casey).post(path)
    assert casey.memberships.get().role == Role.VIEWER


# secrets, and two at once


def test_no_log_line_carries_a_link(world: World) -> None:
    token = "Zm9vYmFyLXRoaXMtaXMtbm90LWEtdG9rZW4tYXQtYWxs"
    for path in (f"/accounts/invitation/{token}/", f"?next=%2Faccounts%2Finvitation%2F{token}%2F"):
        record = logging.LogRecord("django.request", 30, "", 0, "Gone: %s", (path,), None)
        RedactingFilter().filter(record)
        assert token not in record.getMessage()


def test_a_newer_link_wins_over_a_page_still_open(world: World) -> None:
    invite(world)
    seen = only()
    act(world, "resend")
    with pytest.raises(Gone):
        invitations.join_as_new(invitation=seen, told=NewPerson("Kim", "", "UTC", "x"))
    assert not User.objects.filter(email="kim@example.org").exists()


@pytest.mark.postgres  # threads on SQLite's in-memory test database lock each other out at once
@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_make_one_membership() -> None:
    morgan = MembershipFactory.create(organization=CustomerFactory.create(), role=Role.MANAGER)
    organization = morgan.organization
    invitation = invitations.invite(
        actor=morgan.user, organization=organization, email=NEW, role="viewer"
    )
    known = UserFactory.create(email="known@example.org")
    second = invitations.invite(
        actor=morgan.user, organization=organization, email=known.email, role="viewer"
    )
    as_new = partial(invitations.join_as_new, invitation=invitation, told=KIM)
    as_known = partial(invitations.join, user=known, invitation=second)
    assert at_once([as_new, as_known] * 4) == ["Gone"] * 6 + ["joined"] * 2
    assert organization.memberships.count() == 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_organisations_answered_at_once_make_one_account() -> None:
    deeds = []
    for _ in range(4):
        asked = InvitationFactory.create(email="kim@example.org")
        deeds.append(partial(invitations.join_as_new, invitation=asked, told=KIM))
    assert at_once(deeds) == ["Taken"] * 3 + ["joined"]
    assert User.objects.filter(email="kim@example.org").count() == 1


def at_once(deeds: Sequence[Callable[[], object]]) -> list[str]:
    """What came of doing all of them at the same moment, each on a connection of its own."""
    gate = threading.Barrier(len(deeds))
    outcomes: list[str] = []

    def do(deed: Callable[[], object]) -> None:
        gate.wait()
        try:
            deed()
            outcomes.append("joined")
        except (Gone, Taken) as why:
            outcomes.append(type(why).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)
