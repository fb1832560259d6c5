"""How a connection is doing, from its real calls; kept in its row, so that all workers agree.

Two breakers. The credential breaker opens at the first refusal of the credential (the fifth in a
row of a vendor that declares not to stop at the first) and stays open until another credential is
active or a person's test succeeds. The outage breaker opens after five
failures of transport in a row and half-opens by itself: one call tries, the others wait for it.
Every write is one conditional UPDATE, and nothing is written when nothing changes.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Least
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.notices import Kind
from portal.prepared import Slot
from vendors.connections import notices
from vendors.connections.models import Connection, Credential
from vendors.connections.offered import name_of, vendors
from vendors.http.errors import (
    Busy,
    NoCredential,
    Refused,
    Unauthorised,
    Unclear,
    Unreachable,
    VendorError,
)
from vendors.http.redaction import redact

log = logging.getLogger("caseport.connections")

FAILURES_TO_OPEN = 5
LONGEST_OUTAGE = timedelta(minutes=15)
TRIAL = timedelta(seconds=90)  # how long one call may half-open an outage before another may
OK_STAMP_EVERY = timedelta(minutes=1)
BUSY_DEFAULT = 30.0  # seconds
BUSY_LONGEST = 3600.0
NOTED = (
    "last_ok_at",
    "last_error",
    "tested_at",
    "refused_at",
    "outage_failures",
    "outage_until",
    "busy_until",
)


class Standing(StrEnum):
    """A connection in one word, the worst first."""

    PAUSED = "paused"
    FAILING = "failing"
    EXPIRED = "expired"
    NEVER_TESTED = "never_tested"
    DEGRADED = "degraded"
    HEALTHY = "healthy"

    @property
    def is_failing(self) -> bool:
        return self in {Standing.FAILING, Standing.EXPIRED}

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


def standing(connection: Connection, now: datetime | None = None) -> Standing:
    at = now or timezone.now()
    tests = {
        Standing.PAUSED: connection.is_paused,
        Standing.FAILING: connection.refused_at is not None
        or connection.outage_failures >= FAILURES_TO_OPEN,
        Standing.EXPIRED: connection.expires_on is not None and connection.expires_on < at.date(),
        Standing.NEVER_TESTED: connection.last_ok_at is None and connection.tested_at is None,
        Standing.DEGRADED: connection.outage_failures > 0 or _is_busy(connection, at),
    }
    return next((word for word, holds in tests.items() if holds), Standing.HEALTHY)


def _is_busy(connection: Connection, now: datetime) -> bool:
    return connection.busy_until is not None and connection.busy_until > now


def available(now: datetime | Slot) -> Q:
    """The connections that may be called: active, credential not refused, no outage, not busy.

    One whose outage has run its time counts; who picks it asks `enter` before calling.
    """
    return (
        Q(state=Connection.State.ACTIVE, refused_at=None, vendor__in=list(vendors()))
        & (Q(outage_until=None) | Q(outage_until__lte=now))
        & (Q(busy_until=None) | Q(busy_until__lte=now))
    )


def is_available(connection: Connection, now: datetime | None = None) -> bool:
    """`available` for a row in hand."""
    at = now or timezone.now()
    return (
        not connection.is_paused
        and connection.vendor in vendors()
        and connection.refused_at is None
        and (connection.outage_until is None or connection.outage_until <= at)
        and not _is_busy(connection, at)
    )


def left_alone(since: datetime) -> Q:
    """Of the connections that may be called: those that might have been since then, and were not.

    A change that opens a connection counts as a call: what waited for it is only now to be sent.
    """
    renewed = Credential.objects.filter(
        connection=OuterRef("pk"), state=Credential.State.ACTIVE, set_at__gt=since
    )
    told = ("state_since", "tested_at", "last_error_at", "outage_until", "busy_until")
    found = Q(~Exists(renewed), served_at__lte=since)
    for name in told:
        found &= Q(**{name: None}) | Q(**{f"{name}__lte": since})
    return found


def enter(connection: Connection, now: datetime | None = None) -> bool:
    """Whether this call may go out. After an outage exactly one may, until its outcome is noted."""
    if connection.outage_until is None:
        return True
    at = now or timezone.now()
    mine = Connection.objects.filter(
        Q(outage_until__lte=at), pk=connection.pk, outage_until=connection.outage_until
    ).update(outage_until=at + TRIAL)
    connection.refresh_from_db(fields=NOTED)
    return bool(mine)


def note_success(connection: Connection) -> None:
    """The vendor answered: the outage, if any, is over. A refused credential stays refused."""
    now = timezone.now()
    fresh = connection.last_ok_at is not None and connection.last_ok_at > now - OK_STAMP_EVERY
    troubled = connection.outage_failures or connection.outage_until or connection.last_error
    if fresh and not troubled:
        return
    row = Connection.objects.filter(pk=connection.pk)
    row.update(last_ok_at=now, outage_failures=0, outage_until=None)
    row.filter(refused_at=None).exclude(last_error="").update(last_error="")
    if troubled:
        notices.over(connection, Kind.OUTAGE)
    connection.refresh_from_db(fields=NOTED)


def note_failure(connection: Connection, error: VendorError) -> None:
    """Count one failed call against the connection, as its kind deserves."""
    match error:
        case Refused():
            note_success(connection)  # the vendor answered; it is the step that was wrong
        case Unauthorised():
            if _is_believed(connection, error):
                _note_refusal(connection, error)
        case Busy():
            _note_busy(connection, error)
        case Unreachable() | Unclear():
            _note_outage(connection, error)
            connection.refresh_from_db(fields=NOTED)
            if connection.outage_failures >= FAILURES_TO_OPEN:
                notices.outage(connection)
        case _:
            _update(connection, error)
    connection.refresh_from_db(fields=NOTED)


def _is_believed(connection: Connection, error: Unauthorised) -> bool:
    """Whether the vendor means it: at once, or where refusals come and go, the fifth in a row.

    Until then it is left alone for a while after each. Where no credential was put to use yet, it
    was we who made no call: nothing was refused.
    """
    if isinstance(error, NoCredential):
        return False
    vendor = vendors().get(connection.vendor)
    if vendor is None or vendor.stops_at_first_refusal:
        return True
    _note_busy(connection, Busy(error.words, status=error.status))
    _update(connection, error, outage_failures=Least(F("outage_failures") + 1, 1000))
    connection.refresh_from_db(fields=NOTED)
    return connection.outage_failures >= FAILURES_TO_OPEN


def _note_refusal(connection: Connection, error: VendorError) -> None:
    """Open the credential breaker, unless another credential took over while the call ran."""
    row = Connection.objects.filter(pk=connection.pk, refused_at=None)
    if connection.opened_with is not None:
        row = row.filter(
            Exists(
                Credential.objects.filter(pk=connection.opened_with, state=Credential.State.ACTIVE)
            )
        )
    now = timezone.now()
    if row.update(refused_at=now, last_error_at=now, last_error=_words(error)):
        notices.credential_refused(connection, now)
        log.error("The credential of connection %s was refused: %s", connection.pk, error.words)


def _note_busy(connection: Connection, error: Busy) -> None:
    now = timezone.now()
    seconds = min(error.retry_after or BUSY_DEFAULT, BUSY_LONGEST)
    until = now + timedelta(seconds=seconds)
    Connection.objects.filter(
        Q(busy_until=None) | Q(busy_until__lt=until), pk=connection.pk
    ).update(busy_until=until, last_error_at=now, last_error=_words(error))


def _note_outage(connection: Connection, error: VendorError) -> None:
    now = timezone.now()
    _update(
        connection,
        error,
        outage_failures=Least(F("outage_failures") + 1, 1000),
        outage_until=Case(*_pauses(now), default=F("outage_until")),
    )


def _pauses(now: datetime) -> list[When]:
    """The wait after one failure more than the row counts: 2^n seconds, 15 minutes at most."""
    steps = range(FAILURES_TO_OPEN, 10)
    pauses = [When(outage_failures=n - 1, then=Value(now + timedelta(seconds=2**n))) for n in steps]
    return [*pauses, When(outage_failures__gte=9, then=Value(now + LONGEST_OUTAGE))]


def _update(connection: Connection, error: VendorError, **columns: object) -> None:
    Connection.objects.filter(pk=connection.pk).update(
        last_error_at=timezone.now(), last_error=_words(error), **columns
    )


def _words(error: VendorError) -> str:
    return redact(error.words)[:300]


def note_tested(connection: Connection, by: User | None = None) -> None:
    """A person's test succeeded: both breakers close."""
    notices.over(connection, Kind.CREDENTIAL, Kind.OUTAGE, by=by)
    _close(connection, tested_at=timezone.now(), last_ok_at=timezone.now())


def note_new_credential(connection: Connection, by: User | None = None) -> None:
    """Another credential is active: both breakers close, and it has yet to prove itself."""
    notices.renewed(connection, by)
    _close(connection)


def _close(connection: Connection, **columns: object) -> None:
    Connection.objects.filter(pk=connection.pk).update(
        refused_at=None,
        outage_failures=0,
        outage_until=None,
        busy_until=None,
        last_error="",
        **columns,
    )
    connection.refresh_from_db(fields=NOTED)


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why nothing is sent through a connection now: in two words, to a person, and since when."""

    title: str
    words: str
    since: datetime | None = None


def hindrance(connection: Connection) -> Hindrance | None:
    """What holds the connection now; None if nothing does."""
    vendor = name_of(connection.vendor)
    now = timezone.now()
    if connection.is_paused:
        words = f"The connection to {vendor} is paused. What waits is sent when it is resumed."
        return Hindrance("Connection paused", words, connection.state_since)
    if connection.refused_at is not None:
        words = (
            f"{vendor} refused our credential. What waits is kept and sent once an administrator "
            "has put it right."
        )
        return Hindrance("Credential refused", words, connection.refused_at)
    if connection.outage_until is not None and connection.outage_until > now:
        words = f"{vendor} does not answer at the moment. We keep trying; nothing is lost."
        return Hindrance("No answer", words)
    if _is_busy(connection, now):
        words = f"{vendor} asked us to wait a little. We send as soon as it lets us."
        return Hindrance("Asked to wait", words)
    return None


def why_waiting(connection: Connection) -> str:
    """Why nothing is sent through the connection now, to a person; empty if nothing holds it."""
    held = hindrance(connection)
    return held.words if held is not None else ""
