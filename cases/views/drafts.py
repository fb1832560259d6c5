"""The drafts of a person: named, dated, resumed by choice and thrown away by choice."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from cases import access, actions
from cases.filing import sendable
from portal.scope import unscoped
from vendors.connections.offered import name_of

DraftView = Callable[[HttpRequest, UUID], HttpResponse]


def outlives_its_scope(view: DraftView) -> DraftView:
    """Leads a draft out of the scope of a customer its writer lost, method and body kept.

    There it is shown and kept like any draft that cannot be sent.
    """

    @wraps(view)
    def kept(request: HttpRequest, draft_id: UUID) -> HttpResponse:
        if access.is_draft_of_lost_scope(request, draft_id):
            return HttpResponseRedirect(unscoped(request), preserve_request=True)
        return view(request, draft_id)

    return kept


@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    """Every unfinished draft of the viewer, the last touched first."""
    viewer = access.viewer_of(request)
    found = list(
        access.drafts(viewer)
        .select_related("customer", "account__connection")
        .annotate(file_count=Count("files"))
        .order_by("-updated_at")
    )
    may_go = sendable(viewer, found)
    rows = [(d, name_of(d.account.connection.vendor), d.pk in may_go) for d in found]
    return render(request, "cases/drafts.html", {"rows": rows})


@require_POST
@outlives_its_scope
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Throw a draft and its files away."""
    viewer = access.viewer_of(request)
    draft = access.draft_or_404(viewer, draft_id)
    if draft.case is not None:
        return redirect("cases:case", draft.case.reference)
    name = str(draft)
    actions.discard_draft(viewer=viewer, draft=draft)
    messages.success(request, f"“{name}” was discarded.")
    return redirect("cases:drafts")
