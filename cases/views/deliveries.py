"""Everything owed to vendors: what needs a person, what stopped, what is on its way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cases import access
from cases.access import Viewer, keeper, kept_by
from cases.models import Push
from cases.views.causes import BY_KEY, STANDINGS, Cause, causes, overview, standing
from cases.views.delivered import queues, shown, told
from cases.views.freshness import with_owners
from cases.views.offers import kept_connections, offer_retries
from cases.views.refusals import refusals
from portal.accounts.roles import Ability
from portal.paging import Page, read_page
from vendors.connections.models import Connection
from vendors.connections.offered import name_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the desk the address asks for; what it names and is not there, it does not ask."""

    state: str = ""
    connection: str = ""
    cause: Cause | None = None

    @property
    def query(self) -> str:
        told = {"state": self.state, "connection": self.connection}
        told |= {"cause": self.cause.key} if self.cause else {}
        return urlencode({name: value for name, value in told.items() if value})


@require_GET
def deliveries(request: HttpRequest) -> HttpResponse:
    """The pushes of the cases the viewer sees, by where they stand; one standing page by page."""
    return desk(request, access.viewer_of(request))


def desk(
    request: HttpRequest, viewer: Viewer, forms: Mapping[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    """The page; `forms` are those to be mended, by the deed and what it is about."""
    pushes = standing(viewer)
    found = causes(pushes)
    asked = _asked(request.GET, found)
    chosen = {key: cause for key, cause in found.items() if _is_asked(cause, asked)}
    names = {cause.connection.pk: _name(viewer, cause.connection) for cause in found.values()}
    connected = with_owners(viewer) if kept_by(viewer) else []
    context: dict[str, Any] = {
        "asked": asked,
        "names": names,
        "connections": sorted(names.items(), key=lambda item: item[1]),
        "standings": STANDINGS,
        "refusals": refusals(viewer, connected),
        "kept": kept_connections(viewer, connected, forms or {}),
    }
    if asked.state:
        context |= _one(viewer, request.GET, pushes.filter(standing=asked.state), asked, chosen)
    else:
        context["groups"] = overview(viewer, _of(pushes, asked), chosen.values())
    if viewer.may(Ability.SETTLE):
        offer_retries(chosen.values(), forms or {})
    return render(request, "cases/deliveries.html", context, status=status)


def _asked(query: QueryDict, found: Mapping[str, Cause]) -> Asked:
    state, connection = query.get("state", ""), query.get("connection", "")
    known = {str(cause.connection.pk) for cause in found.values()}
    cause = found.get(query.get("cause", ""))
    if cause is not None:
        return Asked(cause.standing.key, str(cause.connection.pk), cause)
    return Asked(state if state in BY_KEY else "", connection if connection in known else "")


def _is_asked(cause: Cause, asked: Asked) -> bool:
    return (
        asked.state in ("", cause.standing.key)
        and asked.connection in ("", str(cause.connection.pk))
        and asked.cause in (None, cause)
    )


def _of(pushes: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    if asked.cause is not None:
        return pushes.filter(asked.cause.rows)
    return pushes.filter(connection=asked.connection) if asked.connection else pushes


def _one(
    viewer: Viewer,
    query: QueryDict,
    pushes: QuerySet[Any],
    asked: Asked,
    chosen: Mapping[str, Cause],
) -> dict[str, Any]:
    """One standing, its steps page by page, the longest waiting first."""
    page: Page[Push] = read_page(shown(_of(pushes, asked)), query, by="since", oldest_first=True)
    places = queues(viewer, page.rows)
    return {
        "page": page,
        "heading": BY_KEY[asked.state],
        "count": sum(cause.count for cause in chosen.values()),
        "causes": list(chosen.values()),
        "is_one_cause": len(chosen) == 1,
        "lines": [told(push, places[push.pk]) for push in page.rows],
    }


def _name(viewer: Viewer, connection: Connection) -> str:
    """What this viewer knows a connection by: to those it serves it is its vendor."""
    vendor = name_of(connection.vendor)
    return f"{connection.label} ({vendor})" if keeper(connection) in kept_by(viewer) else vendor
