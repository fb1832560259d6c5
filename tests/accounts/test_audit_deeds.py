"""What people do is on record: each deed once, under whom, and never with a secret."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases import actions
from cases.models import Case
from portal.accounts import audit
from portal.accounts.models import AuditEvent, User
from portal.accounts.roles import Role
from tests.accounts.sign_in_steps import set_up_app
from tests.factories import (
    PASSWORD,
    CustomerFactory,
    MembershipFactory,
    ResellerFactory,
    UserFactory,
)
from tests.world import World

OTHER = "quite another 4711"


@pytest.fixture
def person(db: None) -> User:
    user: User = UserFactory.create(email="kim@example.test")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    MembershipFactory.create(user=user)
    return user


def sign_in(client: Client, password: str = PASSWORD, email: str = "kim@example.test") -> None:
    client.post("/accounts/login/", {"login": email, "password": password})


def deeds() -> list[str]:
    return list(AuditEvent.objects.order_by("at").values_list("action", flat=True))


def newest() -> AuditEvent:
    return AuditEvent.objects.latest("at")


# one's own way in


def test_signing_in_and_out_is_recorded_with_the_address(person: User, client: Client) -> None:
    sign_in(client)
    event = newest()
    assert (event.actor, event.ip, event.object_id) == (person, "127.0.0.1", str(person.pk))
    assert event.organization == person.memberships.get().organization
    client.post("/accounts/logout/")
    assert deeds() == ["signed in", "signed out"]


def test_a_wrong_password_is_held_against_the_account_and_is_nobodys_deed(
    person: User, client: Client
) -> None:
    sign_in(client, "wrong")
    event = newest()
    assert event.action == "sign-in failed"
    assert event.actor is None
    assert event.object_id == str(person.pk)


def test_an_address_nobody_has_is_not_kept(person: User, client: Client) -> None:
    sign_in(client, email="typed-by-mistake@typed.example")
    assert newest().action == "sign-in failed"
    assert "mistake" not in str(AuditEvent.objects.values())


def test_a_new_password_is_recorded_and_not_kept(person: User, client: Client) -> None:
    sign_in(client)
    answers = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    client.post("/accounts/password/change/", answers)
    assert "password changed" in deeds()
    assert OTHER not in str(AuditEvent.objects.values())
    assert PASSWORD not in str(AuditEvent.objects.values())


def test_a_second_factor_is_recorded_by_its_kind(person: User, client: Client) -> None:
    sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = set_up_app(client)
    added = AuditEvent.objects.filter(action="second factor added")
    assert sorted(event.changed for event in added) == [["recovery_codes"], ["totp"]]
    assert secret not in str(AuditEvent.objects.values())


def test_an_ended_session_is_recorded(person: User, client: Client) -> None:
    sign_in(Client())
    sign_in(client)
    client.post("/accounts/sessions/")
    assert "session ended" in deeds()


def test_a_changed_profile_names_the_fields_and_no_value(person: User, client: Client) -> None:
    client.force_login(person)
    answers = {"name": "Kim Secret", "phone": "", "time_zone": "UTC", "theme": "dark"}
    client.post("/accounts/profile/", answers)
    assert (newest().action, newest().changed) == ("profile changed", ["name", "theme"])


def test_what_is_ones_own_is_read_where_one_belongs(db: None) -> None:
    reseller, other = ResellerFactory.create(), ResellerFactory.create()
    person: User = UserFactory.create()
    assert audit.home_of(person) is None
    first = CustomerFactory.create(reseller=reseller)
    MembershipFactory.create(user=person, organization=first)
    assert audit.home_of(person) == first
    second = CustomerFactory.create(reseller=reseller)
    MembershipFactory.create(user=person, organization=second)
    assert audit.home_of(person) == reseller
    MembershipFactory.create(user=person, organization=other, role=Role.AGENT)
    assert audit.home_of(person) is None


# work on cases


def _note(world: World, case: Case) -> object:
    return world.add_note(case, "Hello", by="riley")


def _file(world: World, case: Case) -> object:
    return actions.attach_file(
        viewer=world.viewer("riley"),
        case=case,
        uploads=[SimpleUploadedFile("log.txt", b"one line")],
        text="",
        token=case.pk,
    )


def _close(world: World, case: Case) -> object:
    return actions.request_close(
        viewer=world.viewer("riley"), case=case, reason="It is mended.", token=case.pk
    )


@pytest.mark.parametrize(
    ("do", "action"),
    [(_note, "note added"), (_file, "files attached"), (_close, "close requested")],
)
def test_work_on_a_case_is_recorded_for_whom_and_once(
    world: World, do: Callable[[World, Case], Any], action: str
) -> None:
    case = world.filed()
    do(world, case)
    event = AuditEvent.objects.get(action=action)
    northwind = world.organizations["northwind"]
    assert (event.actor, event.organization) == (world.people["riley"], northwind)
    assert event.acting_for == northwind
    assert event.object_name == str(case)[:200]


def test_ones_own_case_is_nobody_elses_behalf(world: World) -> None:
    case = world.filed()
    world.add_note(case, "Hello")
    assert AuditEvent.objects.get(action="note added").acting_for is None
