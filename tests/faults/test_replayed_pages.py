"""The vendor's list read twice, shuffled, overlapping and changing under the reader's hands."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import uuid4

import pytest
from django.utils import timezone

from cases import sync
from cases.models import Case, Entry
from cases.models.timeline import Audience
from tests.cases.telling_vendor import START, Telling, TellingVendor, telling
from tests.faults.sizes import SEED, share
from tests.faults.table import Row
from vendors.connections import gateway
from vendors.vocabulary import EntryKind, EntrySnapshot, ListedCase

__all__ = ["telling"]

CASES, PULLS = 4, 6


class RestlessVendor(TellingVendor):
    """Lists every case at least twice in any order, and goes on writing while it is read."""

    chance: ClassVar[random.Random]
    happens: ClassVar[Callable[[], None]]

    def changed_cases(self, since: datetime | None) -> Iterator[ListedCase]:
        page = list(super().changed_cases(since))
        shown = page * 2 + self.chance.sample(page, len(page) // 2)
        self.chance.shuffle(shown)
        for one in shown:
            if self.chance.random() < 0.2:
                type(self).happens()
            yield one


@dataclass
class History:
    """What a vendor's engineers and our own people write about a few cases."""

    telling: Telling
    chance: random.Random
    entries: dict[str, list[EntrySnapshot]] = field(default_factory=dict)
    ours: dict[str, list[str]] = field(default_factory=dict)
    minutes: int = 0

    def happens(self) -> None:
        """An engineer writes, with a key of the vendor's or without, often the same words."""
        case_id = self.chance.choice(list(self.entries))
        self.minutes += 1
        at = START + timedelta(minutes=self.minutes // 3)
        words = self.chance.choice(("We look at it.", "Fixed.", f"Line {self.minutes}"))
        key = f"K{len(self.entries[case_id])}" if self.chance.random() < 0.5 else ""
        said = EntrySnapshot(EntryKind.EMAIL, "Maya Olsen", words, at, vendor_key=key)
        self.entries[case_id].append(said)
        self.show(case_id)

    def show(self, case_id: str) -> None:
        self.telling.tell(case_id, minutes=self.minutes, entries=tuple(self.entries[case_id]))

    def note(self) -> None:
        """One of us writes for colleagues on a case that came home."""
        case = self.chance.choice(list(Case.everything.filter(vendor_id__in=self.entries)))
        text = f"Between us {uuid4().hex}"
        Entry.objects.create(
            case=case,
            kind=EntryKind.NOTE,
            audience=Audience.INTERNAL,
            author_organization=self.telling.connection.owner,
            text=text,
            occurred_at=timezone.now(),
        )
        self.ours.setdefault(str(case.vendor_id), []).append(text)

    def live(self) -> None:
        for number in range(CASES):
            case_id = f"{uuid4().hex[:8]}-{number}"
            self.entries[case_id] = []
            self.show(case_id)
        RestlessVendor.chance, RestlessVendor.happens = self.chance, self.happens
        for _ in range(PULLS):
            for _ in range(self.chance.randrange(3)):
                self.happens()
            self.telling.pull()
            self.apply_again()
            self.note()
        RestlessVendor.happens = lambda: None
        self.telling.pull()

    def apply_again(self) -> None:
        """A case is read once more beside the pull, as an open page asks for it."""
        for case in Case.everything.filter(vendor_id__in=self.entries):
            vendor = gateway.open_vendor(case.connection)
            snapshot = vendor.fetch_case(str(case.vendor_id))
            sync.apply(case, snapshot, vendor, began=timezone.now())

    def judge(self) -> tuple[int, int]:
        """(entries lost, entries too many), of the vendor's and of ours."""
        lost = doubled = 0
        for case_id, told in self.entries.items():
            kept = Entry.objects.filter(case__vendor_id=case_id)
            mirrored = sorted(kept.filter(author=None, kind=EntryKind.EMAIL).values_list("text"))
            wanted = sorted((entry.text,) for entry in told)
            mine = kept.filter(audience=Audience.INTERNAL).values_list("text", flat=True)
            lost += max(0, len(wanted) - len(mirrored)) + len(
                {*self.ours.get(case_id, ())} - {*mine}
            )
            doubled += max(0, len(mirrored) - len(wanted))
            assert mirrored == wanted
        return lost, doubled


def test_pages_replayed_shuffled_and_overlapping_make_the_same_mirror(
    telling: Telling, tell: Callable[[Row], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEPORT_EXTRA_VENDORS", f"{__name__}:{RestlessVendor.__name__}")
    runs = share(15)
    lost = doubled = 0
    for run in range(runs):
        TellingVendor.told.clear()
        history = History(telling, random.Random(SEED + run))
        history.live()
        gone, twice = history.judge()
        lost, doubled = lost + gone, doubled + twice
    tell(Row("pages replayed", runs=runs, lost=lost, doubled=doubled))
    assert (lost, doubled) == (0, 0)
