"""What a killed process leaves behind: half-received uploads, and bytes that never got a row."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from cases.models import Attachment
from cases.uploads.store import FOLDER

OLD = timedelta(days=1)


def remove_leftovers() -> int:
    """Delete what is older than a day and belongs to nothing; returns how many files went.

    Stored bytes are looked at for this month and the last: run it daily.
    """
    return _remove_received() + _remove_orphans(timezone.now())


def _remove_received() -> int:
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    before = time.time() - OLD.total_seconds()
    old = [p for p in folder.glob("*") if p.is_file() and p.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _remove_orphans(now: datetime) -> int:
    removed = 0
    for key in list(_kept(now)):
        is_old = default_storage.get_modified_time(key) < now - OLD
        if is_old and not Attachment.objects.filter(storage_key=key).exists():
            default_storage.delete(key)
            removed += 1
    return removed


def _kept(now: datetime) -> Iterator[str]:
    last_month = now.replace(day=1) - timedelta(days=1)
    for month in (last_month, now):
        folder = f"{FOLDER}/{month:%Y/%m}"
        try:
            names = default_storage.listdir(folder)[1]
        except FileNotFoundError:
            continue
        yield from (f"{folder}/{name}" for name in names)
