"""Home: what waits for me, what is moving, what failed, what I began."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cases import access
from cases.access import Viewer
from cases.models import Case
from cases.models.push import UNFINISHED, State
from cases.views.delivered import Delivered, owed, queues, shown, told
from cases.views.freshness import connections, freshness
from cases.views.next_action import to_answer
from cases.views.refusals import refusals
from cases.views.rows import Line, brief, lines
from cases.views.steps import WAIT_FOR_PERSON
from vendors.connections.offered import name_of
from vendors.vocabulary import Status

MOST = 6  # lines of one panel
MOST_CUSTOMERS = 20
MOVING = tuple(state for state in UNFINISHED if state not in WAIT_FOR_PERSON)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    viewer = access.viewer_of(request)
    if not viewer.memberships:
        return render(request, "cases/belongs_nowhere.html")
    mine = access.cases(viewer)
    open_ = mine.exclude(status=Status.CLOSED)
    waiting = open_.filter(to_answer(viewer))
    stopped, moving = _delivered(viewer, WAIT_FOR_PERSON, MOVING)
    told_above = {line.push.case_id for line in stopped}
    drafts = access.drafts(viewer).select_related("customer", "account__connection")
    chooses = viewer.is_staff and viewer.scope is None
    context = {
        "waiting": _lines(viewer, waiting),
        "recent": _lines(viewer, open_.exclude(to_answer(viewer)).exclude(pk__in=told_above)),
        "stopped": stopped,
        "moving": moving,
        "drafts": [
            (draft, name_of(draft.account.connection.vendor))
            for draft in drafts.order_by("-updated_at")[:MOST]
        ],
        "customers": access.customers(viewer)[:MOST_CUSTOMERS] if chooses else (),
        "refusals": refusals(viewer),
        "freshness": freshness(connections(viewer)),
    }
    return render(request, "cases/home.html", context)


def _delivered(viewer: Viewer, *groups: tuple[State, ...]) -> list[list[Delivered]]:
    """For each group of states the owed steps in them, the longest waiting first."""
    found = [
        shown(owed(viewer).filter(state__in=states)).order_by("waiting_since", "position")[:MOST]
        for states in groups
    ]
    places = queues(viewer, [push for pushes in found for push in pushes])
    return [[told(push, places[push.pk]) for push in pushes] for pushes in found]


def _lines(viewer: Viewer, cases: QuerySet[Case]) -> list[Line]:
    found = brief(cases).order_by("-updated_at", "-id")[:MOST]
    return lines(viewer, list(found))
