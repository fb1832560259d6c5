"""The case list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from cases import access, search
from cases.access import Viewer
from cases.views.filters import UNASSIGNED, Choices, Filters
from cases.views.freshness import connections, freshness
from cases.views.rows import brief, lines
from portal.pages import is_htmx
from portal.paging import read_page
from vendors.connections.offered import name_of


@require_GET
@vary_on_headers("HX-Request")
def case_list(request: HttpRequest) -> HttpResponse:
    """The viewer's cases that meet the filters; an exact reference leads to its case at once."""
    viewer = access.viewer_of(request)
    mine = access.cases(viewer)
    served = list(connections(viewer))
    vendors = tuple({c.vendor: name_of(c.vendor) for c in served}.items())
    filters = Filters.read(request.GET, vendors, _customers(viewer))
    if filters.q and (case := search.exact(mine, filters.q)):
        return _to_case(request, case.reference)
    page = read_page(brief(filters.apply(mine, viewer)), request.GET, by="updated_at")
    context = {
        "filters": filters,
        "lines": lines(viewer, page.rows),
        "page": page,
        "freshness": freshness(served),
        "shows_customer": len(filters.offered["customer"]) > 1 and viewer.scope is None,
    }
    fragment = "#results" if _wants_part(request) else ""
    return render(request, f"cases/list.html{fragment}", context)


def _wants_part(request: HttpRequest) -> bool:
    """Whether htmx swaps the results alone; going back in history it wants the whole page."""
    asked = HtmxDetails(request)
    return bool(asked) and not asked.history_restore_request


def _customers(viewer: Viewer) -> Choices:
    """The customers to choose from, with the unassigned ones for the staff of a reseller."""
    named = access.customers(viewer).values_list("slug", "name")
    found = tuple(named if viewer.scope is None else named.filter(pk=viewer.scope.pk))
    nobody = ((UNASSIGNED, "Nobody yet"),) if viewer.is_staff and viewer.scope is None else ()
    return (*found, *nobody)


def _to_case(request: HttpRequest, reference: str) -> HttpResponse:
    address = reverse("cases:case", args=[reference])
    return HttpResponseClientRedirect(address) if is_htmx(request) else redirect(address)
