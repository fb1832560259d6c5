"""Answering an invitation: by somebody new, or by somebody with an account."""

from typing import Any

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from portal.accounts import invitations
from portal.accounts.forms_people import NewPersonForm
from portal.accounts.invitations import Gone, Taken
from portal.accounts.models import Invitation, User

GONE = {
    Invitation.State.ACCEPTED: "used",
    Invitation.State.REVOKED: "revoked",
    Invitation.State.EXPIRED: "expired",
}


@login_not_required
@never_cache
@sensitive_variables("token")
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the link of an invitation opens. Looking changes nothing: scanners of mail look too."""
    found = invitations.found(token)
    try:
        response = _answer(request, found) if found is not None else _no_longer(request, "unknown")
    except Gone as gone:
        response = _no_longer(request, GONE[gone.became])
    # without the path, which is a secret; `no-referrer` would take the origin from our own forms
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _answer(request: HttpRequest, found: Invitation) -> HttpResponse:
    if found.state is not Invitation.State.OPEN:
        raise Gone(found.state)
    user = request.user
    if isinstance(user, User):
        if not invitations.is_for(found, user):
            return _show(request, found, "other", status=403 if request.method == "POST" else 200)
        return _joined(request, found, user) if _posts(request) else _show(request, found, "join")
    if invitations.has_account(found):
        return redirect(request.path) if _posts(request) else _show(request, found, "sign-in")
    return _new_person(request, found)


def _new_person(request: HttpRequest, found: Invitation) -> HttpResponse:
    """The form of somebody without an account; a valid post makes it and signs them in."""
    form = NewPersonForm(found, request.POST if _posts(request) else None)
    if not form.is_valid():
        return _show(request, found, "new", form=form, status=422 if form.is_bound else 200)
    try:
        user = invitations.join_as_new(invitation=found, told=form.told())
    except Taken:  # by another invitation of theirs, a moment ago
        return redirect(request.path)
    response: HttpResponse = perform_login(request, user, redirect_url=reverse("home"))
    words = 'Welcome to {}. Protect your account with <a href="{}">a second factor</a>.'
    messages.success(request, format_html(words, found.organization, reverse("mfa_index")))
    return response


def _joined(request: HttpRequest, found: Invitation, user: User) -> HttpResponse:
    membership = invitations.join(user=user, invitation=found)
    role = membership.get_role_display().lower()
    messages.success(request, f"You belong to {found.organization} now, as {role}.")
    return redirect("home")


def _show(
    request: HttpRequest, found: Invitation, case: str, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"invitation": found, "case": case, **more}
    return render(request, "accounts/invitation.html", context, status=status)


def _no_longer(request: HttpRequest, why: str) -> HttpResponse:
    """Why the link opens nothing, without a word about whom it was from."""
    status = 404 if why == "unknown" else 410
    return render(request, "accounts/invitation_gone.html", {"why": why}, status=status)


def _posts(request: HttpRequest) -> bool:
    return request.method == "POST"
