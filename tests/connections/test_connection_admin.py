"""A connection's pages in `/admin/`: its credential is written there and never shown."""

from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.roles import Role
from tests.connections.rows import FIELDS, TestVendor
from tests.factories import CustomerFactory, MembershipFactory
from vendors.connections import gateway, health, secrets
from vendors.connections.models import Connection
from vendors.http.errors import Unauthorised
from vendors.vocabulary import Proof

NEW = "a secret typed today"


def address(connection: Connection) -> str:
    return reverse("admin:connections_connection_change", args=[connection.pk])


def form(connection: Connection, **fields: str) -> dict[str, str]:
    """The form as it is sent when nothing but `fields` was touched."""
    return {
        "label": connection.label,
        "state": connection.state,
        "base_url": connection.base_url,
        "accounts-TOTAL_FORMS": "0",
        "accounts-INITIAL_FORMS": "0",
        **fields,
    }


def stored(connection: Connection) -> dict[str, str]:
    credential = gateway.active_credential(connection)
    assert credential is not None
    return secrets.reveal(credential).expose()


def test_no_page_shows_a_secret(admin: User, client: Client, connection: Connection) -> None:
    credential = connection.credentials.get()
    pages = [
        address(connection),
        reverse("admin:connections_connection_changelist"),
        reverse("admin:connections_connection_history", args=[connection.pk]),
        reverse("admin:connections_credential_changelist"),
        reverse("admin:connections_credential_change", args=[credential.pk]),
    ]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert FIELDS["secret"] not in text
        assert credential.ciphertext[:20] not in text


def test_the_page_tells_when_the_secret_was_set_and_how_its_fingerprint_ends(
    admin: User, client: Client, connection: Connection
) -> None:
    page = client.get(address(connection)).content.decode()
    assert f"…{connection.credentials.get().fingerprint[-4:]}" in page


def test_a_new_connection_is_asked_for_its_credential_next(
    admin: User, client: Client, connection: Connection, testco: type[TestVendor]
) -> None:
    answer = client.post(
        reverse("admin:connections_connection_add"),
        {"owner": connection.owner.pk, "vendor": "test_vendor", "label": "Second"},
    )
    made = Connection.objects.get(label="Second")
    assert answer.headers["Location"] == f"{address(made).removesuffix('change/')}credential/"
    page = client.get(answer.headers["Location"]).content.decode()
    assert "No credential is in use yet" in page
    assert 'name="credential_secret"' in page


def test_owner_and_vendor_are_set_once(admin: User, client: Client, connection: Connection) -> None:
    other = CustomerFactory.create(reseller=connection.owner)
    client.post(address(connection), form(connection, owner=str(other.pk), vendor="akamai_v2"))
    fresh = Connection.objects.get(pk=connection.pk)
    assert (fresh.owner, fresh.vendor) == (connection.owner, "test_vendor")


def test_another_resellers_admin_can_neither_change_nor_test_it(
    admin: User, client: Client, connection: Connection
) -> None:
    client.force_login(
        MembershipFactory.create(
            organization=CustomerFactory.create().reseller, role=Role.ADMIN
        ).user
    )
    for where in (address(connection), f"/admin/connections/connection/{connection.pk}/test/"):
        assert client.post(where, form(connection, credential_secret=NEW)).status_code == 404
    assert stored(connection) == FIELDS


def test_a_failed_test_is_told_in_words(
    admin: User, client: Client, connection: Connection
) -> None:
    connection.credentials.all().delete()
    answer = client.post(f"/admin/connections/connection/{connection.pk}/test/", follow=True)
    assert "no credential yet" in answer.content.decode()


@pytest.mark.parametrize(
    ("skew", "words"),
    [
        (-0.4, "agrees with ours within a second."),
        (-1.4, "agrees with ours within a second."),
        (31.2, "is 31 s ahead of ours."),
        (-7200.0, "is 7,200 s behind ours."),
    ],
)
def test_a_test_says_how_the_clocks_stand(
    admin: User,
    client: Client,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
    skew: float,
    words: str,
) -> None:
    proof = Proof(proven=("It answers.",), clock_skew=skew)
    monkeypatch.setattr(TestVendor, "check", lambda _: proof)
    answer = client.post(f"/admin/connections/connection/{connection.pk}/test/", follow=True)
    assert f"The vendor's clock {words}" in unescape(answer.content.decode())


def test_testing_is_no_matter_of_following_a_link(
    admin: User, client: Client, connection: Connection
) -> None:
    answer = client.get(f"/admin/connections/connection/{connection.pk}/test/")
    assert answer.status_code == 405


def test_the_list_renders_with_everything_broken(
    admin: User, client: Client, connection: Connection
) -> None:
    connection.credentials.update(ciphertext="rubbish")
    health.note_failure(connection, Unauthorised("no"))
    Connection.objects.update(vendor="gone")
    page = client.get(reverse("admin:connections_connection_changelist")).content.decode()
    assert "Failing" in page
    assert client.get(address(connection)).status_code == 200


def test_the_list_tells_the_state_with_its_reason_and_times_in_24_hours(
    admin: User, client: Client, connection: Connection
) -> None:
    at = datetime(2026, 11, 22, 15, 4, tzinfo=UTC)
    health.note_failure(connection, Unauthorised("Inactive client token"))
    Connection.objects.filter(pk=connection.pk).update(last_ok_at=at)
    page = client.get(reverse("admin:connections_connection_changelist")).content.decode()
    assert '<strong class="standing failing">Failing</strong>: Inactive client token' in page
    assert "22 Nov 2026, 15:04" in page
