"""How a person wants the pages to look; known before sign-in from a cookie."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from portal.accounts.models import User

COOKIE = "theme"
COOKIE_SECONDS = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    """The theme to print into the page, so that it is right from its first paint."""
    user = getattr(request, "user", None)
    if isinstance(user, User):
        return user.theme
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in User.Theme.values else User.Theme.SYSTEM.value


def remember_theme(response: HttpResponse, theme: str) -> None:
    """Keep the theme on this device for the pages before sign-in."""
    response.set_cookie(
        COOKIE,
        theme,
        max_age=COOKIE_SECONDS,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )
