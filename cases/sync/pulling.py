"""What changed at one connection: list, compare with the list before, read what differs."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Min, Q

from cases.sync.reading import own, try_read
from portal import clock
from vendors.connections import health
from vendors.connections.models import Connection
from vendors.contract import Unsupported, Vendor
from vendors.http.errors import VendorError
from vendors.vocabulary import ListedCase, Status

log = logging.getLogger("caseport.sync")

LEASE = timedelta(minutes=5)
RENEW_EVERY = 60.0  # seconds
PATIENCE = 120.0  # seconds one pull spends on reads that fail, before it leaves the rest
LOOK_BACK = timedelta(days=90)  # cases closed longer ago than this are not listed again
CHUNK = 500


@dataclass
class Pull:
    """One pull of one connection, begun at `now` by the worker that holds its lease."""

    connection: Connection
    vendor: Vendor
    now: datetime
    wasted: float = 0.0
    renewed: float = field(default_factory=time.monotonic)

    def bring_home(self) -> bool:
        """Read what changed; False when so many reads failed slowly that some were left.

        Raises what concerns the whole connection.
        """
        listed: list[ListedCase] = []
        try:
            for one in self.vendor.changed_cases(since(self.connection, self.now)):
                listed.append(one)
        except Unsupported:
            return self._read_all(self._still_open())
        except VendorError:
            self._read_all(self._differing(listed))  # what was listed so far is good
            raise
        health.note_success(self.connection)
        return self._read_all(self._differing(listed))

    def _differing(self, listed: Iterable[ListedCase]) -> list[tuple[str, str]]:
        """The listed cases to be read, with the list's digest: ours first, then unknown ones."""
        columns = ("listed_digest", "unreadable_since", "read_again_at")
        rows = own(self.connection).exclude(vendor_id=None).values_list("vendor_id", *columns)
        known = {vendor_id: told for vendor_id, *told in rows}
        unchanged, ours, strange = [], [], []
        for one in listed:
            digest, failing_since, again_at = known.get(one.vendor_id, (None, None, None))
            if again_at is not None and again_at > self.now:
                continue
            if digest is None:
                strange.append((one.vendor_id, one.digest))
            elif digest == one.digest and failing_since is None:
                unchanged.append(one.vendor_id)
            else:
                ours.append((one.vendor_id, one.digest))
        self._confirm(unchanged)
        return ours + strange

    def _still_open(self) -> list[tuple[str, str]]:
        """Where a vendor has no list: every case of ours that is not closed."""
        due = Q(read_again_at=None) | Q(read_again_at__lte=self.now)
        rows = own(self.connection).filter(due).exclude(vendor_id=None)
        ids = rows.exclude(status=Status.CLOSED).values_list("vendor_id", flat=True)
        return [(vendor_id or "", "") for vendor_id in ids]

    def _read_all(self, wanted: Iterable[tuple[str, str]]) -> bool:
        for vendor_id, digest in wanted:
            if self.wasted > PATIENCE:
                log.warning("%s answers too slowly: some cases wait", self.connection.label)
                return False
            self._hold()
            began = time.monotonic()
            if not try_read(self.connection, self.vendor, vendor_id, digest):
                self.wasted += time.monotonic() - began
        return True

    def _confirm(self, unchanged: list[str]) -> None:
        """The list shows them as before: the mirror is good as of this pull."""
        older = Q(mirrored_at=None) | Q(mirrored_at__lt=self.now)
        for start in range(0, len(unchanged), CHUNK):
            part = unchanged[start : start + CHUNK]
            own(self.connection).filter(older, vendor_id__in=part).update(mirrored_at=self.now)

    def _hold(self) -> None:
        """Keep the connection for this worker while a long pull goes on."""
        if time.monotonic() - self.renewed > RENEW_EVERY:
            self.renewed = time.monotonic()
            row = Connection.objects.filter(pk=self.connection.pk)
            row.update(sync_until=clock.now() + LEASE)


def since(connection: Connection, now: datetime) -> datetime:
    """How far back the list must reach: vendors filter by creation, so to the oldest open case."""
    still_open = own(connection).exclude(status=Status.CLOSED)
    oldest = still_open.aggregate(at=Min("vendor_created_at"))["at"]
    return min(oldest or now, now - LOOK_BACK)
