"""A person's own page."""

from typing import cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.accounts import audit
from portal.accounts.forms import ProfileForm
from portal.accounts.models import User
from portal.accounts.preferences import remember_theme


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, phone, time zone and theme of whoever is signed in."""
    user = cast(User, request.user)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            audit.record_own(user, "profile changed", changed=form.changed_data)
        messages.success(request, "Your profile is saved.")
        response = redirect("accounts:profile")
        remember_theme(response, user.theme)
        return response
    status = 422 if form.is_bound else 200
    return render(request, "accounts/profile.html", {"form": form}, status=status)
