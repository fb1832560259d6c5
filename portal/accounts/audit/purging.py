"""Letting the oldest rows go: the beginning of each chain, never a piece out of its middle."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from portal import clock
from portal.accounts.audit import chain as chains
from portal.accounts.audit.chain import Link
from portal.accounts.audit.recording import record
from portal.accounts.models import AuditEvent, AuditPurge, AuditSeal
from portal.accounts.models.audit import AppendOnly


class CannotPurge(ValueError):
    """The date asked for lets nothing go; the words say why."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How much went, or would go."""

    events: int
    seals: int


def purge(before: datetime, *, dry_run: bool = False) -> Purged:
    """Let go what was sealed before that moment, and what was put in afterwards before it.

    What is not sealed yet stays, and so does what was sealed after the moment: the few events of
    the last seconds before it. The last link let go is kept as the anchor of the rest.
    """
    _check(before)
    if dry_run:
        return _count(_ends(before), before)
    while chains.seal():
        pass
    with transaction.atomic():
        ends = _ends(before)
        late = _late(before)  # asked before the mark, which moves the edge
        kept = {**chains.anchors(), **ends}
        anchors = {chain: [link.number, link.digest] for chain, link in kept.items()}
        mark = AuditPurge.objects.create(before=before, anchors=anchors)
        events = AuditEvent.objects.filter(pk__in=late).let_go()
        seals = 0
        for chain, link in ends.items():
            gone = _beginning(chain, link)
            events += _events_of(gone).let_go()
            seals += gone.let_go()
        words = f"{events} events before {before:%Y-%m-%d}"
        record(actor=None, action="audit purged", object=mark, reason=words)
    return Purged(events, seals)


def _check(before: datetime) -> None:
    mark = chains.newest_mark()
    if before > clock.now():
        raise CannotPurge("That moment has not come yet.")
    if mark is not None and before <= mark.before:
        raise CannotPurge(f"What was before {mark.before:%Y-%m-%d} is gone already.")


def _ends(before: datetime) -> dict[str, Link]:
    """The last link of each chain before which nothing was sealed later than the moment."""
    ends = {}
    for chain in AuditSeal.objects.order_by().values_list("chain", flat=True).distinct():
        seals = AuditSeal.objects.filter(chain=chain)
        stays = seals.filter(sealed_at__gte=before).order_by("number").first()
        gone = seals if stays is None else seals.filter(number__lt=stays.number)
        last = gone.order_by("-number").first()
        if last is not None:
            ends[chain] = Link(last.number, last.digest)
    return ends


def _beginning(chain: str, end: Link) -> AppendOnly[AuditSeal]:
    return AuditSeal.objects.filter(chain=chain, number__lte=end.number)


def _late(before: datetime) -> list[UUID]:
    return list(chains.put_in_afterwards().filter(at__lt=before).values_list("pk", flat=True))


def _count(ends: dict[str, Link], before: datetime) -> Purged:
    gone = [_beginning(chain, link) for chain, link in ends.items()]
    events = sum(_events_of(seals).count() for seals in gone)
    return Purged(events + len(_late(before)), sum(seals.count() for seals in gone))


def _events_of(seals: AppendOnly[AuditSeal]) -> AppendOnly[AuditEvent]:
    return AuditEvent.objects.filter(Exists(seals.filter(event_id=OuterRef("pk"))))
