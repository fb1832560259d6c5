"""Turns at periodic work: of all processes that could run a job, one does."""

from datetime import timedelta

from portal.clock import now
from portal.models import Lease


def take(name: str, seconds: float) -> bool:
    """Whether this process may run `name` now; nobody else may for the next `seconds`.

    The lease is not given back: it spaces the runs. A process that dies holds nobody up for longer.
    """
    at = now()
    lease, _ = Lease.objects.get_or_create(name=name, defaults={"until": at})
    if lease.until > at:  # read before writing: one writer at a time is all SQLite has
        return False
    return bool(
        Lease.objects.filter(name=name, until__lte=at).update(
            until=at + timedelta(seconds=seconds), last_run_at=at
        )
    )
