"""What people decide about one step: take it back, leave it out, send it again, settle it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from cases import access, actions
from cases.access import Viewer
from cases.actions import Rejected
from cases.forms import ReasonForm, ResendForm, SettleForm, StepForm
from cases.models import Case, Push
from cases.views.replies import carried_out, refused, stored
from portal.pages import is_htmx


@require_POST
def withdraw(request: HttpRequest, reference: str, push_id: UUID) -> HttpResponse:
    """Take back a step that was not sent; a case taken back opens as the draft it was."""
    viewer, case, push = _step(request, reference, push_id)
    draft = access.draft_of(viewer, case)
    try:
        actions.withdraw(viewer=viewer, push=push)
    except Rejected as rejected:
        words = rejected.words
        return stored(request, viewer, case, "live", words, push.entry_id, is_trouble=True)
    if draft is None or access.draft_of(viewer, case) is not None:
        words = "It is taken back and will not be sent."
        return stored(request, viewer, case, "live", words, push.entry_id)
    messages.success(request, "The case is taken back. Everything you wrote is in this draft.")
    response = redirect("cases:draft", draft_id=draft.pk)
    return HttpResponseClientRedirect(response.url) if is_htmx(request) else response


@require_POST
def skip(request: HttpRequest, reference: str, push_id: UUID) -> HttpResponse:
    """Leave a step out for good, so that those behind it may go."""
    form = ReasonForm(request.POST, step=f"skip-{push_id}")
    return _decide(request, reference, push_id, "skip", form, actions.skip, "It is left out.")


@require_POST
def release(request: HttpRequest, reference: str, push_id: UUID) -> HttpResponse:
    """Let a held step go on."""
    form = ReasonForm(request.POST, step=f"release-{push_id}")
    return _decide(request, reference, push_id, "release", form, actions.release, "It goes on.")


@require_POST
def resend(request: HttpRequest, reference: str, push_id: UUID) -> HttpResponse:
    """Send a refused step again, its text as edited."""
    form = ResendForm(request.POST, step=push_id, has_text="text" in request.POST)
    words = "It is stored again and takes the old one's place."
    return _decide(request, reference, push_id, "resend", form, _resend, words)


def _resend(*, viewer: Viewer, push: Push, text: str) -> None:
    actions.resend(viewer=viewer, push=push, text=text if "text" in push.payload else None)


@require_POST
def settle(request: HttpRequest, reference: str, push_id: UUID) -> HttpResponse:
    """A person looked at the vendor: the step is there, or it is not and is sent again."""
    form = SettleForm(request.POST, step=push_id)
    words = "Thank you. What you saw is kept with the case."
    return _decide(request, reference, push_id, "settle", form, _settler(form), words)


def _settler(form: SettleForm) -> Callable[..., None]:
    def settle_as_seen(
        *, viewer: Viewer, push: Push, answer: str, reason: str, anyway: str, **_: str
    ) -> None:
        if answer == "found":
            actions.confirm_found(
                viewer=viewer, push=push, vendor_id=form.chosen, reason=reason, anyway=anyway
            )
        else:
            actions.confirm_absent(viewer=viewer, push=push, reason=reason)

    return settle_as_seen


def _step(request: HttpRequest, reference: str, push_id: UUID) -> tuple[Viewer, Case, Push]:
    viewer = access.viewer_of(request)
    case = access.case_or_404(viewer, reference)
    return viewer, case, access.push_or_404(viewer, case, push_id)


def _decide(
    request: HttpRequest,
    reference: str,
    push_id: UUID,
    deed: str,
    form: StepForm,
    action: Callable[..., Any],
    words: str,
) -> HttpResponse:
    viewer, case, push = _step(request, reference, push_id)
    if carried_out(form, action, viewer=viewer, push=push):
        return stored(request, viewer, case, "live", words, push.entry_id)
    return refused(request, viewer, case, "live", step={f"{deed} {push_id}": form})
