"""A push as its case page tells it: how it stands, why, and what this viewer may do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.forms import Form

from cases import access, pushes
from cases.access import Viewer
from cases.delivery import Delivery, delivery_of
from cases.forms import ReasonForm, ResendForm, SettleForm
from cases.models import Case, Push, PushEvent
from cases.models.push import OVERTAKEN, UNFINISHED, State
from cases.views.evidence import Evidence, evidence
from portal.accounts.roles import Ability
from portal.templatetags import display
from vendors.contract import Vendor
from vendors.vocabulary import Find, Kind

DEEDS: Mapping[State, tuple[str, ...]] = {  # what a person may do, the likeliest first
    State.PENDING: ("withdraw",),
    State.REFUSED: ("resend", "withdraw", "skip"),
    State.PARKED: ("release", "withdraw", "skip"),
    State.NEEDS_PERSON: ("settle", "release", "skip"),
}
SETTLING = ("settle", "release")  # a decision about what a machine cannot know
NOT_FOR_A_CASE = ("resend", "skip")  # it is taken back into its draft and mended there
WAIT_FOR_PERSON = (State.NEEDS_PERSON, State.REFUSED, State.PARKED)


@dataclass(frozen=True, slots=True)
class Step:
    """One push in the page; `forms` by the deed they are for."""

    push: Push
    delivery: Delivery
    deeds: tuple[str, ...]
    behind: bool  # waits for an earlier step that waits for a person
    forms: Mapping[str, Form] = field(default_factory=dict)
    events: Sequence[PushEvent] = ()
    followers: int = 0  # unfinished steps of the case that wait for this one
    evidence: Evidence | None = None  # for whoever may settle it

    @property
    def is_in_trouble(self) -> bool:
        return self.push.state in WAIT_FOR_PERSON


class Steps:
    """All pushes of a case the viewer may see, found with at most two queries."""

    def __init__(
        self,
        viewer: Viewer,
        case: Case,
        adapter: type[Vendor],
        bound: Mapping[str, Form] | None = None,
    ) -> None:
        self.viewer, self.case, self.adapter = viewer, case, adapter
        self.vendor = adapter.name
        self.bound = bound or {}
        self.may_write = access.may(viewer, case, Ability.WRITE)
        self.may_settle = access.may(viewer, case, Ability.SETTLE)
        found = access.pushes(viewer).filter(case=case).select_related("attachment")
        if access.sees_attempts(viewer, case):
            found = found.prefetch_related("events__by_user")
        self.pushes = list(found.order_by("position", "created_at"))
        for push in self.pushes:
            push.case = case
        self.stopped_at = min(
            (p.position for p in self.pushes if p.state in WAIT_FOR_PERSON), default=None
        )

    def of_entry(self, entry_id: object) -> tuple[Step, ...]:
        """The steps of one entry that were not replaced by an edited one."""
        return tuple(
            self._step(push)
            for push in self.pushes
            if push.entry_id == entry_id and push.state != State.SUPERSEDED
        )

    def replaced_of(self, entry_id: object) -> tuple[Step, ...]:
        """The steps of one entry that were, for staff: what was refused stays to be read."""
        if not access.sees_attempts(self.viewer, self.case):
            return ()
        return tuple(
            self._step(push)
            for push in self.pushes
            if push.entry_id == entry_id and push.state == State.SUPERSEDED
        )

    @property
    def whereabouts(self) -> str:
        """What is known of a case without the vendor's number: `doubt`, `accepted` or `here`."""
        states = {push.state for push in self.pushes if push.kind == Kind.CREATE}
        if states & {*pushes.MAY_HAVE_BEEN_SENT}:
            return "doubt"
        return "accepted" if State.AWAITING in states else "here"

    @property
    def moving(self) -> list[Push]:
        """The pushes with which something may happen by itself soon."""
        return [
            push
            for push in self.pushes
            if push.state in UNFINISHED
            and push.state not in WAIT_FOR_PERSON
            and not self._is_behind(push)
        ]

    def _is_behind(self, push: Push) -> bool:
        return self.stopped_at is not None and push.position > self.stopped_at

    def _step(self, push: Push) -> Step:
        delivery = self._told(push)
        deeds = tuple(deed for deed in DEEDS.get(State(push.state), ()) if self._may(push, deed))
        shows_events = access.sees_attempts(self.viewer, self.case)
        return Step(
            push,
            delivery,
            deeds,
            behind=push.state in UNFINISHED and self._is_behind(push),
            forms={deed: self._form(push, deed) for deed in deeds if deed != "withdraw"},
            events=tuple(push.events.all()) if shows_events else (),
            followers=self._behind(push),
            evidence=self._evidence(push) if "settle" in deeds else None,
        )

    def _evidence(self, push: Push) -> Evidence:
        return evidence(push, self.case, self.adapter, self._behind(push))

    def _behind(self, push: Push) -> int:
        """How many unfinished steps of the case wait for this one."""
        return sum(p.state in UNFINISHED and p.position > push.position for p in self.pushes)

    def _told(self, push: Push) -> Delivery:
        delivery = delivery_of(push, self.vendor)
        closed_at = self.case.vendor_closed_at
        if push.outcome != OVERTAKEN or push.state != State.SKIPPED or closed_at is None:
            return delivery
        return replace(
            delivery, detail=f"{self.vendor} closed it {display.in_sentence(closed_at)}."
        )

    def _may(self, push: Push, deed: str) -> bool:
        if self.viewer.seen_by is not None:
            return False
        if push.kind == Kind.CREATE and deed in NOT_FOR_A_CASE:
            return False
        if deed == "release" and push.state == State.NEEDS_PERSON and not self._can_look(push):
            return False
        if deed in SETTLING or push.state == State.NEEDS_PERSON:
            return self.may_settle
        return self.may_write or push.author_id == self.viewer.user.pk

    def _can_look(self, push: Push) -> bool:
        """Whether looking anew may tell more than a person sees."""
        return self.adapter.can_find.get(Kind(push.kind), Find.NONE) is not Find.NONE

    def _form(self, push: Push, deed: str) -> Form:
        bound = self.bound.get(f"{deed} {push.pk}")
        if bound is not None:
            return bound
        if deed == "resend":
            return ResendForm(step=push.pk, initial={"text": push.payload.get("text", "")})
        return (
            SettleForm(step=push.pk) if deed == "settle" else ReasonForm(step=f"{deed}-{push.pk}")
        )
