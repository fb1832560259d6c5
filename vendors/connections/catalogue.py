"""Renewing, behind the pages, what they served stale or could not wait for."""

import logging
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from vendors.connections import gateway, health, metadata
from vendors.connections.models import CatalogueEntry, Connection
from vendors.http.errors import VendorError

log = logging.getLogger("caseport.catalogue")


def refresh_wanted(limit: int) -> int:
    """Ask the vendors for up to `limit` answers somebody is waiting for; the number asked for."""
    asked = 0
    while asked < limit and (entry := _next(timezone.now())) is not None:
        if metadata.claim(entry):
            _refresh(entry)
        asked += 1
    return asked


def _next(now: datetime) -> CatalogueEntry | None:
    callable_ = Connection.objects.filter(health.available(now))
    rested = Q(failed_at=None) | Q(failed_at__lt=now - metadata.PAUSE_AFTER_FAILURE)
    free = Q(fetching_until=None) | Q(fetching_until__lt=now)
    return (
        CatalogueEntry.objects.filter(rested, free, wanted_at__isnull=False)
        .filter(connection__in=callable_)
        .select_related("connection")
        .defer("value")
        .order_by("wanted_at")
        .first()
    )


def _refresh(entry: CatalogueEntry) -> None:
    connection = entry.connection
    if not health.enter(connection):
        return  # the claim ends by itself, and so does the other call's trial
    try:
        metadata.fetch(entry, connection, gateway.open_vendor(connection).fetch_metadata)
    except VendorError as error:
        metadata.note_failure(entry, connection, error)
    except Exception:
        log.exception("reading %s failed in an unforeseen way", entry)
        CatalogueEntry.objects.filter(pk=entry.pk).update(failed_at=timezone.now())
