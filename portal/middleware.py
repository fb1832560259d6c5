"""What happens around every view: its id, its scope, the session's age, the zone, the headers."""

import re
import zoneinfo
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers

from cases import access
from portal import pages
from portal.accounts import audit, sign_in_rules
from portal.accounts.models import User
from portal.scope import SCOPED

Middleware = Callable[[HttpRequest], HttpResponseBase]

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
STAMP_EVERY = timedelta(minutes=5)

UNSCOPED = re.compile(  # the console, and where one comes in or leaves: the same for everybody
    r"/admin/|/accounts/(login|logout|signup|invitation|confirm-email|password/reset)/"
)
FRAMED = re.compile(r"/accounts/(login|logout|signed-in|2fa/authenticate|password/reset)/")
WITHOUT_SECOND_FACTOR = (
    "/accounts/2fa/",
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
    "/accounts/email/",
    "/accounts/confirm-email/",
    "/static/",
    "/csp-report",
    "/livez",
    "/readyz",
    "/metrics",
    "/health.json",
)
NEVER_SCOPED = ("/for/", "/static/", "/csp-report", "/livez", "/readyz", "/metrics", "/health.json")


def request_id(get_response: Middleware) -> Middleware:
    """Names the request, so that an error page, a log line and an audit row can be matched."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with audit.during(request) as name:
            response = get_response(request)
        response.headers["X-Request-ID"] = name
        return response

    return middleware


def customer_scope(get_response: Middleware) -> Middleware:
    """Serves `/for/<slug>/...` as the page without that prefix, in that customer's scope.

    The prefix becomes part of the script name, so every reversed URL stays in scope by itself. A
    page that is the same for every customer is redirected to its own address, method and body kept.
    Whether there is such a customer is asked where the viewer is known (`known_scope`).
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.scope_slug = ""  # type: ignore[attr-defined]  # read by cases.access.viewer_of
        found = SCOPED.fullmatch(request.path_info)
        if found is None or found["rest"].startswith(NEVER_SCOPED):
            return get_response(request)  # no address begins with /for/: a malformed one is a 404
        outside = get_script_prefix()
        if UNSCOPED.match(found["rest"]):
            query = request.META.get("QUERY_STRING", "")
            address = outside.rstrip("/") + found["rest"] + (f"?{query}" if query else "")
            return HttpResponseRedirect(address, preserve_request=True)
        prefix = f"{outside}for/{found['slug']}"
        request.scope_slug = found["slug"]  # type: ignore[attr-defined]  # likewise
        request.path_info = request.META["PATH_INFO"] = found["rest"]
        request.META["SCRIPT_NAME"] = prefix
        set_script_prefix(f"{prefix}/")
        try:
            return get_response(request)
        finally:
            set_script_prefix(outside)

    return middleware


def session_limits(get_response: Middleware) -> Middleware:
    """Ends a session after an hour without a person's doing, and twelve hours after sign-in.

    The stamp is written at most every five minutes. A page asking by itself whether something
    changed says so in a header and keeps no session alive.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = timezone.now()
            since = _stamp(request, "signed_in_at")
            seen = _stamp(request, "seen_at")
            if since is None or seen is None:
                request.session["signed_in_at"] = request.session["seen_at"] = now.timestamp()
            elif now - since > LONGEST or now - seen > IDLE:
                auth.logout(request)
            elif now - seen > STAMP_EVERY and not pages.asks_by_itself(request):
                request.session["seen_at"] = now.timestamp()
        return get_response(request)

    return middleware


def _stamp(request: HttpRequest, name: str) -> datetime | None:
    value = request.session.get(name)
    return datetime.fromtimestamp(value, UTC) if isinstance(value, float) else None


def sign_in_again(get_response: Middleware) -> Middleware:
    """Answers an htmx request without a session with 401 in place of a sign-in page inside a page.

    A link or filter goes to sign-in and comes back to the page it was on. What carries typed text,
    and a page asking by itself, stays where it is and is told to sign in elsewhere.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not pages.is_htmx(request) or not isinstance(response, HttpResponseRedirect):
            return response
        if not response.url.startswith(resolve_url(settings.LOGIN_URL)):
            return response
        return pages.signed_out(request)

    return middleware


def same_person(get_response: Middleware) -> Middleware:
    """Refuses what a page asks that another person opened: 403, and the page asks no more.

    Who signed in since in the same browser neither sends another's words in their own name, nor has
    their own view drawn into another's page. A form sent without htmx does not say whose it was.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        opened_by = request.headers.get(pages.PERSON, "")
        if not opened_by or not request.user.is_authenticated or not pages.is_htmx(request):
            return get_response(request)
        if opened_by == str(request.user.pk):
            return get_response(request)
        return pages.another_person(request)

    return middleware


def known_scope(get_response: Middleware) -> Middleware:
    """Answers 404 to a person's own pages in the scope of what is no customer of theirs.

    Pages about cases ask by themselves; some lead out of a scope that was lost.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_own = request.path_info.startswith("/accounts/") and request.user.is_authenticated
        if is_own and request.scope_slug:  # type: ignore[attr-defined]  # set by customer_scope
            access.viewer_of(request)
        return get_response(request)

    return middleware


def second_factor(get_response: Middleware) -> Middleware:
    """Leads whoever may see the console and has no second factor to where one is set up.

    Until they have one, nothing else is open to them but what setting it up and leaving takes.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if request.path_info.startswith(WITHOUT_SECOND_FACTOR) or not isinstance(user, User):
            return get_response(request)
        if not sign_in_rules.lacks_second_factor(user):
            return get_response(request)
        address = reverse("mfa_index")
        if pages.is_htmx(request):
            return pages.second_factor_first(request, address)
        return HttpResponseRedirect(address)

    return middleware


def framed_sign_in(get_response: Middleware) -> Middleware:
    """Lets our own pages show signing in within a frame, and nothing else, to nobody else."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if FRAMED.match(request.path_info) and pages.is_framed(request):
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
            response = csp_replace({"frame-ancestors": [SELF]})(lambda _: response)(request)
        return response

    return middleware


def private_pages(get_response: Middleware) -> Middleware:
    """Keeps what a signed-in person sees out of every cache, and every page out of other sites."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.user.is_authenticated and "Cache-Control" not in response.headers:
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware


def own_time_zone(get_response: Middleware) -> Middleware:
    """Shows every time in the person's own zone, and in UTC to somebody signed out."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        name = getattr(request.user, "time_zone", "UTC")
        with timezone.override(zoneinfo.ZoneInfo(name)):
            return get_response(request)

    return middleware
