"""Choosing the customer to act for: the scope of every page from then on, in its address."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cases import access
from cases.access import Viewer
from cases.templatetags.case_words import PAGES
from portal.accounts.models import Organization
from portal.scope import outside
from vendors.connections.offered import name_of
from vendors.vocabulary import Status

MOST = 100  # customers on one page; the rest is found by its name
RECENT = 5
LOOKED_THROUGH = 60  # cases filed last, among which the recent customers are found


@dataclass(frozen=True, slots=True)
class Row:
    """One customer to choose: where that leads, and what is there."""

    name: str
    address: str
    is_current: bool
    accounts: tuple[tuple[str, str], ...]  # vendor, account
    open_cases: int


@require_GET
def acting_for(request: HttpRequest) -> HttpResponse:
    """Every customer the viewer may act for, searched by name; each leads to the page they left."""
    viewer = access.viewer_of(request)
    words = request.GET.get("q", "").strip()[:100]
    kind = request.GET.get("page", "home")
    kind = kind if kind in PAGES else "home"
    found = _customers(viewer, words)
    shown = list(found[: MOST + 1])
    recent = [] if words else _recent(viewer)
    first = list(found.filter(pk__in=recent)) if recent and len(shown) > RECENT else []
    rows = {row.address: row for row in _rows(request, viewer, [*shown[:MOST], *first], kind)}
    addresses = [_address(request, customer, kind) for customer in first]
    context = {
        "rows": rows.values(),
        "recent": [rows[address] for address in addresses],
        "has_more": len(shown) > MOST,
        "words": words,
        "kind": kind,
        "everything": f"{outside(request)}/{PAGES[kind]}",
    }
    return render(request, "cases/acting_for.html", context)


def _customers(viewer: Viewer, words: str) -> QuerySet[Organization]:
    """The customers with the number of their open cases the viewer sees, in whatever scope."""
    everywhere = replace(viewer, scope=None)
    open_cases = (
        access.cases(everywhere)
        .exclude(status=Status.CLOSED)
        .filter(organization=OuterRef("pk"))
        .order_by()
        .values("organization")
        .annotate(number=Count("pk"))
        .values("number")
    )
    found = access.customers(viewer).annotate(open_cases=Coalesce(Subquery(open_cases), 0))
    for word in words.split():
        found = found.filter(name__icontains=word)
    return found


def _recent(viewer: Viewer) -> list[UUID]:
    """The ids of the customers the viewer filed for last."""
    mine = access.cases(replace(viewer, scope=None)).filter(filed_by=viewer.user)
    filed = mine.order_by("-updated_at").values_list("organization", flat=True)
    return list(dict.fromkeys(filed[:LOOKED_THROUGH]))[:RECENT]


def _rows(
    request: HttpRequest, viewer: Viewer, customers: Iterable[Organization], kind: str
) -> list[Row]:
    customers = list(customers)
    accounts: dict[object, list[tuple[str, str]]] = {}
    entitled = access.entitlements().filter(customer__in=[c.pk for c in customers])
    for each in entitled.select_related("account__connection").order_by("account__name"):
        vendor = name_of(each.account.connection.vendor)
        accounts.setdefault(each.customer_id, []).append((vendor, each.account.name))
    return [
        Row(
            customer.name,
            _address(request, customer, kind),
            is_current=viewer.scope == customer,
            accounts=tuple(accounts.get(customer.pk, ())),
            open_cases=getattr(customer, "open_cases", 0),
        )
        for customer in customers
    ]


def _address(request: HttpRequest, customer: Organization, kind: str) -> str:
    return f"{outside(request)}/for/{customer.slug}/{PAGES[kind]}"
