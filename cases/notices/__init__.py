"""Who is told of a step's move: its author when it needs them, staff when it needs a person.

Written in the transaction of the move, so that no notice is lost and none is of a move that was
not made. Nobody is told what they did themselves, nor of a case they may not see.
"""

from django.utils import timezone

from cases import access
from cases.models import Push
from cases.models.push import State
from portal.accounts import notices
from portal.accounts.models import User
from portal.accounts.notices import Kind as Notice
from portal.accounts.roles import Ability
from vendors.connections.offered import name_of
from vendors.vocabulary import Kind

WHAT = {
    Kind.CREATE: "case",
    Kind.NOTE: "note on",
    Kind.FILE: "file on",
    Kind.CLOSE: "close request on",
}
TO_AUTHOR = {  # what a move to this state tells the author, and who else's move it must be
    State.REFUSED: (Notice.REFUSED, "Your {what} could not be sent. Mend it or take it back."),
    State.PARKED: (Notice.HELD, "Your {what} is held and was not sent. {keeper} lets it go on."),
    State.WITHDRAWN: (
        Notice.DECIDED,
        "Your {what} was taken back by somebody else. It is not sent.",
    ),
    State.SKIPPED: (Notice.DECIDED, "Your {what} was left out by somebody else."),
}
SETTLED = {  # the same where a person decided what no machine could know
    State.DONE: (Notice.DECIDED, "Somebody looked at {vendor}: your {what} is there."),
    State.PENDING: (
        Notice.DECIDED,
        "Somebody looked at {vendor}: your {what} is not there. It is sent again.",
    ),
    State.SKIPPED: TO_AUTHOR[State.SKIPPED],
}
TO_STAFF = {
    State.NEEDS_PERSON: (
        Notice.NEEDS_PERSON,
        "Steps sent through “{label}” need a person to look at {vendor} and decide.",
    ),
    State.PARKED: (Notice.HELD, "Steps for “{label}” are held and were not sent."),
}


def step_moved(push: Push, was: State | None, now: State, by: User | None, number: int) -> None:
    """Tell whom the push's event of this number concerns; `by` is the person who moved it."""
    table = SETTLED if was is State.NEEDS_PERSON and by is not None else TO_AUTHOR
    if now in table and (by is not None or now in (State.REFUSED, State.PARKED)):
        _tell_author(push, *table[now], by, f"step: {push.pk} {number}")
    if now in TO_STAFF:
        _tell_staff(push, *TO_STAFF[now], now)


def _tell_author(push: Push, kind: Notice, words: str, by: User | None, cause: str) -> None:
    author = push.author
    if author is None or author == by or not author.is_active:
        return
    if not access.pushes(access.Viewer(author)).filter(pk=push.pk).exists():
        return
    entry = f"#entry-{push.entry_id}" if push.entry_id else ""
    notices.write(
        [author],
        kind=kind,
        cause=cause,
        text=_said(push, words),
        path=f"cases/{push.case.reference}/{entry}",
        case_reference=push.case.reference,
    )


def _tell_staff(push: Push, kind: Notice, words: str, now: State) -> None:
    """Those who may settle, once a day for all steps of a connection."""
    owner = push.connection.owner
    keeper = owner.reseller or owner
    notices.write(
        notices.who_may(Ability.SETTLE, keeper),
        kind=kind,
        cause=f"{now}: {push.connection_id} {timezone.now():%Y-%m-%d}",
        text=_said(push, words),
        path=f"deliveries/?state={now}&connection={push.connection_id}",
        connection_id=push.connection_id,
    )


def _said(push: Push, words: str) -> str:
    """The words about this step, without anything anybody wrote in it."""
    keeper = push.connection.owner.reseller or push.connection.owner
    told = words.format(
        what=f"{WHAT[Kind(push.kind)]} {push.case.reference}",
        vendor=name_of(push.connection.vendor),
        label=push.connection.label,
        keeper=keeper.name,
    )
    return told[:300]
