"""Inviting people, and what becomes of an invitation before it is answered."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import invitations
from portal.accounts.forms_people import InviteForm
from portal.accounts.models import Invitation, User
from portal.accounts.models.invitation import LASTS
from portal.accounts.people import Refused
from portal.accounts.views.people import organization_or_404


@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Whom to invite as what; a post mails the link."""
    organization = organization_or_404(request, slug)
    form = InviteForm(organization, request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            invitation = invitations.invite(
                actor=cast(User, request.user),
                organization=organization,
                email=told["email"],
                role=told["role"],
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{invitation.email} was invited.")
            return redirect("people:list", organization.slug)
    context = {"organization": organization, "form": form, "lasts": LASTS}
    status = 422 if request.method == "POST" else 200
    return render(request, "people/invite.html", context, status=status)


@require_POST
def resend(request: HttpRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    """Mail a new link; the old one is dead."""
    words = "A new link was mailed to {}. The one before does not work any more."
    return _do(request, slug, invitation_id, invitations.resend, words)


@require_POST
def revoke(request: HttpRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    words = "The invitation of {} was taken back. Its link does not work any more."
    return _do(request, slug, invitation_id, invitations.revoke, words)


def _do(
    request: HttpRequest,
    slug: str,
    invitation_id: UUID,
    deed: Callable[..., Invitation],
    words: str,
) -> HttpResponse:
    organization = organization_or_404(request, slug)
    if not Invitation.objects.filter(organization=organization, pk=invitation_id).exists():
        raise Http404("No such invitation.")
    try:
        done = deed(
            actor=cast(User, request.user), organization=organization, invitation_id=invitation_id
        )
    except Refused as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, words.format(done.email))
    return redirect("people:list", organization.slug)
