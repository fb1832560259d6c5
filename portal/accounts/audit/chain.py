"""The chain: each organisation's events in a row, each link a digest over the link before it.

Events are sealed a few seconds after they were written, oldest first over all chains, so that
recording a deed waits for nobody. An event far older than what is sealed already was put in
afterwards: it stays without a seal, and the proof tells.
"""

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from portal import clock
from portal.accounts.models import AuditEvent, AuditPurge, AuditSeal

SETTLED = timedelta(seconds=5)  # the transactions of that moment have ended
LATE = timedelta(minutes=10)  # no transaction is open for so long
BATCH = 500
COLUMNS = (
    "id",
    "at",
    "actor_id",
    "acting_for_id",
    "organization_id",
    "action",
    "object_kind",
    "object_id",
    "object_name",
    "changed",
    "reason",
    "ip",
    "request_id",
)
"""Every column of an event. One added later belongs here only for events written since."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Link:
    """A place in a chain: its number, and the digest that stands for all up to it."""

    number: int = 0
    digest: str = ""

    def over(self, event: AuditEvent) -> Self:
        """The link that follows with this event."""
        told = {name: getattr(event, name) for name in COLUMNS}
        text = json.dumps(told, default=_plain, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(f"{self.digest}{text}".encode()).hexdigest()
        return type(self)(self.number + 1, digest)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"An audit column holds a {type(value).__name__}.")


def chain_of(event: AuditEvent) -> str:
    return str(event.organization_id or "")


def newest_mark() -> AuditPurge | None:
    """The mark of the last purge; the database deletes nothing that is not before it."""
    return AuditPurge.objects.order_by("-before", "-at").first()


def anchors() -> dict[str, Link]:
    """The last link of each chain that a purge let go: what the rest is proven from."""
    mark = newest_mark()
    kept = mark.anchors if mark is not None else {}
    return {chain: Link(number, digest) for chain, (number, digest) in kept.items()}


def head(chain: str) -> Link:
    """The last link of a chain; number 0 when there is none yet."""
    seal = AuditSeal.objects.filter(chain=chain).order_by("-number").first()
    return anchors().get(chain, Link()) if seal is None else Link(seal.number, seal.digest)


def sealed(events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    return events.filter(Exists(AuditSeal.objects.filter(event_id=OuterRef("pk"))))


def unsealed() -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(~Exists(AuditSeal.objects.filter(event_id=OuterRef("pk"))))


def _edge() -> datetime | None:
    """The moment before which every honest event has a seal; None while nothing was sealed."""
    newest = sealed(AuditEvent.objects.all()).order_by("-at").first()
    mark = newest_mark()
    known = [newest.at] if newest is not None else []
    known += [mark.before] if mark is not None else []
    return max(known) - LATE if known else None


def waiting() -> QuerySet[AuditEvent]:
    """Events the next runs will seal."""
    edge = _edge()
    return unsealed() if edge is None else unsealed().filter(at__gte=edge)


def put_in_afterwards() -> QuerySet[AuditEvent]:
    """Events that claim a time whose events were sealed without them."""
    edge = _edge()
    return AuditEvent.objects.none() if edge is None else unsealed().filter(at__lt=edge)


def seal() -> bool:
    """Seal a batch of settled events, oldest first; say whether there were any.

    Two sealers at once cannot fork a chain: a number and an event are sealed once, and whoever
    comes second gives way.
    """
    now = clock.now()
    settled = waiting().filter(at__lt=now - SETTLED).order_by("at", "id")
    if not settled.exists():  # most runs: asked without the lock that writing takes
        return False
    try:
        with transaction.atomic():
            heads = _append(list(settled[:BATCH]), now)
    except IntegrityError:
        return False
    for chain, link in heads.items():  # a log kept elsewhere shows also a chain cut short
        logger.info("audit chain %s sealed to %s %s", chain or "-", link.number, link.digest)
    return bool(heads)


def _append(events: list[AuditEvent], now: datetime) -> dict[str, Link]:
    """Write one seal for each event; the new heads of their chains."""
    heads: dict[str, Link] = {}
    seals = []
    for event in events:
        chain = chain_of(event)
        link = heads[chain] = (heads.get(chain) or head(chain)).over(event)
        seals.append(
            AuditSeal(
                chain=chain,
                number=link.number,
                event_id=event.pk,
                digest=link.digest,
                sealed_at=now,
            )
        )
    AuditSeal.objects.bulk_create(seals)
    return heads
