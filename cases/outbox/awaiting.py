"""Steps a vendor accepted and is still working on: asked by reading only, never sent again."""

import logging
from datetime import timedelta

from cases import access, pushes
from cases.models import Push
from cases.models.push import ASKED, State
from cases.outbox.claiming import WITH, ready
from cases.pushes import Actor, By
from portal import clock
from vendors.connections import gateway, health
from vendors.http.errors import Refused, VendorError
from vendors.vocabulary import Receipt

log = logging.getLogger("caseport.outbox")

FIRST_QUARTER = timedelta(minutes=15)
INTERVALS = (2, 5, 10, 30)  # seconds between two questions, the last until a quarter of an hour
SLOW = 120  # seconds afterwards


def ask_one(worker: str) -> bool:
    """Ask for one step that is due; False when none was."""
    now = clock.now()
    due = access.worker_pushes().filter(queue=ASKED, not_before__lte=now)
    callable_ = list(ready(due, now).values_list("pk", flat=True))
    push = due.filter(connection__in=callable_).select_related(*WITH).order_by("not_before").first()
    if push is None or not health.enter(push.connection) or not _put_off(push):
        return False
    actor = Actor(By.WORKER, worker=worker)
    vendor = gateway.open_vendor(push.connection)
    kept = Receipt(**push.receipt)
    try:
        receipt = vendor.follow_up(push.case.vendor_id or "", kept)
    except Refused as refusal:
        pushes.transition(push, State.REFUSED, actor, refusal.words, outcome=refusal.words)
    except VendorError as error:
        health.note_failure(push.connection, error)
        log.warning("asking about %s failed: %s", push.marker, error)
    else:
        health.note_success(push.connection)
        if not receipt.pending:
            pushes.settle_or_ask(push, receipt, actor, "the vendor finished")
    return True


def _put_off(push: Push) -> bool:
    """Set the time of the next question; False when another worker did it first."""
    now = clock.now()
    age = now - (push.sent_at or push.created_at)
    steps = [i for i in INTERVALS if i <= max(2.0, age.total_seconds())]
    seconds = SLOW if age > FIRST_QUARTER else steps[-1]
    same = access.worker_pushes().filter(
        pk=push.pk, state=State.AWAITING, not_before=push.not_before
    )
    return same.update(not_before=now + timedelta(seconds=seconds)) == 1
