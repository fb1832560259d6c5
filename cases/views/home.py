"""Home: what waits for me, what is moving, what failed, what I began."""

from itertools import islice

from django.db.models import Case, F, QuerySet, When, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cases import access
from cases.access import Viewer
from cases.models import Case as Mirrored
from cases.models import Push
from cases.models.push import State
from cases.views.delivered import Delivered, owed, queues, shown, told
from cases.views.freshness import freshness, with_owners
from cases.views.next_action import to_answer
from cases.views.refusals import refusals
from cases.views.rows import Line, brief, lines
from cases.views.steps import WAIT_FOR_PERSON
from portal.accounts.roles import Ability
from vendors.connections.offered import name_of
from vendors.vocabulary import Status

MOST = 6  # lines of one panel
MOST_CUSTOMERS = 20


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    viewer = access.viewer_of(request)
    if not viewer.memberships:
        return render(request, "cases/belongs_nowhere.html")
    mine = access.cases(viewer)
    open_ = mine.exclude(status=Status.CLOSED)
    waiting = open_.filter(to_answer(viewer))
    stopped, moving = _delivered(viewer)
    told_above = {line.push.case_id for line in stopped}
    drafts = access.drafts(viewer).select_related("customer", "account__connection")
    chooses = viewer.is_staff and viewer.scope is None
    connected = with_owners(viewer)
    others = open_.exclude(to_answer(viewer)).exclude(pk__in=told_above)
    waits, recent = _lines(viewer, waiting, others)
    context = {
        "waiting": waits,
        "recent": recent,
        "stopped": stopped,
        "moving": moving,
        "is_asked": any(_is_asked(viewer, line.push) for line in stopped),
        "drafts": [
            (draft, name_of(draft.account.connection.vendor))
            for draft in drafts.order_by("-updated_at")[:MOST]
        ],
        "customers": access.customers(viewer)[:MOST_CUSTOMERS] if chooses else (),
        "refusals": refusals(viewer, connected),
        "freshness": freshness(connected),
    }
    return render(request, "cases/home.html", context)


def _delivered(viewer: Viewer) -> tuple[list[Delivered], list[Delivered]]:
    """The owed steps that wait for a person and those that move, the longest waiting first."""
    order = ("waiting_since", "position")
    is_stopped = Case(When(state__in=WAIT_FOR_PERSON, then=True), default=False)
    place = Window(RowNumber(), partition_by=F("is_stopped"), order_by=order)
    steps = shown(owed(viewer)).annotate(is_stopped=is_stopped).annotate(place=place)
    found = list(steps.filter(place__lte=MOST).order_by(*order))
    places = queues(viewer, found)
    lines = [told(push, places[push.pk]) for push in found]
    return (
        [line for line in lines if line.push.state in WAIT_FOR_PERSON],
        [line for line in lines if line.push.state not in WAIT_FOR_PERSON],
    )


def _is_asked(viewer: Viewer, push: Push) -> bool:
    """Whether this stopped step waits for the viewer, and not for others."""
    refused = push.state == State.REFUSED
    if refused and push.author_id == viewer.user.pk and viewer.seen_by is None:
        return True
    return access.may(viewer, push.case, Ability.WRITE if refused else Ability.SETTLE)


def _lines(viewer: Viewer, *groups: QuerySet[Mirrored]) -> list[list[Line]]:
    """The newest of each group as lines, with one query for the steps of all."""
    found = [list(brief(cases).order_by("-updated_at", "-id")[:MOST]) for cases in groups]
    drawn = iter(lines(viewer, [case for cases in found for case in cases]))
    return [list(islice(drawn, len(cases))) for cases in found]
