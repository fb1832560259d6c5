"""A snapshot merged into its case: columns, timeline, files. Idempotent, under the case's lock."""

import hashlib
import json
import logging
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from cases import access, identity, pushes
from cases.models import Case, CaseReference, Entry
from cases.models.push import OVERTAKEN, State
from cases.models.timeline import Audience
from cases.pushes import Actor, By
from cases.sync import unread
from cases.sync.timeline import Timeline
from portal import clock
from portal.one_line import one_line
from vendors.connections import drift
from vendors.contract import Vendor
from vendors.schema import Control
from vendors.vocabulary import CaseSnapshot, EntryKind, Kind, Status

log = logging.getLogger("caseport.sync")

OLDER = "It was answered with an older state of the case than before."
BELIEVED_AFTER = timedelta(hours=1)

REFERENCES = {
    "customer": CaseReference.Kind.CUSTOMER,
    "reseller": CaseReference.Kind.RESELLER,
    "order": CaseReference.Kind.ORDER,
    "external": CaseReference.Kind.EXTERNAL,
    "related": CaseReference.Kind.RELATED,
}
ONE_CHOICE = (Control.RADIO, Control.SELECT)


def apply(
    case: Case, snapshot: CaseSnapshot, vendor: Vendor, listed: str = "", *, began: datetime
) -> bool:
    """Merge a snapshot; False when nothing was new. `listed` is the list's digest of the case.

    `began` is when its reading began. One older than what is mirrored changes nothing.
    """
    digest = digest_of(snapshot)
    now = clock.now()
    with transaction.atomic():
        row = access.worker_cases().select_for_update().get(pk=case.pk)
        if row.mirrored_at is not None and began < row.mirrored_at:
            return False  # a read that began later was faster
        if _is_older(row, snapshot, now):
            unread.note(row, OLDER)
            return False
        row.mirrored_at = began
        row.listed_digest = listed or row.listed_digest
        merged = ["mirrored_at", "listed_digest", *unread.clear(row)]
        changed = row.snapshot_digest != digest
        if changed:
            _note_status(row, snapshot, vendor, now)
            merged += _write_columns(row, snapshot)
            row.snapshot_digest = digest
            row.updated_at = now
            Timeline(row, now, vendor.name).merge(snapshot.entries, snapshot.filer)
            _write_references(row, snapshot)
        row.save(update_fields=merged + (["snapshot_digest", "updated_at"] if changed else []))
        if row.is_closed:
            _end_overtaken(row)
    return changed


def _end_overtaken(row: Case) -> None:
    """A close request that is not there, or was refused, is needed no longer: nobody is asked."""
    closes = access.worker_pushes().filter(case=row, kind=Kind.CLOSE)
    for push in pushes.unfinished(closes):
        if By.SYNC in pushes.MOVES[State(push.state)].get(State.SKIPPED, ()):
            actor = Actor(By.SYNC, worker="sync")
            why = "the vendor closed the case itself"
            pushes.transition(push, State.SKIPPED, actor, why, outcome=OVERTAKEN)


def _is_older(row: Case, snapshot: CaseSnapshot, now: datetime) -> bool:
    """Whether the vendor answered with a state from before the one we have, as a copy may.

    Believed all the same once it has said so for BELIEVED_AFTER: then its time was set back.
    """
    if row.vendor_modified_at is None or snapshot.modified_at is None:
        return False
    if snapshot.modified_at >= row.vendor_modified_at:
        return False
    return row.unreadable_since is None or now - row.unreadable_since < BELIEVED_AFTER


def digest_of(snapshot: CaseSnapshot) -> str:
    """A name for everything the snapshot tells."""
    text = json.dumps(asdict(snapshot), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _note_status(row: Case, snapshot: CaseSnapshot, vendor: Vendor, now: datetime) -> None:
    """One timeline row for a change of the vendor's status word; an unknown word is logged."""
    if row.vendor_status == snapshot.vendor_status:
        return
    if snapshot.status is Status.UNKNOWN:
        log.warning("%s has a status we do not know: %r", vendor.name, snapshot.vendor_status)
        drift.note_status(row.connection, snapshot.vendor_status, row.reference)
    if row.vendor_status:
        Entry.objects.create(
            case=row,
            kind=EntryKind.STATUS,
            audience=Audience.VENDOR,
            vendor_author=vendor.name,
            title=f"{row.vendor_status} → {snapshot.vendor_status}"[:300],
            occurred_at=snapshot.modified_at or now,
            seen_at_vendor=now,
        )


def _write_columns(row: Case, snapshot: CaseSnapshot) -> list[str]:
    values: dict[str, Any] = {
        "subject": one_line(snapshot.subject)[:500] or row.subject,
        "description": snapshot.description or row.description,
        "category_path": _category_path(row, snapshot) or row.category_path,
        "vendor_status": snapshot.vendor_status[:120],
        "status": snapshot.status,
        "vendor_severity": snapshot.vendor_severity[:120] or row.vendor_severity,
        "severity_rank": snapshot.severity_rank if snapshot.vendor_severity else row.severity_rank,
        "next_action": snapshot.next_action,
        "can_add_note": snapshot.permissions.add_note,
        "can_attach_file": snapshot.permissions.attach_file,
        "can_request_close": snapshot.permissions.request_close,
        "vendor_account": snapshot.account_id[:200],
        "facts": [
            {name: one_line(told) for name, told in asdict(fact).items()} for fact in snapshot.facts
        ],
        "vendor_created_at": snapshot.created_at,
        "vendor_modified_at": snapshot.modified_at,
        "vendor_closed_at": snapshot.closed_at,
        "raw": dict(snapshot.raw),
    }
    if row.filed_by_id is None:
        contact = snapshot.contact
        values |= {
            "contact_name": contact.name[:200],
            "contact_email": contact.email[:255],
            "contact_phone": contact.phone[:60],
            "contact_company": contact.company[:255],
        }
    for name, value in values.items():
        setattr(row, name, value)
    return list(values)


def _category_path(row: Case, snapshot: CaseSnapshot) -> list[str]:
    """The vendor's path, its category called what the person chose it by."""
    chosen = {
        answer["value"]: answer["display"]
        for answer in row.answers
        if answer["control"] in ONE_CHOICE and answer["display"]
    }
    first = [chosen.get(word, word) for word in snapshot.category_path[:1]]
    return [one_line(word) for word in (*first, *snapshot.category_path[1:])]


def _write_references(row: Case, snapshot: CaseSnapshot) -> None:
    for kind, value in snapshot.references.items():
        if kind in REFERENCES:
            identity.add_reference(row, REFERENCES[kind], value)
