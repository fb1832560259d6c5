"""A page that asks by itself: how often, until when, and whether anything changed since."""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone

from cases.models import Attachment, Case
from cases.views.followers import People
from cases.views.steps import Steps

OFTEN, SELDOM = 2, 10  # seconds between a page's own questions
SOON = 120  # seconds after which nothing is expected at once any more


def seconds_between(case: Case, steps: Steps, files: Sequence[Attachment]) -> int:
    """Seconds until the page asks again; 0 when nothing will happen by itself.

    An open case is watched for as long as its page is: the vendor may answer at any time.
    """
    since = [push.waiting_since for push in steps.moving]
    since += [file.created_at for file in files if file.scan == Attachment.Scan.WAITING]
    if case.refresh_wanted_at is not None:
        since.append(case.refresh_wanted_at)
    if not since:
        return _seldom() if case.vendor_id and not case.is_closed else 0
    return OFTEN if (timezone.now() - max(since)).total_seconds() < SOON else _seldom()


def _seldom() -> int:
    """No rarer than vendors are read, so that what they did shows within two reads."""
    return int(min(SELDOM, max(OFTEN, settings.SYNC_SECONDS)))


def fingerprint(case: Case, steps: Steps, files: Sequence[Attachment], people: People) -> str:
    """A name for what the page shows: the same name, the same page."""
    shown = [
        (case.updated_at, case.mirrored_at, case.refresh_wanted_at, case.vendor_id),
        [(push.pk, push.state, push.attempts, push.looks) for push in steps.pushes],
        [(file.pk, file.scan, file.vendor_file_id) for file in files],
        [(watcher.person.pk, watcher.shared_by) for watcher in people.watchers],
    ]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:12]
