"""Credentials that a vendor refused, told to the reseller's staff: the way to mend one, or whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from cases.access import Viewer, keeper, kept_by
from portal.accounts.models import Membership
from portal.accounts.roles import Ability, Role
from vendors.connections.models import Connection
from vendors.connections.offered import name_of


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused credential. Without a `console` page to mend it on, `menders` are to be asked."""

    connection: Connection
    vendor: str
    console: str
    menders: tuple[str, ...]


def refusals(viewer: Viewer, rows: Iterable[Connection]) -> list[Refusal]:
    """Those among these connections that the viewer's resellers keep, each with its owner.

    Customers can do nothing about them.
    """
    staff, mine = kept_by(viewer), kept_by(viewer, Ability.MANAGE_CONNECTIONS)
    refused = [c for c in rows if c.refused_at is not None and not c.is_paused]
    found = [c for c in refused if keeper(c) in staff]
    menders = _menders({keeper(connection) for connection in found} - mine)
    return [
        Refusal(
            connection,
            name_of(connection.vendor),
            console=_console(connection) if keeper(connection) in mine else "",
            menders=tuple(menders.get(keeper(connection), ())),
        )
        for connection in found
    ]


def _menders(keepers: set[UUID]) -> dict[UUID, list[str]]:
    """The names of the admins, by organisation."""
    if not keepers:
        return {}
    found: dict[UUID, list[str]] = {}
    admins = Membership.objects.filter(
        organization__in=keepers, role=Role.ADMIN, user__is_active=True
    )
    for admin in admins.select_related("user").order_by("user__name", "user__email"):
        found.setdefault(admin.organization_id, []).append(str(admin.user))
    return found


def _console(connection: Connection) -> str:
    return reverse("admin:connections_connection_change", args=[connection.pk])
