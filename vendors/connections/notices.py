"""What those who look after a connection are told of it: one notice per trouble, one when over."""

from datetime import date, datetime
from typing import Any

from django.db.models import Max

from portal.accounts import notices
from portal.accounts.models import User
from portal.accounts.notices import Kind
from portal.accounts.roles import Ability
from vendors.connections.models import Connection, Credential
from vendors.connections.offered import name_of


def credential_refused(connection: Connection, at: datetime) -> None:
    words = (
        f"{name_of(connection.vendor)} refused the credential of “{connection.label}”. Nothing is "
        "sent or read through it until somebody puts it right; what waits is kept."
    )
    _trouble(connection, Kind.CREDENTIAL, f"credential: {connection.pk} {at.isoformat()}", words)


def outage(connection: Connection) -> None:
    """Told once from the last good answer, or the last new credential, to the next."""
    words = (
        f"{name_of(connection.vendor)} does not answer through “{connection.label}”. What waits is "
        "kept, and we keep trying."
    )
    active = connection.credentials.filter(state=Credential.State.ACTIVE)
    set_at = active.aggregate(at=Max("set_at"))["at"]
    since = max((at for at in (connection.last_ok_at, set_at) if at is not None), default=None)
    told = since.isoformat() if since else "ever"
    _trouble(connection, Kind.OUTAGE, f"outage: {connection.pk} {told}", words)


def ends_soon(connection: Connection, ends: date, left: int, stage: int) -> None:
    """Told once for each credential's end and each of the days on which we warn."""
    when = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
    words = (
        f"The credential of “{connection.label}” ends {when}, on {ends:%-d %B %Y}. Enter another "
        "one before that; the old one serves until then."
    )
    cause = f"expiry: {connection.pk} {ends.isoformat()} {stage}"
    console = f"admin/connections/connection/{connection.pk}/credential/"
    _trouble(connection, Kind.EXPIRY, cause, words, path=console)


def drifted(connection: Connection, count: int, at: datetime) -> None:
    """Told once a day at most, of everything seen since."""
    things = "something" if count == 1 else f"{count} things"
    words = (
        f"{name_of(connection.vendor)} changed {things} in its forms or words, as seen through "
        f"“{connection.label}”. Nothing stops because of it."
    )
    where = f"admin/connections/drift/?connection__id__exact={connection.pk}"
    cause = f"drift: {connection.pk} {at.isoformat()}"
    _trouble(connection, Kind.DRIFT, cause, words, path=where)


def over(connection: Connection, *kinds: Kind, by: User | None = None) -> None:
    """The trouble of these kinds is over; whoever ended it knows."""
    _tell_over(
        connection,
        kinds,
        f"{name_of(connection.vendor)} can be reached through “{connection.label}” again.",
        by,
    )


def renewed(connection: Connection, by: User | None) -> None:
    """There is another credential, of which nobody knows yet whether it is any better."""
    words = f"“{connection.label}” has a new credential. What waits is tried with it."
    _tell_over(connection, (Kind.CREDENTIAL, Kind.OUTAGE), words, by)


def _tell_over(
    connection: Connection, kinds: tuple[Kind, ...], words: str, by: User | None
) -> None:
    for kind in kinds:
        notices.over(kind, but=by, text=words[:300], **_about(connection))


def _trouble(connection: Connection, kind: Kind, cause: str, words: str, path: str = "") -> None:
    keeper = connection.owner.reseller or connection.owner
    people = notices.who_may(Ability.MANAGE_CONNECTIONS, keeper)
    about = {**_about(connection), **({"path": path} if path else {})}
    notices.write(people, kind=kind, cause=cause, text=words[:300], **about)


def _about(connection: Connection) -> dict[str, Any]:
    return {
        "path": f"deliveries/?connection={connection.pk}",
        "connection_id": connection.pk,
    }
