"""The one table of periodic jobs: the loop and Celery's beat read it.

A job runs under a lease of its own name, so two loops, two beats or one of each take turns
instead of doubling it.
"""

from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from portal import leases

DRAIN_LIMIT = 100
"""Calls a job makes in one run at most, so that stopping a worker never waits for a long queue."""


@dataclass(frozen=True, slots=True)
class Job:
    """A function without arguments that is called every so many seconds, or when its bell rings.

    The function says whether it did anything; while it did, it is called again at once.
    """

    name: str
    seconds: float
    function: str
    bell: str = ""


JOBS = (
    Job("sweep", 1.0, "cases.tasks.sweep"),
    Job("pull_due", max(1.0, settings.SYNC_SECONDS / 5), "cases.tasks.pull_due", bell="sync"),
    Job("refresh_catalogue", 10.0, "cases.tasks.refresh_catalogue"),
    Job("scan_files", 5.0, "cases.tasks.scan_files", bell="scan"),
    Job("tidy_uploads", 86_400.0, "cases.tasks.tidy_uploads"),
    Job("seal_audit", 30.0, "portal.accounts.audit.chain.seal"),
    Job("mail_notices", 10.0, "cases.notices.mailing.send_due"),
    Job("forget_expired", 86_400.0, "portal.accounts.expired.forget"),
    Job("probe_connections", 60.0, "vendors.connections.probing.probe"),
    Job("warn_of_expiry", 3_600.0, "vendors.connections.expiry.warn"),
    Job("tell_drift", 3_600.0, "vendors.connections.drift.tell"),
    Job("forget_tallies", 86_400.0, "vendors.connections.tally.forget"),
    Job("end_views", 60.0, "portal.accounts.view_as.end_forgotten"),
)


def named(name: str) -> Job:
    """The job of that name; raises LookupError for a name the table does not hold."""
    for job in JOBS:
        if job.name == name:
            return job
    raise LookupError(f"no periodic job is called {name}")


def run(job: Job, *, asked: bool = False) -> bool:
    """Run `job` unless another process ran it within its period; say whether it did anything.

    `asked`: somebody rang for it, so it runs whoever ran it last.
    """
    # A little less than the period: a clock that ticks early must not skip a whole turn.
    if not leases.take(f"job:{job.name}", job.seconds * 0.9) and not asked:
        return False
    function = import_string(job.function)
    calls = 0
    while calls < DRAIN_LIMIT and function():
        calls += 1
    return calls > 0
