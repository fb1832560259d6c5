"""Pages that belong to no part: errors and sessions that ended."""

import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.middleware import csrf
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django_htmx.middleware import HtmxDetails

from portal.kept_text import came_from, kept_text, texts

ASKS_BY_ITSELF = "Caseport-Watch"  # header of a page's own questions whether something changed
PERSON = "Caseport-Person"  # header of a page's requests: for whom the page was made


def is_htmx(request: HttpRequest) -> bool:
    return bool(HtmxDetails(request))


def is_framed(request: HttpRequest) -> bool:
    """Whether a page of ours shows the answer in a frame; no other site's page says so."""
    told = request.headers
    where = (told.get("Sec-Fetch-Dest"), told.get("Sec-Fetch-Site"))
    return where == ("iframe", "same-origin")


def asks_by_itself(request: HttpRequest) -> bool:
    """Whether no person caused this request."""
    return ASKS_BY_ITSELF in request.headers


def signed_out(request: HttpRequest) -> HttpResponse:
    """Tell a page that its session ended: 401, and where a person can sign in again.

    Only a request that carried nothing leads to the sign-in page. One that carried something is
    answered by the sign-in form over the page it came from, where what was typed stays.
    """
    back = HtmxDetails(request).current_url_abs_path or "/"
    return _elsewhere_first(request, "errors/signed_out.html", _sign_in(back), status=401)


def signed_in_again(request: HttpRequest, *, status: int = 200) -> HttpResponse:
    """Let a page of htmx be sent from again: its next request carries the new session's token."""
    response = _in_place(request, "errors/send_again.html", {}, status=status)
    event = {"caseport:token": {"token": csrf.get_token(request)}}
    response.headers["HX-Trigger"] = json.dumps(event)
    return response


def _sign_in(back: str) -> str:
    """Where one signs in and is led back to that page."""
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"


def another_person(request: HttpRequest) -> HttpResponse:
    """Tell a page that somebody else signed in since it was opened; it stops asking by itself."""
    context: dict[str, object] = {"page": HtmxDetails(request).current_url_abs_path or "/"}
    if asks_by_itself(request):
        template = "errors/another_person_while_open.html"
        return _in_place_of_watching(request, template, context, status=403)
    return _in_place(request, "errors/another_person.html", context, status=403)


def looked_too_long(request: HttpRequest) -> HttpResponse:
    """Answer what somebody sent when they no longer see the portal as another person: nothing is
    done, and what was typed stays or is shown to be copied."""
    if is_htmx(request):
        return _in_place(request, "errors/looked_too_long.html", {}, status=409)
    context = {"texts": texts(request)}
    return render(request, "errors/looked_too_long_page.html", context, status=409)


def second_factor_first(request: HttpRequest, address: str) -> HttpResponse:
    """Tell a page of htmx that a second factor must be set up, and where; what was typed stays."""
    return _elsewhere_first(request, "errors/second_factor.html", address, status=403)


def _elsewhere_first(
    request: HttpRequest, template: str, address: str, *, status: int
) -> HttpResponse:
    if request.method == "GET" and not asks_by_itself(request):
        return HttpResponse(status=status, headers={"HX-Redirect": address})
    context: dict[str, object] = {"address": address, "by_itself": asks_by_itself(request)}
    return _in_place(request, template, context, status=status)


def _in_place(
    request: HttpRequest, template: str, context: dict[str, object], *, status: int
) -> HttpResponse:
    """A notice for the page that asked, put where it shows notices."""
    response = render(request, template, context, status=status)
    response.headers["HX-Retarget"] = "#notices"
    response.headers["HX-Reswap"] = "innerHTML"
    response.headers["HX-Reselect"] = "unset"
    return response


def _in_place_of_watching(
    request: HttpRequest, template: str, context: dict[str, object], *, status: int
) -> HttpResponse:
    """The last answer to a page that asks by itself: what asks is taken off it."""
    response = render(request, template, context, status=status)
    response.headers["HX-Retarget"] = "[data-watch]"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def only_looking(request: HttpRequest) -> HttpResponse:
    """Refuse what somebody may not do while they see the portal as another person."""
    if is_htmx(request):
        return _in_place(request, "errors/only_looking.html", {}, status=403)
    return render(request, "403_looking.html", status=403)


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is not there, or not (any longer) shown to who asks: the same words for either.

    What was typed stays where it is, or is shown to be copied. A page that asks by itself is told
    once: the element that asks is taken off it.
    """
    is_case = request.resolver_match is not None and "reference" in request.resolver_match.kwargs
    context: dict[str, object] = {"is_case": is_case}
    if is_htmx(request) and asks_by_itself(request):
        template = "errors/gone_while_open.html"
        return _in_place_of_watching(request, template, context, status=404)
    if is_htmx(request) and request.method == "POST":
        return _in_place(request, "errors/gone.html", context, status=404)
    if request.method == "POST" and is_case:
        context["texts"] = texts(request)
    return render(request, "404.html", context, status=404)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose page is older than the session: nothing was done, what was typed is shown.

    It can be sent again from that very page: once somebody signed in, it comes with a new token.
    An htmx page gets the new token in an event, so that sending again works without a reload.
    """
    if not is_htmx(request):
        context = {"kept": kept_text(request, reason), "sign_in": _sign_in(came_from(request))}
        response = render(request, "403_csrf.html", context, status=403)
        patch_cache_control(response, private=True, no_store=True)
        return response
    if not request.user.is_authenticated:
        return signed_out(request)
    return signed_in_again(request, status=403)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """The last page: it must not need the database, so it does without the site's context."""
    request_id = getattr(request, "request_id", "")
    text = render_to_string("500.html", {"request_id": request_id, "theme": "system"})
    return HttpResponse(text, status=500)
