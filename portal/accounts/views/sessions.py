"""The sessions of a person: ending one from another, and going on after one ended."""

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal import pages
from portal.accounts.sign_in_rules import session_mark


@require_safe
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where signing in over a page that lost its session ends: the page can be sent from again."""
    if not pages.is_htmx(request):
        return render(request, "accounts/signed_in.html")
    return pages.signed_in_again(request)


@require_POST
def end_session(request: HttpRequest, mark: str) -> HttpResponse:
    """Sign one's own other session out: its next request is nobody's."""
    own = UserSession.objects.filter(user_id=request.user.pk)
    named = [each for each in own if session_mark(each.session_key) == mark]
    if not named:
        raise Http404("No such session.")
    get_adapter().end_sessions(named)
    messages.success(request, "That session is signed out.")
    return redirect("usersessions_list")
