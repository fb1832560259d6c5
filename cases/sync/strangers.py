"""Cases a vendor lists and we did not link: ours with a lost answer, or somebody else's."""

import logging
from datetime import timedelta

from django.db import transaction

from cases import access, identity, pushes
from cases.models import Case, CaseReference, Entry, Push
from cases.models.push import HELD, State
from cases.models.timeline import Audience
from cases.pushes import Actor, By
from cases.sync.timeline import ENDED_WORDS
from portal import clock
from portal.accounts.models import Organization
from vendors.connections import gateway
from vendors.connections.models import Connection
from vendors.contract import Vendor
from vendors.vocabulary import CaseSnapshot, Kind, MarkerHome, Receipt

log = logging.getLogger("caseport.sync")


def adopt(connection: Connection, vendor: Vendor, snapshot: CaseSnapshot) -> Case | None:
    """The row for a case no row is linked to: the filed one its marker names, or a new one.

    None while that cannot be known yet; the next read decides. A case whose step a person ended,
    or that is there twice, is told to the connection owner's staff.
    """
    push = _named_by_marker(connection, snapshot)
    if push is not None and push.state in HELD:
        return None  # the worker that holds it settles it by itself
    if push is not None and State.DONE in pushes.MOVES[State(push.state)]:
        return _settle(push, snapshot)
    if push is None and _may_be_ours(connection, vendor, snapshot):
        return None
    with transaction.atomic():
        case = _import(connection, snapshot)
        if push is not None:
            _tell_staff(case, push, vendor.name)
    return case


def _named_by_marker(connection: Connection, snapshot: CaseSnapshot) -> Push | None:
    """The create whose marker the case carries, of this owner and vendor alone."""
    if not snapshot.marker:
        return None
    creates = access.worker_pushes().filter(
        kind=Kind.CREATE,
        marker=snapshot.marker,
        case__owner=connection.owner_id,
        case__vendor_space=gateway.vendor_of(connection).vendor_space(connection.base_url),
    )
    return creates.select_related("case").first()


def _settle(push: Push, snapshot: CaseSnapshot) -> Case | None:
    """The vendor has a step we did not know done; None when somebody else is moving it."""
    receipt = Receipt(vendor_id=snapshot.vendor_id)
    actor = Actor(By.SYNC, worker="sync")
    if not pushes.settle(push, receipt, actor, "seen in the vendor's list by its marker"):
        return None
    return access.worker_cases().get(pk=push.case_id)


def _tell_staff(case: Case, push: Push, vendor: str) -> None:
    """Both cases name each other: the one at the vendor, and the one whose step it came from."""
    if push.state == State.DONE:
        words = f"is there as {push.case.vendor_id} too"
    else:
        words = f"was {ENDED_WORDS[State(push.state)]} on {push.settled_at:%Y-%m-%d %H:%M} UTC"
    log.error("%s carries the marker of %s, which %s", case.vendor_id, push.marker, words)
    notice_text = (
        f"{vendor} has {case.vendor_id} ({case.reference}), filed from here as "
        f"{push.case.reference} “{push.case.subject}”. That step ({push.marker}) {words}. "
        f"Decide which of the two is to go on, and ask {vendor} to close the other."
    )
    for told in (case, push.case):
        key = f"twice:{case.vendor_id}"
        if not Entry.objects.filter(case=told, vendor_key=key).exists():
            identity.notice(told, notice_text, audience=Audience.INTERNAL, vendor_key=key)


def _may_be_ours(connection: Connection, vendor: Vendor, snapshot: CaseSnapshot) -> bool:
    """Whether an unsettled create without a readable marker may have made this case."""
    horizon = timedelta(seconds=vendor.quiet_horizon[-1])
    if snapshot.created_at is not None and clock.now() - snapshot.created_at > horizon:
        return False
    unsettled = access.worker_pushes().filter(
        connection=connection,
        kind=Kind.CREATE,
        marker_home=MarkerHome.NONE,
        state__in=pushes.MAY_HAVE_BEEN_SENT,
        case__subject=snapshot.subject,
    )
    return unsettled.exists()


def _import(connection: Connection, snapshot: CaseSnapshot) -> Case:
    """A case filed elsewhere: it shows to the connection owner's people until it is assigned."""
    owner: Organization = connection.owner
    case, _ = access.worker_cases().get_or_create(
        owner=owner,
        vendor_space=gateway.vendor_of(connection).vendor_space(connection.base_url),
        vendor_id=snapshot.vendor_id,
        defaults={
            "connection": connection,
            "organization": None if owner.is_reseller else owner,
            "reseller": owner if owner.is_reseller else owner.reseller,
            "subject": snapshot.subject[:500],
            **({"created_at": snapshot.created_at} if snapshot.created_at else {}),
        },
    )
    identity.add_reference(case, CaseReference.Kind.VENDOR, snapshot.vendor_id)
    return case
