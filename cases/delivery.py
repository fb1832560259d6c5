"""The five words a person reads about a step, and what stands behind each."""

from dataclasses import dataclass

from cases.models import Push
from cases.models.push import OVERTAKEN, State


@dataclass(frozen=True, slots=True)
class Delivery:
    """A step's standing: `key` for tools and styles, `label` and `detail` for people."""

    # draft | waiting | unconfirmed | with_vendor | failed | needs_person | received | withdrawn
    key: str
    label: str
    detail: str = ""
    is_again: bool = False  # an earlier attempt failed, and the vendor has not confirmed this one

    @property
    def is_settled(self) -> bool:
        return self.key in {"with_vendor", "received", "withdrawn"}


RECEIVED = Delivery("received", "Received")
DRAFT = Delivery("draft", "Draft")

_KEYS = {
    State.PENDING: "waiting",
    State.SENDING: "unconfirmed",
    State.AWAITING: "unconfirmed",
    State.UNCERTAIN: "unconfirmed",
    State.CHECKING: "unconfirmed",
    State.NEEDS_PERSON: "needs_person",
    State.REFUSED: "failed",
    State.PARKED: "failed",
    State.DONE: "with_vendor",
    State.WITHDRAWN: "withdrawn",
    State.SKIPPED: "withdrawn",
    State.SUPERSEDED: "withdrawn",
}

MOVING = (State.PENDING, State.SENDING, State.AWAITING, State.UNCERTAIN, State.CHECKING)
_LABEL_OF = {State.SENDING: "Sending"}
_LABELS_AGAIN = {State.PENDING: "Waiting to be sent again", State.SENDING: "Sending again"}
_LABELS = {
    "waiting": "Waiting to send",
    "unconfirmed": "Sent, not yet confirmed",
    "needs_person": "Needs a person",
    "failed": "Could not be sent",
    "withdrawn": "Withdrawn",
}

_DETAILS = {
    State.SENDING: "Sending now; {vendor} has not answered yet.",
    State.AWAITING: "{vendor} accepted it and is still working on it.",
    State.UNCERTAIN: (
        "{vendor} did not confirm. We look there before sending again: nothing is sent twice."
    ),
    State.CHECKING: "Looking at {vendor} whether it arrived. Nothing is sent twice.",
    State.NEEDS_PERSON: (
        "We cannot tell whether {vendor} received this. Staff look there and decide."
    ),
    State.PARKED: "Held by us and not sent until staff let it go on.",
    State.SKIPPED: "Left out by a person.",
    State.SUPERSEDED: "Replaced by an edited step.",
}


def delivery_of(push: Push, vendor_name: str) -> Delivery:
    """What to tell a person about this push; `vendor_name` as the vendor is called in the pages."""
    state = State(push.state)
    key = _KEYS[state]
    again = is_again(push)
    label = (again and _LABELS_AGAIN.get(state)) or _LABEL_OF.get(state)
    label = label or _LABELS.get(key) or f"With {vendor_name}"
    if state == State.SKIPPED and push.outcome == OVERTAKEN:
        return Delivery(key, "No longer needed", f"{vendor_name} closed the case itself.")
    return Delivery(key, label, detail_of(state, push.outcome, vendor_name), is_again=again)


def detail_of(state: State, outcome: str, vendor_name: str) -> str:
    """What stands behind a state; with the words it came to, where those say more."""
    detail = _DETAILS.get(state, "").format(vendor=vendor_name)
    if state in {State.REFUSED, State.NEEDS_PERSON, State.PENDING, State.PARKED} and outcome:
        detail = f"{detail} {outcome}".strip()
    return detail


def is_again(push: Push) -> bool:
    """Whether this is a further attempt whose end nobody knows yet, after one that failed."""
    if State(push.state) not in MOVING:
        return False
    tried = push.attempts - (push.state != State.PENDING)
    return push.replaces_id is not None or tried > 0
