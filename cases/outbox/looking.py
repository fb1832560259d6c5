"""Find out whether an uncertain push arrived, before anything is sent again."""

import logging
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from cases import pushes
from cases.models import Push, PushEvent
from cases.models.push import State
from cases.outbox.horizon import PATIENCE, backoff, can_look, counts, horizon, next_look
from cases.pushes import Actor
from portal import clock
from vendors.connections import gateway, health
from vendors.contract import Vendor
from vendors.http.errors import VendorError
from vendors.vocabulary import Candidate, Finding, Kind, MarkerHome, Sought

log = logging.getLogger("caseport.outbox")


def look(push: Push, vendor: Vendor, actor: Actor) -> None:
    """Find out whether an uncertain push arrived; only clean looks count, all of them decide."""
    if not can_look(push, vendor):
        _ask_person(push, actor, f"{vendor.name} offers no way to look it up.")
        return
    try:
        finding = vendor.find(sought(push))
    except Exception as error:  # a failed look proves nothing, whatever failed
        _failed_look(push, actor, error)
        return
    health.note_success(push.connection)
    _decide(push, vendor, actor, finding)


def sought(push: Push) -> Sought:
    """What to look for at the vendor."""
    return Sought(
        kind=Kind(push.kind),
        marker=push.marker,
        marker_home=MarkerHome(push.marker_home),
        sent_at=_first_sent(push),
        case_id=push.case.vendor_id or "",
        subject=push.case.subject,
        text=push.payload.get("text", "") or push.payload.get("comment", ""),
        file_name=push.attachment.name if push.attachment else "",
    )


def _first_sent(push: Push) -> datetime:
    """When it first left us: what an earlier attempt brought late is found too."""
    sent = push.sent_at or push.created_at
    first = PushEvent.objects.filter(push=push, now=State.SENDING).order_by("number").first()
    return min(sent, first.at) if first else sent


def _decide(push: Push, vendor: Vendor, actor: Actor, finding: Finding) -> None:
    candidates = [_kept(candidate) for candidate in finding.candidates]
    if finding.found is not None and finding.matches <= 1:
        pushes.settle_or_ask(push, finding.found, actor, "found at the vendor by its marker")
    elif finding.matches > 1:
        _ask_person(
            push,
            actor,
            f"{finding.matches} things there carry our reference.",
            candidates,
        )
    elif push.marker_home == MarkerHome.NONE:
        _ask_person(push, actor, "It carried no reference that can be read back.", candidates)
    elif push.sent_as != gateway.sent_as(push.connection):
        _ask_person(push, actor, "The credential changed since it was sent.", candidates)
    else:
        _absent_so_far(push, vendor, actor, candidates)


def _kept(candidate: Candidate) -> dict[str, Any]:
    at = candidate.created_at
    return {**asdict(candidate), "created_at": at.isoformat() if at else ""}


def _absent_so_far(
    push: Push, vendor: Vendor, actor: Actor, candidates: list[dict[str, Any]]
) -> None:
    """A clean look without a trace: look again, or after the last that counts send again.

    Something alike without any marker may be ours with its marker taken off: a person decides.
    """
    looks = push.looks + counts(push, vendor)
    if looks >= len(horizon(vendor)):
        if candidates:
            _ask_person(
                push,
                actor,
                "Something alike is there, without our reference.",
                candidates,
            )
            return
        why = f"absent in {looks} looks; it is sent again"
        anew = {"not_before": clock.now(), "outcome": "", "failing_since": None}
        pushes.transition(push, State.PENDING, actor, why, looks=looks, **anew)
        return
    due = next_look(push, vendor, looks)
    pushes.transition(
        push, State.UNCERTAIN, actor, "not seen there yet", looks=looks, not_before=due
    )


def _failed_look(push: Push, actor: Actor, error: Exception) -> None:
    words = str(error) or type(error).__name__
    if isinstance(error, VendorError):
        health.note_failure(push.connection, error)
    else:
        log.exception("looking for %s failed in an unforeseen way", push.marker, exc_info=error)
    if clock.now() - (push.doubted_at or push.sent_at or push.created_at) > PATIENCE:
        _ask_person(push, actor, f"We could not look for a day: {words}")
        return
    due = clock.now() + timedelta(seconds=backoff(push.looks + 2))
    pushes.transition(push, State.UNCERTAIN, actor, f"could not look: {words}", not_before=due)


def _ask_person(
    push: Push, actor: Actor, why: str, candidates: list[dict[str, Any]] | None = None
) -> None:
    pushes.transition(
        push, State.NEEDS_PERSON, actor, why, outcome=why, candidates=candidates or push.candidates
    )
