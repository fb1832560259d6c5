"""Steps that should have moved by now: told from times alone, so that no dead worker can hide it.

Nothing is stored: a step that moves is stalled no longer, whoever moved it.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases import access, outbox
from cases.models.push import State
from vendors.connections import health
from vendors.connections.models import Connection

LONG = timedelta(minutes=15)  # due for so long untouched, though nothing held it back
LAPSED = timedelta(minutes=1)  # a lease over for so long, and nobody took the step back


def stalled(now: datetime) -> Q:
    """The condition on a push: its worker fell silent unnoticed, or no worker ever came for it.

    What waits for a connection, for another step or for a scan is where it should be.
    """
    before = now - LONG
    idle = _idle(now, before)
    found = Q(lease_until__lt=now - LAPSED)
    found |= Q(state=State.AWAITING, not_before__lt=before, connection__in=idle)
    for lane in outbox.LANES:
        heads = outbox.heads(lane, before).filter(connection__in=idle)
        found |= Q(pk__in=heads.values("pk"))
    return found


def _idle(now: datetime, before: datetime) -> QuerySet[Connection]:
    """The connections that could have been called all the while and were not, nor are they now."""
    called = access.worker_pushes().filter(connection=OuterRef("pk"), lease_until__gte=now)
    free = health.available(now) & health.left_alone(before)
    return Connection.objects.filter(~Exists(called), free)
