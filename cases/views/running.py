"""What staff do at the desk: pause and resume a connection, try all steps of one cause again."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from cases import access, actions
from cases.forms import ReasonForm
from cases.views.causes import causes, standing
from cases.views.deliveries import desk
from cases.views.replies import carried_out
from portal.accounts.roles import Ability

AT_ONCE = 100  # steps of one request


@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Try all steps of a cause again that stood so when the page was shown; what became of each."""
    viewer = access.viewer_of(request)
    if not viewer.may(Ability.SETTLE):
        raise PermissionDenied("Your role does not allow this.")
    pushes = standing(viewer)
    cause = causes(pushes).get(request.POST.get("cause", ""))
    if cause is None or not cause.again:
        messages.warning(request, "No step stands so any more: somebody was faster.")
        return redirect("cases:deliveries")
    name = f"retry-{cause.key}"
    form = ReasonForm(request.POST, step=name)
    if not form.is_valid():
        return desk(request, viewer, {name: form}, status=422)
    seen_at = _moment(request.POST.get("seen_at", ""))
    same = pushes.filter(cause.rows, since__lte=seen_at).order_by("since", "pk")
    found = same.select_related("case__connection", "connection", "attachment", "entry")[:AT_ONCE]
    told = actions.retry_all(viewer=viewer, pushes=found, reason=form.cleaned_data["reason"])
    context = {
        "cause": cause,
        "again": [each.push for each in told if not each.words],
        "left": [each for each in told if each.words],
        "not_tried": max(0, cause.count - len(told)),
    }
    return render(request, "cases/retried.html", context)


def _moment(written: str) -> object:
    """The moment a form names; the present for nonsense."""
    try:
        return parse_datetime(written) or timezone.now()
    except ValueError:
        return timezone.now()


@require_POST
def pause(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Stop sending and reading through a connection."""
    words = "It is paused. Whatever is owed through it waits, and nothing is lost."
    return _change(request, connection_id, actions.pause, words)


@require_POST
def resume(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Let what waited go out."""
    words = "It is resumed. What waited goes out, the steps of each case in their order."
    return _change(request, connection_id, actions.resume, words)


def _change(
    request: HttpRequest, connection_id: UUID, action: Callable[..., None], words: str
) -> HttpResponse:
    viewer = access.viewer_of(request)
    connection = access.connection_or_404(viewer, connection_id, Ability.SETTLE)
    name = f"connection-{connection.pk}"
    form = ReasonForm(request.POST, step=name)
    if not carried_out(form, action, viewer=viewer, connection=connection):
        return desk(request, viewer, {name: form}, status=422)
    messages.success(request, words)
    return redirect("cases:deliveries")
