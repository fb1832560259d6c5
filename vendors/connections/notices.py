"""What those who look after a connection are told of it: one notice per trouble, one when over."""

from datetime import datetime
from typing import Any

from portal.accounts import notices
from portal.accounts.models import User
from portal.accounts.notices import Kind
from portal.accounts.roles import Ability
from vendors.connections.models import Connection
from vendors.connections.offered import name_of


def credential_refused(connection: Connection, at: datetime) -> None:
    words = (
        f"{name_of(connection.vendor)} refused the credential of “{connection.label}”. Nothing is "
        "sent or read through it until somebody puts it right; what waits is kept."
    )
    _trouble(connection, Kind.CREDENTIAL, f"credential: {connection.pk} {at.isoformat()}", words)


def outage(connection: Connection) -> None:
    """Told once from the last good answer to the next."""
    words = (
        f"{name_of(connection.vendor)} does not answer through “{connection.label}”. What waits is "
        "kept, and we keep trying."
    )
    since = connection.last_ok_at.isoformat() if connection.last_ok_at else "ever"
    _trouble(connection, Kind.OUTAGE, f"outage: {connection.pk} {since}", words)


def over(connection: Connection, *kinds: Kind, by: User | None = None) -> None:
    """The trouble of these kinds is over; whoever ended it knows."""
    words = f"{name_of(connection.vendor)} can be reached through “{connection.label}” again."
    for kind in kinds:
        notices.over(kind, but=by, text=words[:300], **_about(connection))


def _trouble(connection: Connection, kind: Kind, cause: str, words: str) -> None:
    keeper = connection.owner.reseller or connection.owner
    people = notices.who_may(Ability.MANAGE_CONNECTIONS, keeper)
    notices.write(people, kind=kind, cause=cause, text=words[:300], **_about(connection))


def _about(connection: Connection) -> dict[str, Any]:
    return {
        "path": f"deliveries/?connection={connection.pk}",
        "connection_id": connection.pk,
    }
