"""Giving a connection a credential and proving that it works."""

from collections.abc import Mapping

from django.db import transaction

from portal.accounts import audit
from portal.accounts.models import User
from vendors.connections import gateway, health, secrets
from vendors.connections.models import AccessToken, Connection, Credential
from vendors.contract import Vendor
from vendors.http.errors import VendorError
from vendors.vocabulary import Proof

TEST_SECONDS = 20.0


@transaction.atomic
def replace(
    connection: Connection, fields: Mapping[str, str], *, by: User | None, changed: list[str]
) -> Credential:
    """Make these fields the connection's active credential.

    The one before is retired and its secret erased; tokens got with it are dropped; both breakers
    close. What waits is signed with the new one when it is sent. `changed` is recorded by name.
    """
    adapter = gateway.vendor_of(connection)
    connection.credentials.filter(state=Credential.State.ACTIVE).update(
        state=Credential.State.RETIRED, ciphertext=""
    )
    credential = Credential(connection=connection, set_by=by)
    credential.identity = adapter.credential_identity(fields)[:200]
    secrets.keep(credential, fields)
    credential.save()
    AccessToken.objects.filter(connection=connection).delete()
    health.note_new_credential(connection, by)
    audit.record(
        actor=by,
        action="credential set",
        object=connection,
        organization=connection.owner,
        changed=changed,
    )
    return credential


def stored(connection: Connection) -> dict[str, str]:
    """The fields of the active credential; empty if there is none or it cannot be opened."""
    credential = gateway.active_credential(connection)
    if credential is None:
        return {}
    try:
        return secrets.reveal(credential).expose()
    except secrets.Unreadable:
        return {}


def problem(adapter: type[Vendor], fields: Mapping[str, str]) -> str:
    """Why these fields make no credential of this vendor, to a person; empty if they do."""
    missing = [f.label for f in adapter.credential_fields if f.required and not fields.get(f.key)]
    if missing:
        return f"Enter all of the credential: {', '.join(missing)} missing."
    try:
        adapter.auth(fields)
        adapter.credential_identity(fields)
    except (KeyError, ValueError):
        return f"{adapter.name} does not write credentials like this. Copy each field again."
    return ""


def test(connection: Connection, *, by: User) -> Proof:
    """Call the vendor harmlessly and say what that proved; raises the vendor's error.

    Made also while a breaker is open or the connection is paused: it is a person who asks.
    """
    try:
        proof = gateway.open_vendor(connection, budget=TEST_SECONDS).check()
    except VendorError as error:
        health.note_failure(connection, error)
        _record_test(connection, by, f"failed: {type(error).__name__}")
        raise
    health.note_tested(connection, by)
    _record_test(connection, by, "succeeded")
    return proof


def _record_test(connection: Connection, by: User, outcome: str) -> None:
    audit.record(
        actor=by,
        action="connection tested",
        object=connection,
        organization=connection.owner,
        reason=outcome,
    )
