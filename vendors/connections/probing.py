"""A harmless call now and then through connections nobody used lately.

A credential that died is known before somebody needs it, and one that works is told as such. What
stopped for a person's decision is not probed: a refused credential, and a paused connection.
"""

import logging
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from vendors.connections import gateway, health
from vendors.connections.models import Connection, Credential
from vendors.http.errors import VendorError
from vendors.http.redaction import redact

log = logging.getLogger("caseport.connections")

UNUSED = timedelta(hours=1)
PROBE_SECONDS = 20.0


def probe() -> bool:
    """Try the connection that was not heard of for longest, if that is an hour; whether one was.

    Several processes may ask at once: each connection is probed by one of them.
    """
    now = timezone.now()
    before = now - UNUSED
    unheard = Q(last_ok_at=None) | Q(last_ok_at__lt=before)
    unprobed = Q(probed_at=None) | Q(probed_at__lt=before)
    active = Credential.objects.filter(connection=OuterRef("pk"), state=Credential.State.ACTIVE)
    due = Connection.objects.filter(health.available(now), unheard, unprobed, Exists(active))
    connection = due.order_by("probed_at").first()
    if connection is None:
        return False
    mine = Connection.objects.filter(unprobed, pk=connection.pk).update(probed_at=now)
    if mine and health.enter(connection):
        _ask(connection)
    return True


def _ask(connection: Connection) -> None:
    try:
        gateway.open_vendor(connection, budget=PROBE_SECONDS).check()
    except VendorError as error:
        log.warning("%s does not answer a probe: %s", connection, redact(error.words))
        health.note_failure(connection, error)
    else:
        health.note_success(connection)
