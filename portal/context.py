"""What every template may use besides what its view gives it."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import set_script_prefix

from cases import access
from portal import pages
from portal.accounts.models import User
from portal.accounts.preferences import theme_of
from portal.scope import outside


def site(request: HttpRequest) -> dict[str, Any]:
    """`theme`, `is_demo`, `request_id`, `framed`; of a signed-in person also `viewer`, `scope`."""
    found: dict[str, Any] = {
        "theme": theme_of(request),
        "is_demo": settings.DEMO,
        "request_id": getattr(request, "request_id", ""),
        "framed": pages.is_framed(request),
        "viewer": None,
        "scope": None,
    }
    if isinstance(getattr(request, "user", None), User):
        try:
            found["viewer"] = access.viewer_of(request)
        except Http404:  # the page that says so is rendered with this very context, and leads out
            set_script_prefix(f"{outside(request)}/")
            return found
        found["scope"] = found["viewer"].scope
    return found
