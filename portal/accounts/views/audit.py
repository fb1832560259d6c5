"""The audit, for those who answer for an organisation, and the operator."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from portal.accounts.audit import home_of, reading, record, sheet
from portal.accounts.audit.reading import Reach
from portal.accounts.forms_audit import AuditFilter
from portal.accounts.models import AuditEvent, User
from portal.paging import Page, read_page

CHUNK = 500


def _reach_or_404(request: HttpRequest) -> Reach:
    reach = reading.reach_of(cast(User, request.user), getattr(request, "scope_slug", ""))
    if reach is None:
        raise Http404("No such page.")
    return reach


@require_GET
@vary_on_headers("HX-Request")
def audit(request: HttpRequest) -> HttpResponse:
    """What people did, newest first, as far as the reader may know and as filtered."""
    reach = _reach_or_404(request)
    form = AuditFilter(request.GET, reach.organizations)
    page: Page[AuditEvent] = Page([])
    context = {"form": form, "actions": reading.recent_actions(reach.events)}
    if form.is_valid():
        events = form.apply(reach.events)
        named = events.select_related("actor", "acting_for", "organization")
        page = read_page(named, request.GET, by="at")
        context |= {"query": form.query(), "sealed_until": reading.sealed_until(events)}
    status = 200 if form.is_valid() else 422
    return render(request, _template(request), {**context, "page": page}, status=status)


def _template(request: HttpRequest) -> str:
    """The results alone where htmx swaps them; going back in history it wants the whole page."""
    asked = HtmxDetails(request)
    is_part = bool(asked) and not asked.history_restore_request
    return "accounts/audit.html#results" if is_part else "accounts/audit.html"


@require_GET
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """What the page shows with these filters, all of it, as CSV; taking it away is on record."""
    reach = _reach_or_404(request)
    form = AuditFilter(request.GET, reach.organizations)
    if not form.is_valid():
        context = {"form": form, "actions": [], "page": Page([])}
        return render(request, "accounts/audit.html", context, status=422)
    user = cast(User, request.user)
    record(
        actor=user,
        action="audit exported",
        object=user,
        organization=form.cleaned_data["organization"] or home_of(user),
        reason=f"filtered by {', '.join(form.given)}" if form.given else "",
    )
    found = form.apply(reach.events).select_related("actor", "acting_for", "organization")
    rows = found.order_by("-at", "-id").iterator(chunk_size=CHUNK)
    lines = sheet.lines(rows, timezone.get_current_timezone())
    name = f"audit-{timezone.localdate():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
