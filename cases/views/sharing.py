"""Watching a case, sharing it, showing it to its customer or hiding it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from cases import access, actions
from cases.access import Viewer
from cases.forms import ShareForm, VisibilityForm
from cases.models import Case
from cases.views.replies import carried_out, refused, stored
from portal.accounts.roles import Ability
from portal.pages import is_htmx


@require_POST
def watch(request: HttpRequest, reference: str) -> HttpResponse:
    viewer = access.viewer_of(request)
    case = access.case_or_404(viewer, reference)
    actions.watch(viewer=viewer, case=case)
    return stored(request, viewer, case, "live", "You watch this case.")


@require_POST
def unwatch(request: HttpRequest, reference: str) -> HttpResponse:
    viewer = access.viewer_of(request)
    case = access.case_or_404(viewer, reference)
    actions.unwatch(viewer=viewer, case=case)
    if not access.cases(viewer).contains(case):
        return _gone(request, f"You no longer watch {case.reference}.")
    return stored(request, viewer, case, "live", "You no longer watch this case.")


@require_POST
def share(request: HttpRequest, reference: str) -> HttpResponse:
    """Let a colleague follow the case."""
    viewer, case = _writable(request, reference)
    form = ShareForm(request.POST, people=access.companions(viewer, case))
    if carried_out(form, actions.share, viewer=viewer, case=case):
        words = f"{form.cleaned_data['person']} watches this case now."
        return stored(request, viewer, case, "live", words)
    return refused(request, viewer, case, "live", share=form)


@require_POST
def unshare(request: HttpRequest, reference: str) -> HttpResponse:
    """Take back what was shared with somebody."""
    viewer, case = _writable(request, reference)
    form = ShareForm(request.POST, people=access.companions(viewer, case))
    if carried_out(form, actions.unshare, viewer=viewer, case=case):
        words = f"This case is no longer shared with {form.cleaned_data['person']}."
        if not access.cases(viewer).contains(case):
            return _gone(request, words)
        return stored(request, viewer, case, "live", words)
    return refused(request, viewer, case, "live", share=form)


@require_POST
def visibility(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the case to its customer's people, or hide it from them."""
    viewer, case = _writable(request, reference)
    form = VisibilityForm(request.POST)
    if carried_out(form, actions.set_visibility, viewer=viewer, case=case):
        done = "shown to" if form.cleaned_data["visible"] else "hidden from"
        return stored(request, viewer, case, "live", f"The case is {done} {case.organization}.")
    return refused(request, viewer, case, "live", visibility=form)


def _writable(request: HttpRequest, reference: str) -> tuple[Viewer, Case]:
    viewer = access.viewer_of(request)
    return viewer, access.case_or_404(viewer, reference, Ability.WRITE)


def _gone(request: HttpRequest, words: str) -> HttpResponse:
    """Back to the list: the case is no longer among those the person sees."""
    messages.success(request, words)
    address = reverse("cases:list")
    return HttpResponseClientRedirect(address) if is_htmx(request) else redirect(address)
