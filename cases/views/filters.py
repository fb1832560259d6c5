"""What a case list shows, as conditions in its address: a link, Back and a reload keep them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Self
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict

from cases import access, search
from cases.models import Case
from cases.models.push import UNFINISHED, State
from cases.views.next_action import Who, cases_of
from vendors.vocabulary import Status

Choices = tuple[tuple[str, str], ...]

ANY_STATUS = "any"
UNASSIGNED = "-"  # a vendor's case that belongs to no customer yet

SEVERITIES: Choices = (("1", "1, highest"), ("2", "2"), ("3", "3"), ("4", "4"), ("none", "None"))
STATUSES: Choices = (
    ("", "Open"),
    (Status.NEW, "New"),
    (Status.OPEN, "In work"),
    (Status.WAITING, "Waiting"),
    (Status.SOLVED, "Solved"),
    (Status.CLOSED, "Closed"),
    (Status.UNKNOWN, "Not known to us"),
    (ANY_STATUS, "Any"),
)
NEXT_ACTIONS: Choices = (
    (Who.US, "You"),
    (Who.VENDOR, "Vendor"),
    (Who.CUSTOMER, "Customer"),
    (Who.SETTLER, "Reseller"),
    (Who.CASEPORT, "Caseport"),
    (Who.NOBODY, "Nobody"),
)
DELIVERIES: Mapping[str, tuple[str, tuple[State, ...]]] = {
    "unsent": ("Anything unfinished", UNFINISHED),
    "waiting": ("Waiting to send", (State.PENDING,)),
    "unconfirmed": (
        "Not yet confirmed",
        (State.SENDING, State.AWAITING, State.UNCERTAIN, State.CHECKING),
    ),
    "needs_person": ("Needs a person", (State.NEEDS_PERSON,)),
    "failed": ("Could not be sent", (State.REFUSED, State.PARKED)),
}
WATCHED: Choices = (("me", "By me"),)

SHOWN = (  # name, label, what no choice is called: empty when a choice of its own says it
    ("next", "Next action", "Any"),
    ("vendor", "Vendor", "Any"),
    ("customer", "Customer", "Any"),
    ("severity", "Severity", "Any"),
    ("status", "Status", ""),
    ("delivery", "Delivery", "Any"),
    ("watching", "Watched", "Any"),
)


@dataclass(frozen=True, slots=True)
class Select:
    """One filter as the page draws it."""

    name: str
    label: str
    choices: Choices
    chosen: str
    blank: str

    @property
    def chosen_label(self) -> str:
        return dict(self.choices).get(self.chosen, self.chosen)


@dataclass(frozen=True, slots=True)
class Filters:
    """The conditions of a list; an unknown value in the address counts as not given."""

    q: str = ""
    next: str = ""
    vendor: str = ""
    customer: str = ""
    severity: str = ""
    status: str = ""
    delivery: str = ""
    watching: str = ""
    offered: Mapping[str, Choices] = field(default_factory=dict, compare=False)

    @classmethod
    def read(cls, query: QueryDict, vendors: Choices, customers: Choices) -> Self:
        offered: dict[str, Choices] = {
            "next": NEXT_ACTIONS,
            "vendor": vendors,
            "customer": customers,
            "severity": SEVERITIES,
            "status": STATUSES,
            "delivery": tuple((key, label) for key, (label, _) in DELIVERIES.items()),
            "watching": WATCHED,
        }
        given = {
            name: value
            for name, choices in offered.items()
            if (value := query.get(name, "")) and value in dict(choices)
        }
        return cls(q=query.get("q", "").strip()[:200], offered=offered, **given)

    def apply(self, cases: QuerySet[Case], viewer: access.Viewer) -> QuerySet[Case]:
        """The cases that meet every condition."""
        if self.q:
            cases = search.find(cases, self.q)
        elif not self.status:
            cases = cases.exclude(status=Status.CLOSED)
        if self.delivery:
            _, states = DELIVERIES[self.delivery]
            unfinished = access.pushes(viewer).filter(settled_at=None, state__in=states)
            cases = cases.filter(pk__in=unfinished.values("case"))
        if self.watching:
            cases = cases.filter(access.watched_by(viewer))
        if self.next:
            cases = cases.filter(cases_of(viewer, self.next))
        return cases.filter(self._columns())

    def _columns(self) -> Q:
        wanted = Q()
        if self.status and self.status != ANY_STATUS:
            wanted &= Q(status=self.status)
        if self.vendor:
            wanted &= Q(connection__vendor=self.vendor)
        if self.severity:
            rank = None if self.severity == "none" else int(self.severity)
            wanted &= Q(severity_rank=rank)
        if self.customer == UNASSIGNED:
            wanted &= Q(organization=None)
        elif self.customer:
            wanted &= Q(organization__slug=self.customer)
        return wanted

    def query(self, **changes: str) -> str:
        """The address part of these conditions, changed so; empty ones are left out."""
        named = asdict(replace(self, offered={}, **changes))
        named.pop("offered")
        return urlencode({name: value for name, value in named.items() if value})

    @property
    def selects(self) -> list[Select]:
        """Every filter worth offering: one with a choice to make, or one that is in use."""
        return [
            Select(name, label, self.offered[name], getattr(self, name), blank)
            for name, label, blank in SHOWN
            if len(self.offered[name]) > 1 or getattr(self, name)
        ]

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Each condition in use, with the address of the list without it."""
        found = [
            (f"{select.label}: {select.chosen_label}", self.query(**{select.name: ""}))
            for select in self.selects
            if select.chosen
        ]
        return ([(f"“{self.q}”", self.query(q=""))] if self.q else []) + found

    @property
    def tabs(self) -> list[tuple[str, str, bool]]:
        """The views people ask for most: name, address, whether it is the one shown."""
        views = (
            ("Open", Filters()),
            ("Waiting for you", Filters(next=Who.US)),
            ("Watching", Filters(watching="me")),
            ("Unfinished deliveries", Filters(delivery="unsent", status=ANY_STATUS)),
            ("Closed", Filters(status=Status.CLOSED)),
            ("All", Filters(status=ANY_STATUS)),
        )
        return [(name, view.query(), view == self) for name, view in views]
