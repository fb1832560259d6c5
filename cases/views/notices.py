"""The bell: what a person was told, and marking it as read."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.notices.reading import notices, unread
from portal.paging import read_page


@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """What the viewer was told, newest first."""
    viewer = access.viewer_of(request)
    page = read_page(notices(viewer), request.GET, by="created_at")
    return render(request, "cases/notices.html", {"page": page})


@require_POST
def read_one(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark one notice as read."""
    found = notices(access.viewer_of(request)).filter(pk=notice_id)
    if not found.exists():
        raise Http404("No such notice.")
    found.filter(read_at=None).update(read_at=timezone.now())
    return redirect("cases:notices")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark every notice the viewer sees as read."""
    unread(access.viewer_of(request)).update(read_at=timezone.now())
    return redirect("cases:notices")
