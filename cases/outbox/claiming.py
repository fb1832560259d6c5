"""Which push is next, and taking it for one worker."""

from collections import Counter
from datetime import datetime
from functools import cache
from itertools import islice
from uuid import UUID

from django.conf import settings
from django.db.models import DateTimeField, Exists, OuterRef, QuerySet, UUIDField

from cases import access, pushes
from cases.models import Attachment, Push
from cases.models.push import LANES, State
from cases.outbox import copies
from cases.pushes import Actor, By
from portal import clock
from portal.prepared import Prepared, Slot
from vendors.connections import gateway, health
from vendors.connections.models import Connection
from vendors.connections.offered import vendors
from vendors.vocabulary import Kind

IN_FLIGHT = {"steps": 4, "files": 2}  # calls at once to one connection
WITH = ("connection", "case__organization", "case__account", "author", "attachment")
TRIED = 10  # connections a worker asks for a push before it rests
NOW = Slot("now", DateTimeField())
CONNECTION = Slot("connection", UUIDField())


def heads(lane: str, now: datetime | Slot) -> QuerySet[Push]:
    """The pushes of a lane that may be claimed: due, and first of their case."""
    earlier = access.worker_pushes().filter(
        case=OuterRef("case"), position__lt=OuterRef("position")
    )
    due = (
        access.worker_pushes()
        .filter(queue=lane, not_before__lte=now)
        .exclude(Exists(earlier.filter(pushes.blocks(OuterRef("kind")))))
    )
    if Kind.FILE in LANES[lane]:
        due = due.exclude(attachment__scan=Attachment.Scan.WAITING)
    return due


def ready(queued: QuerySet[Push], now: datetime | Slot) -> QuerySet[Connection]:
    """The connections that may be called and have one of these pushes."""
    return Connection.objects.filter(
        health.available(now), Exists(queued.filter(connection=OuterRef("pk")))
    )


def claim(lane: str, worker: str) -> Push | None:
    """Take the oldest head of the least recently served callable connection, or nothing."""
    now = clock.now()
    callable_ = waiting(lane, tuple(vendors())).run(now=now)
    if not callable_:
        return None
    full = _full(lane)
    for connection in islice((each for each in callable_ if each.pk not in full), TRIED):
        push = oldest(lane).first(now=now, connection=connection.pk)
        if push is None:
            continue
        push.connection = connection
        if health.enter(connection) and _take(push, now, worker):
            Connection.objects.filter(pk=connection.pk).update(served_at=now)
            return push
    return None


@cache
def waiting(lane: str, offered: tuple[str, ...]) -> Prepared[Connection]:
    """The connections with something to do, the least recently served first."""
    return Prepared(lambda: ready(heads(lane, NOW), NOW).order_by("served_at"))


@cache
def oldest(lane: str) -> Prepared[Push]:
    """The one push of a connection that has been due longest."""
    related = [name for name in WITH if name != "connection"]  # the worker has that
    own = heads(lane, NOW).filter(connection=CONNECTION)
    return Prepared(lambda: own.select_related(*related).order_by("not_before", "created_at")[:1])


def _full(lane: str) -> set[UUID]:
    """The connections that have as many calls at once as the lane allows.

    Counted here: to group in SQL, SQLite would walk all steps there ever were.
    """
    calls = Counter(push.connection_id for push in held(lane).run())
    return {connection for connection, count in calls.items() if count >= IN_FLIGHT[lane]}


@cache
def held(lane: str) -> Prepared[Push]:
    """The lane's pushes some worker holds now; their connections alone are read."""
    pushes_held = access.worker_pushes().filter(lease_until__isnull=False, kind__in=LANES[lane])
    return Prepared(lambda: pushes_held.order_by().only("connection"))


def _take(push: Push, now: datetime, worker: str) -> bool:
    actor = Actor(By.WORKER, worker=worker)
    seconds = settings.LEASE_SECONDS
    if push.state != State.PENDING:
        return pushes.take(push, State.CHECKING, actor, now=now, seconds=seconds)
    sent = {
        "sent_at": now,
        "sent_as": gateway.sent_as(push.connection),
        "attempts": push.attempts + 1,
        "looks": 0,
        "doubted_at": None,
    }
    if not pushes.take(push, State.SENDING, actor, now=now, seconds=seconds, **sent):
        return False
    copies.note(push)
    return True
