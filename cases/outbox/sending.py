"""Call the vendor once and move the push by what came back."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from cases import access, payloads, pushes
from cases.access import Viewer
from cases.models import Push
from cases.models.push import State
from cases.outbox.horizon import LEFT_ALONE, PATIENCE, backoff, first_look
from cases.outbox.lease import Lease
from cases.pushes import Actor
from portal import clock
from portal.accounts.roles import Ability
from vendors.connections import health, metadata
from vendors.contract import Vendor
from vendors.http.errors import Busy, ForbiddenHost, Refused, Unauthorised, Unreachable, VendorError
from vendors.vocabulary import Kind, Receipt

log = logging.getLogger("caseport.outbox")


def send(push: Push, vendor: Vendor, actor: Actor, lease: Lease) -> None:
    """Call the vendor once and move the push by what came back.

    A worker that slept past its lease sends nothing: another may be looking for the step already.
    The lease is asked once more at the last moment, when the first byte is about to leave.
    """
    obstacle = unsendable(push)
    if obstacle:
        pushes.transition(push, State.REFUSED, actor, obstacle, outcome=obstacle, sent_at=None)
        return
    if not lease.confirm():
        log.warning("%s was taken by another worker before it was sent", push.marker)
        return
    vendor.client.permit = lease.check
    try:
        receipt = VERBS[Kind(push.kind)](vendor, push)
    except (
        Exception
    ) as error:  # whatever it was decides what may happen next; unknown means uncertain
        if isinstance(error, VendorError) and not lease.is_lost:
            health.note_failure(push.connection, error)
        _unsent(push, vendor, actor, error)
        return
    health.note_success(push.connection)
    if receipt.pending:
        due = clock.now() + timedelta(seconds=2)
        kept = {"receipt": asdict(receipt), "not_before": due}
        pushes.transition(push, State.AWAITING, actor, "accepted, still working", **kept)
        return
    pushes.settle_or_ask(push, receipt, actor, "the vendor accepted")


def unsendable(push: Push) -> str:
    """Why this push must not leave although it is due, in a person's words; else empty."""
    ability = Ability.FILE if push.kind == Kind.CREATE else Ability.WRITE
    if push.author is None or not access.may(Viewer(push.author), push.case, ability):
        return "Not sent: its author may no longer write on this case."
    if words := _unentitled(push):
        return words
    if push.kind != Kind.CREATE and not push.case.vendor_id:
        return "Not sent: the case itself is not with the vendor."
    if push.attachment is not None and not push.attachment.may_leave:
        return f"Not sent: {push.attachment.get_scan_display().lower()} ({push.attachment.name})."
    return ""


def _unentitled(push: Push) -> str:
    """Why its organisation may not reach this vendor account any more; empty when it may.

    A case that came from the vendor is tied to its account by the vendor, not by an entitlement.
    """
    case, connection = push.case, push.connection
    if connection.owner_id != case.owner_id:
        return "Not sent: the connection belongs to another organisation now."
    if case.filed_from_id is None or case.organization is None or case.account is None:
        return ""
    if access.entitled_accounts(case.organization).contains(case.account):
        return ""
    words = f"{case.organization} may no longer use {case.account.name}"
    return f"Not sent: {words}. Those who look after the connections can allow it again."


def _file_case(vendor: Vendor, push: Push) -> Receipt:
    return vendor.file_case(payloads.case_draft(push))


def _add_note(vendor: Vendor, push: Push) -> Receipt:
    return vendor.add_note(push.case.vendor_id or "", payloads.note_draft(push))


def _request_close(vendor: Vendor, push: Push) -> Receipt:
    return vendor.request_close(push.case.vendor_id or "", payloads.note_draft(push))


def _attach_file(vendor: Vendor, push: Push) -> Receipt:
    return vendor.attach_file(push.case.vendor_id or "", payloads.file_draft(push))


VERBS: Mapping[Kind, Callable[[Vendor, Push], Receipt]] = {
    Kind.CREATE: _file_case,
    Kind.NOTE: _add_note,
    Kind.FILE: _attach_file,
    Kind.CLOSE: _request_close,
}


def _unsent(push: Push, vendor: Vendor, actor: Actor, error: Exception) -> None:
    """Move a push whose call raised: refused, waiting again, or uncertain."""
    match error:
        case Refused():
            told = {"outcome": error.words, "outcome_fields": error.fields}
            pushes.transition(push, State.REFUSED, actor, _told(error), **told)
            if push.kind == Kind.CREATE:  # perhaps for something the vendor takes no more
                metadata.doubt(push.connection)
            if push.kind == Kind.CLOSE:  # the vendor may have closed it: then nobody need be asked
                wanted = access.worker_cases().filter(pk=push.case_id)
                wanted.update(refresh_wanted_at=clock.now())
        case Unauthorised():
            push.attempts -= 1  # nothing was tried but the credential
            push.failing_since = None
            why = f"{vendor.name} refused our credential; it waits for a good one."
            _wait(push, actor, clock.now(), why)
        case Busy():
            seconds = error.retry_after or backoff(push.attempts)
            _failed(push, actor, seconds, f"{vendor.name} asked us to come back later.")
        case ForbiddenHost():
            why = f"Our own rules forbid the connection's address: {error.words}"
            pushes.transition(push, State.PARKED, actor, why, outcome=why, sent_at=None)
        case Unreachable():
            _failed(push, actor, backoff(push.attempts), f"{vendor.name} could not be reached.")
        case _:
            if not isinstance(error, VendorError):
                log.exception("sending %s failed in an unforeseen way", push.marker, exc_info=error)
            _doubt(push, vendor, actor, _told(error))


def _told(error: Exception) -> str:
    """The error's words with the vendor's number of it, for those who ask the vendor."""
    words = str(error) or type(error).__name__
    incident = error.incident if isinstance(error, VendorError) else ""
    return f"{words} (incident {incident})" if incident else words


def _failed(push: Push, actor: Actor, seconds: float, why: str) -> None:
    """Provably not done: tried again in so many seconds, or parked when it failed for a day.

    Time it stood due untried, behind another step or a closed connection, is no failing.
    """
    now = clock.now()
    if push.failing_since is None or (push.sent_at or now) - push.not_before > LEFT_ALONE:
        push.failing_since = now
    if now - push.failing_since > PATIENCE:
        outcome = f"It failed for a day. {why}"
        pushes.transition(push, State.PARKED, actor, why, outcome=outcome, sent_at=None)
        return
    _wait(push, actor, now + timedelta(seconds=seconds), why)


def _wait(push: Push, actor: Actor, due: datetime, why: str) -> None:
    pushes.transition(
        push,
        State.PENDING,
        actor,
        why,
        attempts=push.attempts,
        failing_since=push.failing_since,
        not_before=due,
        outcome=why,
        sent_at=None,
    )


def _doubt(push: Push, vendor: Vendor, actor: Actor, why: str) -> None:
    """The call is over and nobody knows what it did: from now on it is looked for."""
    since = {"doubted_at": clock.now(), "not_before": first_look(push, vendor)}
    pushes.transition(push, State.UNCERTAIN, actor, why, outcome=why, **since)
