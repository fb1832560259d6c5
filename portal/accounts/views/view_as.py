"""Beginning to look as somebody else, and stopping."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import view_as as deeds
from portal.accounts.forms import ViewAsForm
from portal.accounts.looking import SESSION_KEY
from portal.accounts.models import User, ViewAs


@require_http_methods(["GET", "HEAD", "POST"])
def view_as(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Asks why; a post with the reason begins it."""
    actor = cast(User, request.user)
    person = get_object_or_404(User, pk=user_id)
    within = deeds.reseller_to_look_in(actor, person)
    form = ViewAsForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        looking = deeds.start(actor=actor, person=person, reason=form.cleaned_data["reason"])
        request.session[SESSION_KEY] = str(looking.pk)
        return redirect("home")
    place = ViewAs(person=person, within=within).place
    context = {"form": form, "person": person, "place": place}
    return render(request, "accounts/view_as.html", context, status=422 if form.is_bound else 200)


@require_POST
def stop_viewing(request: HttpRequest) -> HttpResponse:
    """Ends it; the portal is one's own again."""
    looking: ViewAs | None = getattr(request, "view_as", None)
    if looking is not None:
        deeds.end(looking, deeds.Ending.STOPPED)
        del request.session[SESSION_KEY]
        messages.success(request, "You see the portal as yourself again.")
    return redirect("home")
