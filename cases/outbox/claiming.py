"""Which push is next, and taking it for one worker."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from cases import access, pushes
from cases.models import Attachment, Push
from cases.models.push import LANES, State
from cases.outbox import copies
from cases.pushes import Actor, By
from portal import clock
from vendors.connections import gateway, health
from vendors.connections.models import Connection
from vendors.vocabulary import Kind

IN_FLIGHT = {"steps": 4, "files": 2}  # calls at once to one connection
WITH = ("connection", "case", "author", "attachment")


def heads(lane: str, now: datetime) -> QuerySet[Push]:
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


def ready(queued: QuerySet[Push], now: datetime) -> QuerySet[Connection]:
    """The connections that may be called and have one of these pushes."""
    return Connection.objects.filter(
        health.available(now), Exists(queued.filter(connection=OuterRef("pk")))
    )


def claim(lane: str, worker: str) -> Push | None:
    """Take the oldest head of the least recently served callable connection, or nothing."""
    now = clock.now()
    due = heads(lane, now)
    callable_ = ready(due, now).exclude(pk__in=_full(lane))
    for connection in callable_.order_by("served_at")[:10]:
        own = due.filter(connection=connection).select_related(*WITH)
        push = own.order_by("not_before", "created_at").first()
        if push is not None and health.enter(connection) and _take(push, connection, now, worker):
            Connection.objects.filter(pk=connection.pk).update(served_at=now)
            return push
    return None


def _full(lane: str) -> list[UUID]:
    """The connections that have as many calls at once as the lane allows.

    Counted here: to group in SQL, SQLite would walk all steps there ever were.
    """
    held = access.worker_pushes().filter(lease_until__isnull=False, kind__in=LANES[lane])
    calls = Counter(held.order_by().values_list("connection", flat=True))
    return [connection for connection, count in calls.items() if count >= IN_FLIGHT[lane]]


def _take(push: Push, connection: Connection, now: datetime, worker: str) -> bool:
    actor = Actor(By.WORKER, worker=worker)
    seconds = settings.LEASE_SECONDS
    if push.state != State.PENDING:
        return pushes.take(push, State.CHECKING, actor, now=now, seconds=seconds)
    sent = {"sent_at": now, "sent_as": gateway.sent_as(connection), "looks": 0, "doubted_at": None}
    sent["attempts"] = push.attempts + 1
    if not pushes.take(push, State.SENDING, actor, now=now, seconds=seconds, **sent):
        return False
    copies.note(push)
    return True
