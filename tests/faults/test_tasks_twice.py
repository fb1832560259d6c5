"""Every task delivered twice, one within the other, and late: what it is for happens once."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.utils import timezone
from django.utils.module_loading import import_string

from cases import access, outbox, tasks
from cases.models import Attachment, Entry
from portal import schedule
from portal.accounts.models import AuditEvent, AuditSeal, Notification, ViewAs
from portal.celery import app, run_job
from tests import factories
from tests.faults.moments import interrupted
from tests.faults.sizes import SEED, share
from tests.faults.table import Row
from tests.faults.yard import Yard
from vendors.connections.models import CallTally, CatalogueEntry, Connection, Drift
from vendors.vocabulary import Kind

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, slots=True)
class Errand:
    """What a task finds, and what it is to have brought about afterwards, once."""

    prepare: Callable[[Yard], None]
    effect: Callable[[Yard], Any]
    once: Any


def steps_due(yard: Yard) -> None:
    yard.estate.case(Kind.NOTE)


def a_file_due(yard: Yard) -> None:
    yard.estate.case(Kind.FILE)
    tasks.deliver_steps()


def done_upstream(yard: Yard) -> list[str]:
    return [str(effect["operation"]) for effect in yard.simulator.store.effects]


def a_silent_worker(yard: Yard) -> None:
    yard.estate.case()
    assert outbox.claim("steps", "silent") is not None
    yard.pass_time(settings.LEASE_SECONDS + 1)


def crashes(yard: Yard) -> list[tuple[str, int]]:
    return list(access.worker_pushes().values_list("state", "crashes"))


def a_reply(yard: Yard) -> None:
    case = yard.estate.case()
    tasks.deliver_steps()
    case.refresh_from_db()
    vendor = yard.simulator.vendors[yard.world.connection.vendor]
    vendor.act(str(case.vendor_id), {"action": "reply", "text": "We look at it."})
    yard.pass_time(settings.SYNC_SECONDS + 1)


def replies(yard: Yard) -> int:
    return Entry.objects.filter(text="We look at it.").count()


def wanted_metadata(yard: Yard) -> None:
    CatalogueEntry.objects.all().delete()
    at = timezone.now()
    factories.CatalogueEntryFactory(
        connection=yard.world.connection, wanted_at=at, fetched_at=at - timedelta(hours=1)
    )
    yard.simulator.store.requests.clear()


def asked_for(yard: Yard) -> tuple[int, int]:
    waiting = CatalogueEntry.objects.filter(wanted_at__isnull=False).count()
    return waiting, len(yard.simulator.store.requests)


def an_unscanned_file(yard: Yard) -> None:
    Attachment.objects.filter(storage_key="kept").delete()
    case = yard.estate.case()
    factories.AttachmentFactory(case=case, scan=Attachment.Scan.WAITING, storage_key="kept")


def verdicts(yard: Yard) -> list[str]:
    return list(Attachment.objects.filter(storage_key="kept").values_list("scan", flat=True))


def a_leftover(yard: Yard) -> None:
    path = Path(settings.FILE_UPLOAD_TEMP_DIR) / "left.upload"
    path.write_bytes(b"left")
    old = time.time() - 30 * 86_400
    os.utime(path, (old, old))


def leftovers(yard: Yard) -> list[str]:
    return [path.name for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("left.*")]


def a_deed(yard: Yard) -> None:
    factories.AuditEventFactory(at=timezone.now())
    yard.pass_time(30)


def unsealed(yard: Yard) -> int:
    return AuditEvent.objects.count() - AuditSeal.objects.count()


def a_forgotten_look(yard: Yard) -> None:
    factories.ViewAsFactory(until=timezone.now() - timedelta(minutes=1))


def looks_and_their_ends(yard: Yard) -> tuple[int, int]:
    ended = ViewAs.objects.exclude(ended_at=None).count()
    recorded = AuditEvent.objects.filter(action="view as ended").count()
    return ViewAs.objects.filter(ended_at=None).count(), recorded - ended


def an_ended_session(yard: Yard) -> None:
    over = timezone.now() - timedelta(days=1)
    Session.objects.create(session_key="over", session_data="", expire_date=over)


def ended_sessions(yard: Yard) -> int:
    return Session.objects.filter(session_key="over").count()


def an_unused_connection(yard: Yard) -> None:
    long_ago = timezone.now() - timedelta(days=1)
    Connection.objects.update(last_ok_at=long_ago, probed_at=None)
    yard.simulator.store.requests.clear()


def probes(yard: Yard) -> int:
    """How often the first of a probe's calls was made."""
    asked = [str(request["path"]) for request in yard.simulator.store.requests]
    return asked.count(asked[0]) if asked else 0


def an_end_near(yard: Yard) -> None:
    Notification.objects.all().delete()
    Connection.objects.update(expires_on=timezone.localdate() + timedelta(days=7))


def warnings(yard: Yard) -> int:
    return Notification.objects.filter(kind=Notification.Kind.EXPIRY).values("cause").count()


def an_old_tally(yard: Yard) -> None:
    factories.CallTallyFactory(
        connection=yard.world.connection, hour=timezone.now() - timedelta(days=9)
    )


def old_tallies(yard: Yard) -> int:
    return CallTally.objects.filter(hour__lt=timezone.now() - timedelta(days=8)).count()


def a_change_seen(yard: Yard) -> None:
    Notification.objects.all().delete()
    Drift.objects.all().delete()
    factories.DriftFactory(connection=yard.world.connection)


def told_of_drift(yard: Yard) -> int:
    return Notification.objects.filter(kind=Notification.Kind.DRIFT).values("cause").count()


def a_notice_due(yard: Yard) -> None:
    Notification.objects.all().delete()
    mail.outbox.clear()
    case = yard.estate.case()
    factories.NotificationFactory(
        user=yard.world.people["casey"], case_reference=case.reference, mail_due_at=timezone.now()
    )


def mailed(yard: Yard) -> int:
    return len(mail.outbox)


ERRANDS = {
    "cases.tasks.deliver_steps": Errand(steps_due, done_upstream, ["create", "note"]),
    "cases.tasks.deliver_files": Errand(a_file_due, done_upstream, ["create", "file"]),
    "cases.tasks.sweep": Errand(a_silent_worker, crashes, [("uncertain", 1)]),
    "cases.tasks.pull_due": Errand(a_reply, replies, 1),
    "cases.tasks.refresh_catalogue": Errand(wanted_metadata, asked_for, (0, 1)),
    "cases.tasks.scan_files": Errand(an_unscanned_file, verdicts, [Attachment.Scan.UNSCANNED]),
    "cases.tasks.tidy_uploads": Errand(a_leftover, leftovers, []),
    "portal.accounts.audit.chain.seal": Errand(a_deed, unsealed, 0),
    "cases.notices.mailing.send_due": Errand(a_notice_due, mailed, 1),
    "portal.accounts.expired.forget": Errand(an_ended_session, ended_sessions, 0),
    "vendors.connections.probing.probe": Errand(an_unused_connection, probes, 1),
    "vendors.connections.expiry.warn": Errand(an_end_near, warnings, 1),
    "vendors.connections.drift.tell": Errand(a_change_seen, told_of_drift, 1),
    "vendors.connections.tally.forget": Errand(an_old_tally, old_tallies, 0),
    "portal.accounts.view_as.end_forgotten": Errand(a_forgotten_look, looks_and_their_ends, (0, 0)),
    "portal.run_job": Errand(a_silent_worker, crashes, [("uncertain", 1)]),
}


def deliver(name: str) -> None:
    """Run the task as a worker does who was given its message."""
    run_job("sweep") if name == "portal.run_job" else import_string(name)()


def test_every_task_and_every_job_has_its_errand_here() -> None:
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours | {job.function for job in schedule.JOBS} == set(ERRANDS)


@pytest.mark.parametrize("name", ERRANDS)
def test_a_task_delivered_twice_and_late_does_its_errand_once(
    yard: Yard, tell: Callable[[Row], None], name: str
) -> None:
    errand = ERRANDS[name]
    moments = everything(yard, errand, name, 0)
    some = random.Random(SEED).sample(range(1, moments + 1), min(moments, share(6)))
    for at in some:
        everything(yard, errand, name, at)
    tell(Row("tasks delivered twice and late", runs=1 + len(some)))


def everything(yard: Yard, errand: Errand, name: str, at: int) -> int:
    """The errand, its second delivery at moment `at` of the first, a late one; its moments."""
    yard.begin()
    errand.prepare(yard)
    with interrupted(at, lambda: deliver(name)) as moments:
        deliver(name)
    deliver(name)
    assert errand.effect(yard) == errand.once, at
    yard.pass_time(2)
    deliver(name)
    assert errand.effect(yard) == errand.once, at
    return moments.passed
