"""A database put back from an older copy: noticed where it can be, and nothing sent twice from it.

Beside the database, in a folder no backup keeps, each machine notes the last step it set out to
send. A database that does not know that deed is older than it: what it holds as unsent may have
been sent. Whoever put it back says so, and each such step is looked for before anything is sent.
"""

import logging
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Max, QuerySet

from cases import access, pushes
from cases.models import Push, PushEvent
from cases.models.push import State
from cases.outbox.horizon import first_look
from cases.pushes import Actor, By
from portal import clock
from portal.accounts import audit
from portal.models import Lease
from vendors.connections import gateway

log = logging.getLogger("caseport.outbox")

AT_STAKE = (State.PENDING, State.SENDING, State.UNCERTAIN, State.CHECKING, State.PARKED)
WHY = "the database is an older copy; it may have gone out since"
REFUSAL = (
    "Nothing is sent: this database does not know the last step this machine sent, so it is an "
    "older copy. Run manage.py restored first; it makes sure that nothing is sent twice."
)


def note(push: Push) -> None:
    """Remember that this step sets out now, in one write; a note that cannot be kept is logged."""
    (last,) = pushes.LAST_EVENT.run(push=push.pk)
    path = _note()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(last.pk.hex)
    except OSError as failure:
        log.warning("a copy put back later will not be noticed: %s", failure)


def is_older() -> bool:
    """Whether this machine sent something this database knows nothing of, and steps are at stake.

    A machine that sent nothing yet cannot tell, and says no.
    """
    try:
        noted = UUID(hex=_note().read_text())
    except (OSError, ValueError):
        return False
    return at_stake().exists() and not PushEvent.objects.filter(pk=noted).exists()


def at_stake() -> QuerySet[Push]:
    """What a worker would send, or would send again after looks that began in another time."""
    return access.worker_pushes().filter(settled_at=None, state__in=AT_STAKE)


def doubt_all() -> int:
    """Doubt every step at stake, and forget what was sent from another state of the database.

    Those doubted before and not touched since stay as they are. The number of the others.
    """
    alive = Lease.objects.aggregate(last=Max("last_run_at"))["last"]  # the copy is no older
    found = list(at_stake().select_related("connection", "attachment"))
    doubted = [push for push in found if not _is_doubted(push) and _doubt(push, alive)]
    if doubted:
        audit.record(
            actor=None,
            action="older copy put back",
            object=None,
            reason=f"Steps that may have been sent since it was taken: {len(doubted)}",
        )
    _note().unlink(missing_ok=True)
    return len(doubted)


def _is_doubted(push: Push) -> bool:
    (last,) = pushes.LAST_EVENT.run(push=push.pk)
    return last.why == WHY


def _doubt(push: Push, alive: datetime | None) -> bool:
    """Look for it from the beginning, as if its call ended now; what was never sent set out then.

    It sets out at the earliest when the copy was taken, so that the look begins early enough.
    """
    set_out = max(at for at in (push.created_at, alive) if at is not None)
    vendor = gateway.open_vendor(push.connection)
    return pushes.transition(
        push,
        State.UNCERTAIN,
        Actor(By.RESTORE),
        WHY,
        sent_at=push.sent_at or set_out,
        sent_as=push.sent_as or gateway.sent_as(push.connection),
        doubted_at=clock.now(),
        not_before=first_look(push, vendor),
        looks=0,
        outcome="",
    )


def _note() -> Path:
    return Path(settings.DATA) / "run" / "last-sent"
