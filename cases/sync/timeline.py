"""A vendor's events merged into ours, so that our own note never appears twice.

An event is known by the vendor's key, or by a fingerprint of what it says and its number among
equals. One of ours is marked as seen in the vendor's own copy instead of being added; everything
else is added whole.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from cases import access, identity, pushes
from cases.models import Attachment, Case, Entry, Push
from cases.models.push import HELD, State
from cases.models.timeline import Audience
from cases.pushes import Actor, By
from cases.sync.echoes import OVER, Echoes
from portal.one_line import one_line
from vendors import markers
from vendors.vocabulary import EntrySnapshot, Receipt

log = logging.getLogger("caseport.sync")

ENDED_WORDS = {
    State.WITHDRAWN: "taken back here",
    State.SKIPPED: "left out here",
    State.SUPERSEDED: "replaced here by another",
}


class Timeline:
    """The timeline of one locked case while a snapshot's entries are merged into it."""

    def __init__(self, case: Case, now: datetime, vendor: str) -> None:
        self.case = case
        self.now = now
        self.vendor = vendor
        entries = Entry.objects.filter(case=case).exclude(vendor_key=None)
        told = [(key or "", author) for key, author in entries.values_list("vendor_key", "author")]
        self.known = {key for key, _ in told}
        self.vendors = {key for key, author in told if not author}
        steps = access.worker_pushes().filter(case=case).select_related("entry", "attachment")
        self.steps = {push.marker: push for push in steps}

    def merge(self, snapshots: Iterable[EntrySnapshot], filer: str) -> None:
        """`filer` is who the vendor says filed the case: us, if it was filed here."""
        events = list(keyed(snapshots))
        echoes = Echoes(self.steps.values(), filer if self.case.filed_by_id else "")
        echoes.match(events, self.vendors)
        for number, (key, event) in enumerate(events):
            if event.marker in self.steps:  # also a reply that quotes it proves that it arrived
                self._arrived(self.steps[event.marker])
            if number in echoes.found:
                self._mark_seen(echoes.found[number], key, event)
            elif key not in self.known:
                self._add(key, event)

    def _arrived(self, push: Push) -> None:
        """The vendor has this step: settle it, or say so where a person ended it."""
        if push.state in OVER:
            self._say_it_is_there(push)
        elif push.state not in HELD and State.DONE in pushes.MOVES[State(push.state)]:
            actor = Actor(By.SYNC, worker="sync")
            pushes.settle(push, Receipt(), actor, "seen in the vendor's case by its marker")

    def _say_it_is_there(self, push: Push) -> None:
        key = f"ended:{push.marker}"
        if key in self.known:
            return
        log.error("%s was ended as %s, yet the vendor has it", push.marker, push.state)
        ended = ENDED_WORDS[State(push.state)]
        text = f"{self.vendor} has a {push.kind} ({push.marker}) although it was {ended}."
        identity.notice(self.case, text, audience=Audience.CUSTOMER, vendor_key=key)
        self.known.add(key)

    def _mark_seen(self, push: Push, key: str, event: EntrySnapshot) -> None:
        if push.attachment is not None and event.files:
            Attachment.objects.filter(pk=push.attachment.pk, vendor_file_id="").update(
                vendor_file_id=event.files[0].vendor_id
            )
        entry = push.entry
        if entry is None or (entry.seen_at_vendor and (entry.vendor_key or key in self.known)):
            return
        entry.vendor_key = key if key not in self.known else None
        entry.seen_at_vendor = self.now
        entry.save(update_fields=["vendor_key", "seen_at_vendor"])
        self.known.add(key)

    def _add(self, key: str, event: EntrySnapshot) -> None:
        entry = Entry.objects.create(
            case=self.case,
            kind=event.kind,
            audience=Audience.VENDOR,
            vendor_author=event.author[:200],
            is_customers=event.is_customers,
            title=event.title[:300],
            text=markers.append(event.text, event.marker) if event.marker else event.text,
            occurred_at=event.occurred_at,
            vendor_key=key,
            seen_at_vendor=self.now,
        )
        self.known.add(key)
        for file in event.files:
            Attachment.objects.create(
                case=self.case,
                entry=entry,
                name=one_line(file.name)[:255] or "file",
                size=file.size,
                vendor_file_id=file.vendor_id,
                scan=Attachment.Scan.UNSCANNED,
            )


def keyed(snapshots: Iterable[EntrySnapshot]) -> Iterable[tuple[str, EntrySnapshot]]:
    """Each snapshot with the key it is known by: the vendor's, or its fingerprint and ordinal."""
    seen: Counter[str] = Counter()
    for snapshot in snapshots:
        if snapshot.vendor_key:
            yield snapshot.vendor_key[:120], snapshot
            continue
        parts = (snapshot.kind, snapshot.author, snapshot.title, snapshot.text, snapshot.marker)
        told = "\x1f".join([*parts, snapshot.occurred_at.isoformat()])
        print_ = hashlib.sha256(told.encode()).hexdigest()[:32]
        seen[print_] += 1
        yield f"{print_}#{seen[print_]}", snapshot
