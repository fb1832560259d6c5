"""Whoever is about to change a connection proves again who they are, before typing a secret."""

import time
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.roles import Role
from tests.factories import PASSWORD, CustomerFactory, MembershipFactory
from vendors.connections.models import Connection

SECRET = "typed while the session was old"


@pytest.fixture
def admin(connection: Connection, client: Client) -> User:
    """The admin of the connection's owner, signed in ten minutes ago."""
    member = MembershipFactory.create(organization=connection.owner, role=Role.ADMIN)
    person: User = member.user
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    client.force_login(person)
    client.get("/accounts/profile/")
    session = client.session
    session["signed_in_at"] = time.time() - 600
    session.save()
    return person


def change(connection: Connection) -> str:
    return reverse("admin:connections_connection_change", args=[connection.pk])


def test_the_page_asks_before_anything_is_typed(
    admin: User, client: Client, connection: Connection
) -> None:
    page = change(connection)
    asked = client.get(page)
    assert asked.status_code == 302
    assert asked.headers["Location"] == f"/accounts/reauthenticate/?next={quote(page, safe='')}"
    back = client.post(asked.headers["Location"], {"password": PASSWORD, "next": page})
    assert back.headers["Location"] == page
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("page", ["add", "delete"])
def test_adding_and_deleting_ask_too(
    admin: User, client: Client, connection: Connection, page: str
) -> None:
    ids = [connection.pk] if page == "delete" else []
    address = reverse(f"admin:connections_connection_{page}", args=ids)
    assert client.get(address).headers["Location"].startswith("/accounts/reauthenticate/")
    assert client.post(address, {"post": "yes"}).status_code == 302
    assert Connection.objects.filter(pk=connection.pk).exists()


def test_what_was_sent_too_late_is_neither_saved_nor_kept(
    admin: User, client: Client, connection: Connection
) -> None:
    answer = client.post(change(connection), {"label": SECRET, "credential_secret": SECRET})
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert [str(each) for each in get_messages(answer.wsgi_request)] == [
        "Nothing was saved yet: confirm who you are and enter it again."
    ]
    assert SECRET not in str(dict(client.session))
    connection.refresh_from_db()
    assert connection.label != SECRET


def test_the_list_is_read_without_asking_and_acted_on_after_it(
    admin: User, client: Client, connection: Connection
) -> None:
    address = reverse("admin:connections_connection_changelist")
    assert client.get(address).status_code == 200
    chosen = {"action": "delete_selected", "_selected_action": str(connection.pk), "post": "yes"}
    assert client.post(address, chosen).headers["Location"].startswith("/accounts/reauthenticate/")
    assert Connection.objects.filter(pk=connection.pk).exists()


def test_what_is_out_of_reach_is_not_there_before_anybody_is_asked(
    admin: User, client: Client, connection: Connection
) -> None:
    Connection.objects.filter(pk=connection.pk).update(owner=CustomerFactory.create())
    assert client.get(change(connection)).status_code == 404


def test_entering_using_and_discarding_a_credential_ask_too(
    admin: User, client: Client, connection: Connection
) -> None:
    page = reverse("admin:connections_connection_credential", args=[connection.pk])
    assert client.get(page).headers["Location"].startswith("/accounts/reauthenticate/")
    for address in (page, f"{page}use/", f"{page}discard/"):
        answer = client.post(address, {"credential_secret": SECRET})
        where = f"/accounts/reauthenticate/?next={quote(page, safe='')}"
        assert answer.headers["Location"] == where, "deeds take no visits"
    assert connection.credentials.count() == 1
    assert SECRET not in str(dict(client.session))
