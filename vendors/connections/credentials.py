"""Giving a connection a credential: entered, proved, put to use while the one before serves on."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

from django.db import transaction
from django.utils import timezone

from portal.accounts import audit
from portal.accounts.models import User
from vendors.connections import gateway, health, secrets
from vendors.connections.models import AccessToken, Connection, Credential
from vendors.contract import Vendor
from vendors.http.errors import VendorError
from vendors.http.redaction import redact
from vendors.vocabulary import Proof

TEST_SECONDS = 20.0
State = Credential.State


class NotProven(Exception):
    """The next credential passed no test yet, and nobody said to use it all the same."""


@transaction.atomic
def enter(
    connection: Connection,
    fields: Mapping[str, str],
    *,
    by: User | None,
    changed: list[str],
    base_url: str = "",
    expires_on: date | None = None,
) -> Credential:
    """Keep these fields as the connection's next credential, in the place of one kept before.

    `base_url` is where it signs in, if not where the connection did. `changed` names what a person
    entered, for the record.
    """
    adapter = gateway.vendor_of(connection)
    connection.credentials.filter(state=State.NEXT).delete()
    credential = Credential(connection=connection, state=State.NEXT, set_by=by)
    credential.identity = adapter.credential_identity(fields)[:200]
    credential.base_url, credential.expires_on = base_url, expires_on
    secrets.keep(credential, fields)
    credential.save()
    _record(connection, by, "credential entered", changed=changed)
    return credential


def waiting(connection: Connection) -> Credential | None:
    """The next credential, if one was entered."""
    return connection.credentials.filter(state=State.NEXT).first()


def prove(credential: Credential, *, by: User) -> Proof:
    """Try the next credential with harmless calls, and note what that proved; raises the vendor's
    error. The connection itself is not touched: what is in use serves on.
    """
    connection = credential.connection
    vendor = gateway.open_vendor(connection, budget=TEST_SECONDS, trying=credential)
    try:
        proof = vendor.check()
    except VendorError as error:
        _note_proof(credential, {}, redact(error.words) or type(error).__name__)
        _record(connection, by, "credential tried", reason=f"failed: {type(error).__name__}")
        raise
    _note_proof(credential, asdict(proof), "")
    _record(connection, by, "credential tried", reason="succeeded")
    return proof


def _note_proof(credential: Credential, proof: dict[str, object], failure: str) -> None:
    credential.tested_at, credential.proof = timezone.now(), proof
    credential.failure = failure[:300]
    credential.save(update_fields=["tested_at", "proof", "failure"])


@transaction.atomic
def put_to_use(connection: Connection, *, by: User | None, unproven: bool = False) -> Credential:
    """Sign with the next credential from now on, also what waits already.

    The one before is retired and its secret erased, tokens got with it are dropped, both breakers
    close. Raises NotProven unless its last test succeeded or `unproven` allows it;
    Credential.DoesNotExist if none was entered, or another person was faster.
    """
    found = connection.credentials.select_for_update().get(state=State.NEXT)
    if not (found.is_proven or unproven):
        raise NotProven
    connection.credentials.filter(state=State.ACTIVE).update(state=State.RETIRED, ciphertext="")
    found.state, found.set_at = State.ACTIVE, timezone.now()
    found.save(update_fields=["state", "set_at"])
    connection.base_url = found.base_url or connection.base_url
    connection.expires_on = found.expires_on
    connection.save(update_fields=["base_url", "expires_on"])
    AccessToken.objects.filter(connection=connection).delete()
    note = health.note_tested if found.is_proven else health.note_new_credential
    note(connection, by)
    reason = "" if found.is_proven else "without a successful test"
    _record(connection, by, "credential set", reason=reason)
    return found


def discard(connection: Connection, *, by: User) -> bool:
    """Forget the next credential; False when there is none."""
    gone, _ = connection.credentials.filter(state=State.NEXT).delete()
    if gone:
        _record(connection, by, "credential discarded")
    return bool(gone)


def replace(
    connection: Connection, fields: Mapping[str, str], *, by: User | None, changed: list[str]
) -> Credential:
    """Enter a credential and put it to use at once, without a test."""
    enter(connection, fields, by=by, changed=changed, expires_on=connection.expires_on)
    return put_to_use(connection, by=by, unproven=True)


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
    """Call the vendor harmlessly with what is in use and say what that proved; raises its error.

    Made also while a breaker is open or the connection is paused: it is a person who asks.
    """
    try:
        proof = gateway.open_vendor(connection, budget=TEST_SECONDS).check()
    except VendorError as error:
        health.note_failure(connection, error)
        _record(connection, by, "connection tested", reason=f"failed: {type(error).__name__}")
        raise
    health.note_tested(connection, by)
    _record(connection, by, "connection tested", reason="succeeded")
    return proof


def _record(
    connection: Connection,
    by: User | None,
    action: str,
    *,
    reason: str = "",
    changed: list[str] | None = None,
) -> None:
    audit.record(
        actor=by,
        action=action,
        object=connection,
        organization=connection.owner,
        reason=reason,
        changed=changed or (),
    )
