"""What happens around every view while somebody looks as another person: reading and no more."""

import re
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.http import HttpResponseClientRefresh

from portal import pages
from portal.accounts import view_as
from portal.accounts.models import User, ViewAs

SESSION_KEY = "view_as"  # the session holds the id and nothing else

READING = ("GET", "HEAD", "OPTIONS")
# what may be read through another's eyes: their cases, and nothing of anybody's own pages
SHOWN = re.compile(
    r"/((cases|drafts|deliveries|acting-for)/.*)?|/(livez|readyz|health\.json)", re.DOTALL
)
LEAVING = ("/view-as/stop/", "/accounts/logout/")
OF_THE_BROWSER = ("/csp-report",)  # sent by itself

Middleware = Callable[[HttpRequest], HttpResponseBase]


def looking_as(get_response: Middleware) -> Middleware:
    """Serves every page as the person somebody looks as, for reading.

    What would change something, and every page that is not about cases, answers 403. What is over
    (time is up, the right is lost) is ended and said.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.view_as = None  # type: ignore[attr-defined]  # read by cases.access.viewer_of
        user = request.user
        name = request.session.get(SESSION_KEY) if isinstance(user, User) else None
        if not name or not isinstance(user, User):
            return get_response(request)
        looking, over = view_as.resume(user, name)
        if looking is None or over is not None:
            del request.session[SESSION_KEY]
            return _afterwards(request, get_response, looking, over)
        request.view_as = looking  # type: ignore[attr-defined]  # likewise
        if not _may_pass(request):
            return pages.only_looking(request)
        response = get_response(request)
        if not request.user.is_authenticated:
            view_as.end(looking, view_as.Ending.STOPPED)
        return response

    return middleware


def _may_pass(request: HttpRequest) -> bool:
    path = request.path_info
    return path in LEAVING + OF_THE_BROWSER or (
        request.method in READING and SHOWN.fullmatch(path) is not None
    )


def _afterwards(
    request: HttpRequest,
    get_response: Middleware,
    looking: ViewAs | None,
    over: view_as.Ending | None,
) -> HttpResponseBase:
    """The first request as oneself again: nothing made for the other's page is done by it."""
    if looking is not None and over is not view_as.Ending.STOPPED:
        why = {
            view_as.Ending.EXPIRED: f"The time to view as {looking.person} is over.",
            view_as.Ending.LOST: f"You may no longer view as {looking.person}.",
        }[over or view_as.Ending.EXPIRED]
        messages.info(request, f"{why} You see the portal as yourself again.")
    if request.method not in READING and request.path_info not in LEAVING:
        return pages.looked_too_long(request)
    if pages.is_htmx(request):
        return HttpResponseClientRefresh()
    return get_response(request)
