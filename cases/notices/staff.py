"""What those who settle steps are told: once for each trouble of a connection, not for each step.

A trouble lasts while any step of the connection stands in the same state for the same reason. What
comes after the last of them has left is another one, and so is another reason on the same day.
"""

import hashlib

from django.db.models import Q

from cases import access
from cases.models import Push
from cases.models.push import State
from portal.accounts import notices
from portal.accounts.models import Notification, User
from portal.accounts.notices import Kind as Notice
from portal.accounts.roles import Ability
from vendors.connections.offered import name_of

TROUBLE = {
    State.NEEDS_PERSON: (
        Notice.NEEDS_PERSON,
        "Steps sent through “{label}” need a person to look at {vendor} and decide.",
    ),
    State.PARKED: (Notice.HELD, "Steps for “{label}” are held and were not sent."),
}
FORSAKEN = (
    "A step of {reference} could not be sent, and whoever wrote it cannot be told any more. "
    "Somebody else mends it or leaves it out."
)


def tell(push: Push, now: State, outcome: str, but: User | None) -> None:
    """Tell those who may settle of the trouble the step fell into; `but` knows of this step."""
    kind, words = TROUBLE[now]
    reason = _reason(outcome)
    told = words.format(label=push.connection.label, vendor=name_of(push.connection.vendor))
    why = f"{reason[:1].upper()}{reason[1:]}"
    notices.write(
        [person for person in _settlers(push) if person != but],
        kind=kind,
        cause=_trouble(push, now, reason),
        text=f"{told} {why}".strip()[:300],
        path=f"deliveries/?state={now}&connection={push.connection_id}",
        connection_id=push.connection_id,
    )


def tell_of_forsaken(push: Push) -> None:
    """Tell those who may settle of a refused step whose author is not here to mend it."""
    entry = f"#entry-{push.entry_id}" if push.entry_id else ""
    notices.write(
        _settlers(push),
        kind=Notice.REFUSED,
        cause=f"forsaken: {push.pk}",
        text=FORSAKEN.format(reference=push.case.reference),
        path=f"cases/{push.case.reference}/{entry}",
        case_reference=push.case.reference,
    )


def _settlers(push: Push) -> list[User]:
    owner = push.connection.owner
    return notices.who_may(Ability.SETTLE, owner.reseller or owner)


def _reason(outcome: str) -> str:
    """Our own words of why; what follows a colon is somebody else's, and differs with each step."""
    ours, _, theirs = outcome.partition(": ")
    return f"{ours}." if theirs else ours


def _trouble(push: Push, now: State, reason: str) -> str:
    """A name for the trouble: that of the running one while others stand in it, else the next.

    Counted from what was told, so that two workers who find the same trouble at once name it alike.
    """
    digest = hashlib.sha256(reason.encode()).hexdigest()[:12]
    about = f"{now}: {push.connection_id} {digest} "
    known = Notification.objects.filter(connection_id=push.connection_id, cause__startswith=about)
    last = known.order_by("-created_at").values_list("cause", flat=True).first()
    number = int(last.removeprefix(about)) if last else 0
    return f"{about}{number if number and _others_stand(push, now, reason) else number + 1}"


def _others_stand(push: Push, now: State, reason: str) -> bool:
    same = Q(outcome=reason) | Q(outcome__startswith=f"{reason.removesuffix('.')}: ")
    steps = access.worker_pushes().filter(connection=push.connection_id, state=now)
    return steps.filter(same).exclude(pk=push.pk).exists()
