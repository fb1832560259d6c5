"""Doorbells: each wakes a worker to look at the rows. A task carries no work of its own.

The loop calls them as plain functions, Celery as tasks; each says whether it did anything.
Losing, doubling or delaying a message changes nothing but the waiting time.
"""

from typing import Any

from celery import shared_task
from django.conf import settings

from cases import outbox, sync, uploads
from portal import nudge
from vendors.connections import catalogue

AT_ONCE = 20  # pushes one message may bring on before it lets others work
STEP_LIMIT = 1800  # seconds after which Celery ends a stuck worker; its lease ended long before


def _task_id(task: Any) -> str:
    return str(task.request.id or "")


def _deliver(lane: str, task: Any) -> bool:
    """Deliver while something is due, for a bounded number of pushes."""
    did = 0
    while did < AT_ONCE and outbox.run_one(lane, _task_id(task)):
        did += 1
    if did == AT_ONCE:
        ring(lane)
    return bool(did)


@shared_task(bind=True, time_limit=STEP_LIMIT)
def deliver_steps(self: Any) -> bool:
    return _deliver("steps", self)


@shared_task(bind=True)  # a large file may take hours; its call has a deadline of its own
def deliver_files(self: Any) -> bool:
    return _deliver("files", self)


@shared_task(bind=True, time_limit=STEP_LIMIT)
def sweep(self: Any) -> bool:
    """Take back what silent workers held, ask what vendors still work on, wake what is due."""
    swept = outbox.sweep() > 0
    asked = outbox.ask_one(outbox.worker_name(_task_id(self)))
    for lane in outbox.due_lanes():
        ring(lane)
    return swept or asked


@shared_task
def pull_due() -> bool:
    """Read from the vendors what may have changed."""
    return sync.pull_due()


@shared_task
def refresh_catalogue() -> bool:
    """Read again the form metadata that was served stale."""
    return catalogue.refresh_wanted(limit=5) > 0


@shared_task
def scan_files() -> bool:
    """Scan uploads that wait for it; what is clean may leave."""
    scanned = bool(uploads.scan_waiting())
    if scanned:
        ring("files")
    return scanned


@shared_task
def tidy_uploads() -> bool:
    """Remove what killed processes left behind of uploads."""
    uploads.remove_leftovers()
    return False


BELLS = {"steps": deliver_steps, "files": deliver_files, "sync": pull_due, "scan": scan_files}

_messenger = nudge.Messenger(lambda lane: BELLS[lane].apply_async(retry=False))


def ring(lane: str = "steps") -> None:
    """Wake a worker for a lane. Never raises: the row is the work, a later look finds it anyway."""
    if settings.CELERY_BROKER_URL:
        _messenger.ring(lane)  # a broker that is down or slow delays no page
    else:
        nudge.ring(lane)
