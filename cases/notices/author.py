"""What the author of a step is told of it: that it needs them or somebody, and what came of it."""

from cases import access
from cases.access import Viewer
from cases.models import Push
from cases.models.push import State
from portal.accounts import notices
from portal.accounts.models import Notification, User
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
MEND = {  # what its author can do about a refused step
    Kind.CREATE: "take it back into its draft, mend it there and file it again",
    Kind.NOTE: "edit it and send it again, or take it back",
    Kind.FILE: "send it again, or take it back",
    Kind.CLOSE: "send it again, or take it back",
}
TROUBLE = {  # the standings in which a step waits for a person: told once each, whoever moved it
    State.REFUSED: (Notice.REFUSED, "Your {what} could not be sent. Read why, then {mend}."),
    State.PARKED: (Notice.HELD, "Your {what} is held and was not sent."),
    State.NEEDS_PERSON: (
        Notice.NEEDS_PERSON,
        "We cannot tell whether {vendor} has your {what}.",
    ),
}
ASKED_OF_AUTHOR = {  # what follows for whoever may settle steps, and for everybody else
    State.PARKED: "Let it go on, or take it back.",
    State.NEEDS_PERSON: "Look there and say what you saw.",
}
ASKED_OF_STAFF = {
    State.PARKED: "{staff} see to it; nothing is asked of you.",
    State.NEEDS_PERSON: "{staff} look there and decide; nothing is asked of you.",
}
BY_OTHERS = {  # what somebody else's move tells the author
    State.WITHDRAWN: "Your {what} was taken back by somebody else. It is not sent.",
    State.SKIPPED: "Your {what} was left out by somebody else.",
    State.SUPERSEDED: "Somebody else sent your {what} again and follows it from here.",
}
SETTLED = {  # the same where a person decided what no machine could know
    State.DONE: "Somebody looked at {vendor}: your {what} is there.",
    State.PENDING: "Somebody looked at {vendor}: your {what} is not there. It is sent again.",
    State.SKIPPED: BY_OTHERS[State.SKIPPED],
}
AFTER_ALL = "{vendor} has your {what} after all. Nothing is asked of you any more."


def tell(push: Push, was: State | None, now: State, by: User | None, number: int) -> bool:
    """Tell the author of the move, unless it was theirs; whether they know of it now.

    A standing that waits for a person is told once, however often the step is tried and comes back
    to it, and again only when they were told of a decision in between.
    """
    author = push.author
    if author is None or author == by:
        return author is not None
    words = "" if now in TROUBLE else _decided(was, now, by)
    if now not in TROUBLE and not words:
        return True
    if not _sees(author, push):
        return False
    if words:
        _write(push, author, Notice.DECIDED, words, f"step: {push.pk} {number}")
    else:
        kind, told = TROUBLE[now]
        cause = f"step: {push.pk} {now} {_decisions(push, author)}"
        _write(push, author, kind, f"{told} {_asked(push, author, now)}", cause)
    return True


def _sees(author: User, push: Push) -> bool:
    return author.is_active and access.pushes(Viewer(author)).filter(pk=push.pk).exists()


def _decisions(push: Push, author: User) -> int:
    """How often the author was told of a decision about this step."""
    of_step = Notification.objects.filter(user=author, cause__startswith=f"step: {push.pk} ")
    return of_step.filter(kind=Notice.DECIDED).count()


def _asked(push: Push, author: User, now: State) -> str:
    """Who sees to it: whoever may settle steps of this case, and nobody else is asked to."""
    asked = access.may(Viewer(author), push.case, Ability.SETTLE)
    return (ASKED_OF_AUTHOR if asked else ASKED_OF_STAFF).get(now, "")


def _decided(was: State | None, now: State, by: User | None) -> str:
    """What came of a step, in words to be filled in; empty if that is nothing to tell."""
    if by is not None:
        return (SETTLED if was is State.NEEDS_PERSON else BY_OTHERS).get(now, "")
    return AFTER_ALL if was in TROUBLE and now is State.DONE else ""


def _write(push: Push, author: User, kind: Notice, words: str, cause: str) -> None:
    reseller = push.case.reseller
    told = words.format(
        what=f"{WHAT[Kind(push.kind)]} {push.case.reference}",
        mend=MEND[Kind(push.kind)],
        vendor=name_of(push.connection.vendor),
        staff=f"Staff of {reseller.name}" if reseller is not None else "Staff",
    )
    entry = f"#entry-{push.entry_id}" if push.entry_id else ""
    notices.write(
        [author],
        kind=kind,
        cause=cause,
        text=told.strip()[:300],
        path=f"cases/{push.case.reference}/{entry}",
        case_reference=push.case.reference,
    )
