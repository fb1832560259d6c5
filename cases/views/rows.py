"""The lines of a case list: everything a line shows, found with two queries for the whole page."""

from collections.abc import Sequence
from typing import TypedDict

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from cases import access
from cases.access import Viewer
from cases.delivery import Delivery, delivery_of
from cases.models import Case, Push
from cases.models.push import UNFINISHED
from cases.templatetags import case_words
from cases.views.next_action import answerer, settler, who
from portal.templatetags.display import ago
from vendors.connections.offered import name_of

SHOWN = (
    "reference",
    "vendor_id",
    "subject",
    "vendor_status",
    "status",
    "vendor_severity",
    "severity_rank",
    "next_action",
    "created_at",
    "vendor_created_at",
    "updated_at",
    "connection__vendor",
    "organization__name",
    "organization__slug",
    "reseller__name",
)
URGENCY = ("needs_person", "failed", "unconfirmed", "waiting")  # what a line tells of several


class Line(TypedDict):
    """One case in a list, drawn as far as can be: a page of lines is looked up, not computed.

    `delivery` tells the most urgent unfinished step, or how the case stands without one.
    """

    reference: str
    vendor_id: str
    subject: str
    customer: str
    vendor: str
    delivery: Delivery
    delivery_badge: SafeString
    next: SafeString
    severity: SafeString
    status: SafeString
    updated: SafeString | str
    opened: SafeString | str


def brief(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Only the columns a line shows: a case's mirror can be large."""
    return cases.select_related("connection", "organization", "reseller").only(*SHOWN)


def lines(viewer: Viewer, cases: Sequence[Case]) -> list[Line]:
    """The cases as lines, with one query for all their unfinished steps."""
    urgent: dict[object, Delivery] = {}
    unfinished = (
        access.pushes(viewer)
        .filter(case__in=[c.pk for c in cases], settled_at=None, state__in=UNFINISHED)
        .only("case_id", "state", "outcome", "attempts", "replaces_id")
    )
    vendors = {case.pk: name_of(case.connection.vendor) for case in cases}
    for push in unfinished:
        here = delivery_of(push, vendors[push.case_id])
        known = urgent.get(push.case_id)
        if known is None or URGENCY.index(here.key) < URGENCY.index(known.key):
            urgent[push.case_id] = here
    _catch_up(viewer, [case for case in cases if not case.vendor_id and case.pk not in urgent])
    return [_line(viewer, case, vendors[case.pk], urgent.get(case.pk)) for case in cases]


def _catch_up(viewer: Viewer, cases: Sequence[Case]) -> None:
    """Read the numbers again that cases without a step lack: they may have arrived meanwhile."""
    if cases:
        again = access.cases(viewer).filter(pk__in=[case.pk for case in cases])
        numbers = dict(again.values_list("pk", "vendor_id"))
        for case in cases:
            case.vendor_id = numbers.get(case.pk)


def _line(viewer: Viewer, case: Case, vendor: str, urgent: Delivery | None) -> Line:
    delivery = urgent or settled(case, vendor)
    names = {"vendor": vendor, "customer": answerer(case), "settler": settler(case)}
    return {
        "reference": case.reference,
        "vendor_id": case.vendor_id or "",
        "subject": case.subject,
        "customer": case.organization.name if case.organization else "Nobody yet",
        "vendor": vendor,
        "delivery": delivery,
        "delivery_badge": case_words.delivery_badge(delivery),
        "next": case_words.next_badge(who(viewer, case, urgent), names),
        "severity": case_words.severity_badge(case.vendor_severity, case.severity_rank),
        "status": case_words.status_badge(case.vendor_status, case.status),
        "updated": ago(case.updated_at),
        "opened": ago(case.created_at),
    }


def settled(case: Case, vendor: str) -> Delivery:
    """How a case stands that owes its vendor nothing."""
    if case.vendor_id:
        return Delivery("with_vendor", f"With {vendor}")
    return Delivery("withdrawn", "Not sent")


def worst(pushes: Sequence[Push], vendor: str) -> Delivery | None:
    """The most urgent standing among pushes; None when all have ended or there are none."""
    found = [delivery_of(push, vendor) for push in pushes if push.state in UNFINISHED]
    return min(found, key=lambda delivery: URGENCY.index(delivery.key), default=None)
