"""What a browser reports that the content security policy stopped: one line of the log each."""

import json
import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

log = logging.getLogger("caseport.csp")

LONGEST = 16_384  # bytes of a report


@csrf_exempt  # browsers send reports by themselves, without a form's token; nothing is changed
@login_not_required
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Log what was stopped and by which rule; nothing else of the report is kept."""
    if not ratelimit.consume(request, action="csp_report"):
        return HttpResponse(status=429)
    told = _told(request)
    if told is None:
        return HttpResponse(status=400)
    log.warning("stopped %s of %s", _word(told, "violated-directive"), _site(told))
    return HttpResponse(status=204)


def _told(request: HttpRequest) -> dict[str, Any] | None:
    """The report; None for anything that is none."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST:
        return None
    try:
        told = json.loads(request.body)["csp-report"]
    except (ValueError, TypeError, KeyError):
        return None
    return told if isinstance(told, dict) else None


def _word(told: dict[str, Any], name: str) -> str:
    return str(told.get(name, ""))[:100]


def _site(told: dict[str, Any]) -> str:
    """Where it would have come from, without path and query, which may be anybody's secret."""
    blocked = _word(told, "blocked-uri")
    try:
        parts = urlsplit(blocked)
    except ValueError:
        return "an address that is none"
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else blocked.partition(":")[0]
