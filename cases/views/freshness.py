"""How old what a page shows is: when each vendor was last read, and what is in the way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from cases.access import Viewer
from vendors.connections import health
from vendors.connections.models import Connection, VendorAccount
from vendors.connections.offered import name_of


@dataclass(frozen=True, slots=True)
class Freshness:
    """One vendor's: the oldest time of its connections, and why the next read waits, if it does."""

    vendor: str
    read_at: datetime | None
    trouble: str


def connections(viewer: Viewer) -> QuerySet[Connection]:
    """The connections behind the cases a viewer sees; a customer's are those it is entitled to."""
    reach = Q(pk__in=[])
    customers = []
    for membership in viewer.memberships:
        own = membership.organization_id
        if membership.organization.is_reseller:
            reach |= Q(owner=own) | Q(owner__reseller=own)
        else:
            customers.append(own)
    reach |= _entitled(customers)
    if viewer.scope is not None:
        reach &= _entitled([viewer.scope.pk])
    return Connection.objects.filter(reach)


def with_owners(viewer: Viewer) -> list[Connection]:
    """The same as rows, by label, asked for once by what needs them several times."""
    return list(connections(viewer).select_related("owner").order_by("label"))


def _entitled(customers: Iterable[UUID]) -> Q:
    accounts = VendorAccount.objects.filter(entitlements__customer__in=customers)
    return Q(owner__in=customers) | Q(pk__in=accounts.values("connection"))


def freshness(rows: Iterable[Connection]) -> list[Freshness]:
    """One line per vendor, by name."""
    by_vendor: dict[str, list[Connection]] = {}
    for connection in rows:
        by_vendor.setdefault(name_of(connection.vendor), []).append(connection)
    return [
        Freshness(
            vendor,
            min((c.synced_at for c in found if c.synced_at), default=None),
            next((why for c in found if (why := health.why_waiting(c))), ""),
        )
        for vendor, found in sorted(by_vendor.items())
    ]
