"""Which events of a vendor's case are our own steps come back.

Three proofs, the strongest first: an id the vendor gave us; our marker as the last line behind
exactly our words; our words or our file's name, from our own user there, at about the time we sent
them. A step comes back once: a second event with its marker, a reply that quotes it for example, is
the vendor's own and is shown whole.
"""

import html
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from cases.models import Push
from cases.models.push import State
from vendors.vocabulary import EntryKind, EntrySnapshot, Kind

WINDOW = timedelta(minutes=10)
SLOWEST_UPLOAD = 256 * 1024  # bytes a second
OVER = (State.WITHDRAWN, State.SKIPPED, State.SUPERSEDED)  # ended here, so not expected there
MAYBE_THERE = (
    State.SENDING,
    State.AWAITING,
    State.UNCERTAIN,
    State.CHECKING,
    State.NEEDS_PERSON,
    State.PARKED,
    State.DONE,
)
NEVER_OURS = (EntryKind.STATUS, EntryKind.MILESTONE)


class Echoes:
    """The steps of one case, each matched with at most one event of each kind of a snapshot."""

    def __init__(self, steps: Iterable[Push], filer: str) -> None:
        """`filer` is the name the vendor calls us by, where it is known."""
        self.steps = [p for p in steps if p.kind != Kind.CREATE and p.state not in OVER]
        self.names = {_plain(filer)} - {""}
        self.found: dict[int, Push] = {}
        self._taken: set[tuple[UUID, bool]] = set()

    def match(self, events: Sequence[tuple[str, EntrySnapshot]], vendors: set[str]) -> None:
        """Fill `found`: an event's number and the step it is. `vendors`: keys known as theirs."""
        asked = [(n, key, e) for n, (key, e) in enumerate(events) if key not in vendors]
        for number, key, event in asked:
            self._take(number, event, (p for p in self.steps if _same_id(p, key, event)))
        for number, _, event in asked:
            self._take(number, event, (p for p in self.steps if _same_marker(p, event)))
        self.names |= {_plain(events[n][1].author) for n in self.found} - {""}
        for number, key, event in asked:
            known = (p for p in self.steps if p.entry is not None and p.entry.vendor_key == key)
            self._take(number, event, (p for p in known if _alike(p, event)))
        for number, _, event in asked:
            self._take(number, event, (p for p in self.steps if self._like(p, event)))

    def _take(self, number: int, event: EntrySnapshot, candidates: Iterable[Push]) -> None:
        if number in self.found:
            return
        for push in candidates:
            # a file may come back as itself and, beside it, as the words sent with it
            place = (push.pk, bool(event.files))
            if place not in self._taken:
                self._taken.add(place)
                self.found[number] = push
                return

    def _like(self, push: Push, event: EntrySnapshot) -> bool:
        """Without id and marker: what was sent says the same, from us, at about that time."""
        if push.state not in MAYBE_THERE or event.kind in NEVER_OURS or event.marker:
            return False
        author = _plain(event.author)
        is_ours = not author or not self.names or author in self.names
        return is_ours and _in_time(push, event) and _alike(push, event)


def _same_id(push: Push, key: str, event: EntrySnapshot) -> bool:
    """Does the event carry an id the vendor gave for this step?"""
    if event.files:
        ids = {push.receipt.get("vendor_id"), push.attachment and push.attachment.vendor_file_id}
        return push.kind == Kind.FILE and any(f.vendor_id in ids - {"", None} for f in event.files)
    return bool(event.vendor_key) and push.receipt.get("vendor_id") == event.vendor_key == key


def _same_marker(push: Push, event: EntrySnapshot) -> bool:
    """Does the event end with this step's marker, and is what stands before it all we sent?"""
    return event.marker == push.marker and _plain(event.text) == _plain(sent_text(push))


def _alike(push: Push, event: EntrySnapshot) -> bool:
    """Whether the two say the same; an empty text decides nothing, a file is known by its name."""
    if event.files:
        name = push.attachment.name if push.attachment else ""
        known = push.attachment.vendor_file_id if push.attachment else ""
        # one that has another id is another file
        return any(f.name == name and not (known and f.vendor_id) for f in event.files)
    said = _plain(sent_text(push))
    return bool(said) and said == _plain(event.text)


def _in_time(push: Push, event: EntrySnapshot) -> bool:
    if push.sent_at is None:
        return False
    size = (push.attachment.size or 0) if push.attachment else 0
    latest = push.sent_at + WINDOW + timedelta(seconds=size / SLOWEST_UPLOAD)
    return push.sent_at - WINDOW <= event.occurred_at <= latest


def sent_text(push: Push) -> str:
    """The words that went with a step, without its marker."""
    text: str = push.payload.get("text", "") or push.payload.get("comment", "")
    return text


def _plain(text: str) -> str:
    return " ".join(html.unescape(text).split())
