"""What vendors did, brought home: list, compare, read, and merge into the mirror.

The only writer of mirrored columns. Reading the same thing twice, late or out of order changes
nothing. One worker reads a connection at a time; a page can ask for one case to be read at once.
A case that cannot be read costs only itself, a connection that fails only itself.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from cases import access
from cases.models import Case
from cases.sync.mirror import apply
from cases.sync.pulling import LEASE, Pull
from cases.sync.reading import read, try_read
from cases.sync.strangers import adopt
from portal import clock
from vendors.connections import gateway, health
from vendors.connections.models import Connection
from vendors.contract import Unsupported
from vendors.http.errors import ForbiddenHost, VendorError

log = logging.getLogger("caseport.sync")

OUR_FAULT = "Its cases could not be read, for a reason of ours; the log says which."
AT_ONCE = 20  # wanted cases read in one go

__all__ = ["adopt", "apply", "pull", "pull_due", "read", "refresh_wanted"]


def pull_due() -> bool:
    """Read the cases somebody waits for, then every connection whose turn it is; False if none."""
    did = refresh_wanted()
    for connection in due_connections():
        did = pull(connection) or did
    return did


def due_connections() -> QuerySet[Connection]:
    """The connections that may be called and were not read for the sync interval."""
    now = clock.now()
    turn = Q(sync_started_at=None) | Q(
        sync_started_at__lte=now - timedelta(seconds=settings.SYNC_SECONDS)
    )
    free = Q(sync_until=None) | Q(sync_until__lt=now)
    return Connection.objects.filter(health.available(now), turn, free).order_by("sync_started_at")


def pull(connection: Connection) -> bool:
    """Bring home what changed at one connection; False when another worker is at it.

    Raises nothing: what goes wrong is logged and shown with the connection.
    """
    now = clock.now()
    same = Connection.objects.filter(pk=connection.pk, sync_started_at=connection.sync_started_at)
    if not health.enter(connection):
        return False
    if same.update(sync_started_at=now, sync_until=now + LEASE) != 1:
        return False
    done: dict[str, datetime | str | None] = {"sync_until": None}
    try:
        if Pull(connection, gateway.open_vendor(connection), now).bring_home():
            done["synced_at"] = now
    except Unsupported:
        log.warning("%s: this vendor's cases cannot be read", connection.label)
    except VendorError as error:
        health.note_failure(connection, error)
        log.warning("reading %s failed: %s", connection.label, error)
    except Exception:  # a fault of ours with one connection must not stop the others
        log.exception("reading %s failed in an unforeseen way", connection.label)
        done |= {"last_error": OUR_FAULT, "last_error_at": now}
    finally:
        Connection.objects.filter(pk=connection.pk).update(**done)
    return True


def refresh_wanted() -> bool:
    """Read the cases a person or a settled step asked for; False when there was none."""
    callable_ = Connection.objects.filter(health.available(clock.now()))
    wanted = access.worker_cases().filter(
        refresh_wanted_at__isnull=False, vendor_id__isnull=False, connection__in=callable_
    )
    did = False
    failing: set[UUID] = set()
    for case in wanted.select_related("connection").order_by("refresh_wanted_at")[:AT_ONCE]:
        same = access.worker_cases().filter(pk=case.pk, refresh_wanted_at=case.refresh_wanted_at)
        if case.connection_id in failing or not health.enter(case.connection):
            continue
        if same.update(refresh_wanted_at=None) == 1:
            did = True
            if not _refresh(case):
                failing.add(case.connection_id)
    return did


def _refresh(case: Case) -> bool:
    """Read one case now; False when nothing of its connection can be read: it stays wanted."""
    connection = case.connection
    try:
        if try_read(connection, gateway.open_vendor(connection), case.vendor_id or ""):
            health.note_success(connection)
    except Unsupported:
        log.warning("%s: this vendor's cases cannot be read", connection.label)
    except VendorError as error:
        health.note_failure(connection, error)
        log.warning("reading %s failed: %s", case.reference, error)
        if not isinstance(error, ForbiddenHost):  # no pause follows that one
            again = access.worker_cases().filter(pk=case.pk, refresh_wanted_at=None)
            again.update(refresh_wanted_at=case.refresh_wanted_at)
        return False
    return True
