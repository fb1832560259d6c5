"""How many calls a connection made in each hour, and how many its vendor put off.

Counted in memory and written down now and then: a few seconds' counts are lost with a process that
is killed, which is why nothing but the console reads them.
"""

import logging
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db import connection as database
from django.db.models import F, Sum
from django.utils import timezone

from vendors.connections.models import CallTally, Connection
from vendors.http.client import Journal, VendorCall, log_call

log = logging.getLogger("caseport.connections")

WRITE_EVERY = 20.0  # seconds between two writes of one process
KEPT = timedelta(days=8)
TOO_MANY = 429

_lock = threading.Lock()
_calls: Counter[tuple[UUID, datetime]] = Counter()
_put_off: Counter[tuple[UUID, datetime]] = Counter()
_written = time.monotonic()


def journal(connection: Connection) -> Journal:
    """The journal of this connection's calls: each is logged, and counted."""
    return partial(_note, connection.pk)


def _note(connection: UUID, call: VendorCall) -> None:
    log_call(call)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    with _lock:
        _calls[connection, hour] += 1
        _put_off[connection, hour] += call.status == TOO_MANY
    if time.monotonic() - _written > WRITE_EVERY:
        write()


def write() -> None:
    """Add what was counted here to the rows; later, if a transaction is open or the rows fail."""
    global _written
    if database.in_atomic_block:
        return
    _written = time.monotonic()
    with _lock:
        counted = {key: (count, _put_off[key]) for key, count in _calls.items()}
        _calls.clear()
        _put_off.clear()
    for (connection, hour), (calls, put_off) in counted.items():
        try:
            _add(connection, hour, calls, put_off)
        except DatabaseError as error:  # a count is not worth a failed call
            log.warning("the calls of an hour could not be counted: %s", error)


def _add(connection: UUID, hour: datetime, calls: int, put_off: int) -> None:
    with transaction.atomic():
        row, _ = CallTally.objects.get_or_create(connection_id=connection, hour=hour)
        more = {"calls": F("calls") + calls, "put_off": F("put_off") + put_off}
        CallTally.objects.filter(pk=row.pk).update(**more)


def last_hours(connection: Connection, hours: int = 24) -> tuple[int, int]:
    """The calls of the last so many hours, and how many of them the vendor put off."""
    since = timezone.now() - timedelta(hours=hours)
    found = CallTally.objects.filter(connection=connection, hour__gt=since)
    sums = found.aggregate(calls=Sum("calls"), put_off=Sum("put_off"))
    return sums["calls"] or 0, sums["put_off"] or 0


def forget() -> bool:
    """Drop the counts nobody looks at any more; whether there were any."""
    gone, _ = CallTally.objects.filter(hour__lt=timezone.now() - KEPT).delete()
    return bool(gone)
