"""Warnings before a vendor ends a credential: long before, a week before, and on the eve."""

from datetime import timedelta

from django.utils import timezone

from vendors.connections import notices
from vendors.connections.models import Connection

DAYS_BEFORE = (30, 7, 1)


def warn() -> bool:
    """Tell those who look after connections of each that ends soon, once for each of the days.

    Always False: what was told is not looked for again at once.
    """
    today = timezone.localdate()
    latest = today + timedelta(days=max(DAYS_BEFORE))
    for connection in Connection.objects.filter(expires_on__range=(today, latest)):
        if (ends := connection.expires_on) is not None:
            left = (ends - today).days
            stage = min(days for days in DAYS_BEFORE if left <= days)
            notices.ends_soon(connection, ends, left, stage)
    return False
