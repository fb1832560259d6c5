"""What must lie ready before the portal serves: folders, tables and static files."""

import fcntl
import hashlib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor


def make_folders() -> None:
    """Make the data folders; only the owner may look into them."""
    data = Path(settings.DATA)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("run", "files", "uploads", "mail"):
        (data / name).mkdir(mode=0o700, exist_ok=True)


def missing_migrations() -> list[str]:
    """The migrations the database has not had yet, as app.name."""
    executor = MigrationExecutor(connections["default"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def prepare_database() -> None:
    """Bring the tables up to date, the cache's among them."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    connections.close_all()


def collect_static() -> None:
    """Gather the static files, unless none changed since the last time."""
    folder = Path(settings.STATIC_ROOT)
    folder.mkdir(exist_ok=True)
    with (folder / ".sources").open("a+") as stamp:
        fcntl.flock(stamp, fcntl.LOCK_EX)  # another portal of this checkout may start just now
        stamp.seek(0)
        found = _sources_fingerprint()
        if stamp.read() != found:
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.truncate(0)
            stamp.write(found)


def _sources_fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            changed = storage.get_modified_time(path).isoformat()
            digest.update(f"{path} {storage.size(path)} {changed}\n".encode())
    digest.update(",".join(sorted(app.name for app in apps.get_app_configs())).encode())
    return digest.hexdigest()
