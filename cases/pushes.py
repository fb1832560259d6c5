"""The life of a push: one table of moves, and the only code that writes a push's state.

::

    pending     -> sending                  a worker claimed it
    sending     -> done                     the vendor accepted
    sending     -> awaiting                 accepted, the vendor is still working on it
    sending     -> pending                  provably not done: busy, unreachable, credential refused
    sending     -> refused                  the vendor said no, or the author may not any more
    sending     -> uncertain                anything else, also when its worker fell silent
    sending     -> parked                   provably not done for a day, or never allowed to go
    sending     -> needs_person             its worker fell silent three times, or it is not clear
                                            which case of ours the vendor's answer means
    awaiting    -> done | refused           what the vendor said in the end
    uncertain   -> checking                 a worker looks whether it arrived
    checking    -> done                     it is there
    checking    -> uncertain                not seen yet, or the look failed
    checking    -> pending                  absent in every look of the quiet horizon: send again
    checking    -> needs_person             no way to look, several matches, or too long unknown
    needs_person-> done | pending           a person looked: it is there | it is not there
    needs_person-> uncertain | skipped      a person lets us look anew | leaves it out, knowing that
    refused     -> superseded               edited and sent again as a new step
    parked      -> pending                  a person lets it go on
    pending, refused, parked -> withdrawn | skipped     a person ends what is provably not there
    pending, refused, parked -> skipped     sync saw that a close request is needed no longer
    any but done-> done                     sync saw it at the vendor
    any a worker may have moved since an older copy of the database was taken, and parked
                -> uncertain                whoever put the copy back doubts it

What may have been sent is MAY_HAVE_BEEN_SENT and nothing else: it is never withdrawn, and only
those who settle steps may end it. A parked push was provably not sent; one that may have been goes
to needs_person instead. Order within a case is `position`, given out under a lock on the case.
"""

import logging
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, OuterRef, Q, QuerySet, UUIDField, Value
from django.db.models.lookups import Exact
from django.utils import timezone

from cases import access, identity, notices
from cases.models import Attachment, Case, Entry, Push, PushEvent
from cases.models.push import ENDED, HELD, State
from portal.accounts.models import User
from portal.prepared import Prepared, Slot
from vendors.connections.owed import Owed
from vendors.vocabulary import Kind, MarkerHome, Receipt

log = logging.getLogger("caseport.outbox")


class By(StrEnum):
    """Who moves a push."""

    WORKER = "worker"
    PERSON = "person"
    SWEEP = "sweep"  # a worker speaking for one that fell silent
    SYNC = "sync"
    RESTORE = "restore"  # the operator, after putting back an older copy of the database


W, P, S, M, R = By.WORKER, By.PERSON, By.SWEEP, By.SYNC, By.RESTORE

MOVES: Mapping[State, Mapping[State, tuple[By, ...]]] = {
    State.PENDING: {
        State.SENDING: (W,),
        State.WITHDRAWN: (P,),
        State.SKIPPED: (P, M),
        State.SUPERSEDED: (P,),
        State.DONE: (M,),
        State.UNCERTAIN: (R,),
    },
    State.SENDING: {
        State.DONE: (W,),
        State.AWAITING: (W,),
        State.PENDING: (W,),
        State.REFUSED: (W,),
        State.UNCERTAIN: (W, S, R),
        State.PARKED: (W,),
        State.NEEDS_PERSON: (W, S),
    },
    State.AWAITING: {State.DONE: (W, M), State.REFUSED: (W,), State.NEEDS_PERSON: (W,)},
    State.UNCERTAIN: {State.CHECKING: (W,), State.DONE: (M,), State.UNCERTAIN: (R,)},
    State.CHECKING: {
        State.DONE: (W,),
        State.UNCERTAIN: (W, S, R),
        State.PENDING: (W,),
        State.NEEDS_PERSON: (W, S),
    },
    State.NEEDS_PERSON: {
        State.DONE: (P, M),
        State.PENDING: (P,),
        State.UNCERTAIN: (P,),
        State.SKIPPED: (P,),
    },
    State.REFUSED: {
        State.SUPERSEDED: (P,),
        State.WITHDRAWN: (P,),
        State.SKIPPED: (P, M),
        State.DONE: (M,),
    },
    State.PARKED: {
        State.PENDING: (P,),
        State.SKIPPED: (P, M),
        State.WITHDRAWN: (P,),
        State.DONE: (M,),
        State.UNCERTAIN: (R,),
    },
    State.DONE: {},
    State.WITHDRAWN: {},
    State.SKIPPED: {},
    State.SUPERSEDED: {},
}

HELD_CASE = Prepared(
    lambda: (
        access.worker_cases().select_for_update().filter(pk=Slot("case", UUIDField())).only("pk")
    )
)
LAST_EVENT = Prepared(
    lambda: PushEvent.objects.filter(push=Slot("push", UUIDField())).order_by("-number")[:1]
)
STUCK = (State.NEEDS_PERSON, State.REFUSED, State.PARKED)
MAY_HAVE_BEEN_SENT = (State.SENDING, State.UNCERTAIN, State.CHECKING, State.NEEDS_PERSON)


class ForbiddenMove(RuntimeError):
    """A move the table does not know: a fault of ours, never a person's."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a move, for the push's events."""

    by: By
    user: User | None = None
    worker: str = ""


def transition(push: Push, to: State, actor: Actor, why: str = "", **columns: Any) -> bool:
    """Move `push` and record it; False when somebody else moved it first, and nothing was written.

    Compares state and token, so a worker that was silent too long cannot write over its successor.
    Raises ForbiddenMove for a move the table does not allow this actor.
    """
    was = State(push.state)
    if actor.by not in MOVES[was].get(to, ()):
        raise ForbiddenMove(f"{actor.by} may not move a push from {was} to {to}")
    if to not in HELD:
        columns |= {"token": None, "lease_until": None}
    if to in ENDED:
        columns.setdefault("settled_at", timezone.now())
    if to is State.PENDING:
        columns.setdefault("waiting_since", push.waiting_since)
    with transaction.atomic(savepoint=False):
        same = access.worker_pushes().filter(pk=push.pk, state=was, token=push.token)
        if same.update(state=to, **columns) != 1:
            return False
        number = _record(push, was, to, actor, why)
        outcome = columns.get("outcome", push.outcome)
        notices.step_moved(push, was, to, actor.user, number, outcome)
    for name, value in {"state": to, **columns}.items():
        setattr(push, name, value)
    return True


def _record(push: Push, was: State | None, now: State, actor: Actor, why: str) -> int:
    """Append an event and give its number; the row lock of the update keeps the numbers apart."""
    last = LAST_EVENT.first(push=push.pk)
    number = last.number + 1 if last is not None else 1
    PushEvent.objects.create(
        push=push,
        number=number,
        was=was or "",
        now=now,
        why=why,
        by_user=actor.user,
        by_worker=actor.worker,
    )
    return number


def take(
    push: Push, to: State, actor: Actor, *, now: datetime, seconds: float, **columns: Any
) -> bool:
    """Claim a push for one worker until now + seconds."""
    lease = {"token": uuid.uuid4(), "lease_until": now + timedelta(seconds=seconds)}
    return transition(push, to, actor, "claimed", **lease, **columns)


def renew(push: Push, *, now: datetime, seconds: float) -> bool:
    """Prolong the holder's lease; False when it was lost."""
    until = now + timedelta(seconds=seconds)
    held = access.worker_pushes().filter(pk=push.pk, token=push.token, state=push.state)
    return bool(push.token) and held.update(lease_until=until) == 1


def enqueue(
    *,
    case: Case,
    kind: Kind,
    marker: str,
    marker_home: MarkerHome,
    author: User,
    payload: Mapping[str, Any],
    entry: Entry | None = None,
    attachment: Attachment | None = None,
    not_before: datetime | None = None,
    replaces: Push | None = None,
) -> Push:
    """Owe the vendor one more change, behind all others of the case or in a superseded one's place.

    Must run inside the transaction that stores the person's deed.
    """
    locked = access.worker_cases().select_for_update().get(pk=case.pk)
    push = access.worker_pushes().create(
        case=locked,
        connection_id=locked.connection_id,
        kind=kind,
        position=replaces.position if replaces else next_position(locked),
        replaces=replaces,
        author=author,
        entry=entry,
        attachment=attachment,
        payload=dict(payload),
        marker=marker,
        marker_home=marker_home,
        not_before=not_before or timezone.now(),
    )
    _record(push, None, State.PENDING, Actor(By.PERSON, author), "submitted")
    return push


def next_position(case: Case) -> int:
    """The place behind every push of the case; the caller holds the case's lock."""
    last = access.worker_pushes().filter(case=case).aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def unfinished(pushes: QuerySet[Push]) -> QuerySet[Push]:
    return pushes.filter(settled_at=None)


def owed_through(connection: uuid.UUID) -> Owed:
    """What the console tells of a connection: the steps that wait, and those a person settles."""
    mine = unfinished(access.worker_pushes().filter(connection=connection)).order_by()
    counts = dict(mine.values_list("state").annotate(count=Count("pk")))
    stuck = sum(counts.pop(state, 0) for state in STUCK)
    return Owed(waiting=sum(counts.values()), stuck=stuck)


def behind(push: Push) -> QuerySet[Push]:
    """The unfinished pushes of the same case that wait for this one."""
    return unfinished(access.worker_pushes().filter(case=push.case_id, position__gt=push.position))


def blocks(kind: str | OuterRef) -> Q:
    """The states in which an earlier push holds one of `kind` back: awaiting only a close."""
    is_close = Exact(kind if isinstance(kind, OuterRef) else Value(kind), Value(Kind.CLOSE))
    return Q(settled_at=None) & (~Q(state=State.AWAITING) | Q(is_close))


def end_all(pushes: Iterable[Push], to: State, actor: Actor, why: str) -> list[Push]:
    """End every push the table lets this actor end so; those already held or sent are left."""
    return [
        push
        for push in pushes
        if actor.by in MOVES[State(push.state)].get(to, ()) and transition(push, to, actor, why)
    ]


def hold(case: uuid.UUID) -> None:
    """Lock the case's row until the transaction ends.

    Whoever is to lock a case and steps of it locks the case first: two who did it in another order
    would wait for each other.
    """
    HELD_CASE.run(case=case)


def settle(push: Push, receipt: Receipt, actor: Actor, why: str) -> bool:
    """The vendor has it: end the push and link what the receipt names, in one transaction.

    False when somebody else moved the push first.
    """
    with transaction.atomic():
        hold(push.case_id)
        kept = {"receipt": asdict(receipt), "outcome": receipt.words}
        if not transition(push, State.DONE, actor, why, **kept):
            return False
        if push.kind == Kind.CREATE and receipt.vendor_id:
            identity.link(access.worker_cases().get(pk=push.case_id), receipt.vendor_id)
        elif push.attachment_id and receipt.vendor_id:
            Attachment.objects.filter(pk=push.attachment_id).update(
                vendor_file_id=receipt.vendor_id
            )
        now = timezone.now()
        case_row = access.worker_cases().filter(pk=push.case_id)
        case_row.update(updated_at=now, refresh_wanted_at=now)
    return True


def settle_or_ask(push: Push, receipt: Receipt, actor: Actor, why: str) -> bool:
    """As `settle`; where the receipt names a case that is another one here, a person is asked."""
    try:
        return settle(push, receipt, actor, why)
    except identity.NotLinked as error:
        log.error("%s cannot be linked: %s", push.marker, error)
        push.refresh_from_db()
        asked = "The vendor names a case that is another one here"
        return transition(
            push, State.NEEDS_PERSON, actor, f"{asked}: {error}.", outcome=f"{asked}."
        )
