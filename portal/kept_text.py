"""What a form of ours carried when it could not be taken: shown to its writer, to be sent again.

Nothing is stored: the page that says so carries it all, back to the browser it came from.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

OWN_FORM = ("CSRF token", "CSRF cookie")  # Django's reasons once the origin was found to be ours
SECRET_NAME = re.compile(r"password|passw|token|secret|code|key", re.IGNORECASE)
NEVER_AGAIN = re.compile(r"csrfmiddlewaretoken|.*(passw|secret).*", re.IGNORECASE | re.DOTALL)
NOT_AGAIN = ("/accounts/", "/admin/")  # forms that carry secrets are filled in anew
CHANGE_OF_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_-]+")


@dataclass(frozen=True, slots=True)
class KeptText:
    """`texts` to be read, each under its question; `fields` to be sent again, if they may be."""

    texts: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()


def kept_text(request: HttpRequest, reason: str) -> KeptText:
    """What stands in the request's form, to be sent again; nothing of what another site sent."""
    if not reason.startswith(OWN_FORM):
        return KeptText()
    # an old browser names no origin: there nobody can tell who wrote the form
    may_again = "Origin" in request.headers and not request.path_info.startswith(NOT_AGAIN)
    fields = tuple(_pairs(request)) if may_again else ()
    files = tuple(f.name for _, sent in request.FILES.lists() for f in sent if f.name)
    return KeptText(texts(request), fields, files)


def texts(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """What a person wrote in the request's form, each text under its question."""
    return tuple(
        (label(name) or f"Answer {number}", value)
        for number, (name, value) in enumerate(_typed(request), 1)
    )


def came_from(request: HttpRequest) -> str:
    """The page of ours that sent the request, as a path."""
    page = request.headers.get("Referer", "")
    if page and url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}):
        parts = urlsplit(page)
        return parts.path + (f"?{parts.query}" if parts.query else "")
    return request.get_full_path()


def label(name: str) -> str:
    """The question a field's name tells, in words; empty when it tells none."""
    words = CHANGE_OF_CASE.sub(" ", name.rpartition("/")[2]).split()
    if not any(len(word) > 1 and word.isalpha() for word in words):
        return ""
    return " ".join(words).capitalize()


def _typed(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """What a person wrote in words; no secrets, and nothing that buttons and choices carry."""
    for name, value in _pairs(request):
        is_ours = name.startswith("_") or "." in name or value.startswith(("[[", "{"))
        if not is_ours and not SECRET_NAME.search(name) and any(map(str.isspace, value.strip())):
            yield name, value


def _pairs(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if not NEVER_AGAIN.fullmatch(name):
            yield from ((name, str(value)) for value in values)
