"""What a monitor may ask: is it alive, is it ready, what is wrong, how much is waiting.

`/livez` and `/readyz` answer anybody, by names of parts alone. `/health.json` answers anybody
whether all is well; which connections fail, and `/metrics` altogether, are for the operator and for
who sends `Authorization: Bearer <MONITOR_TOKEN>`. To others `/metrics` does not exist.
"""

import hmac
import logging
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Max, Min
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from cases import access
from cases.models.push import UNFINISHED, State
from portal.accounts.models import User
from portal.celery import app
from portal.models import Lease
from vendors.connections import health
from vendors.connections.models import Connection

log = logging.getLogger("caseport.health")

SILENT = timedelta(minutes=2)  # without any periodic job: no worker runs


class NotReady(Exception):
    """A part does not work; `str()` says what is wrong with it, for the log."""


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("migrations are not applied")


def _storage() -> None:
    name = default_storage.save(f"ready/{uuid.uuid4().hex}", ContentFile(b"ready"))
    default_storage.delete(name)


def _broker() -> None:
    if settings.CELERY_BROKER_URL:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)


PARTS: dict[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "storage": _storage,
    "broker": _broker,
}


def broken_parts() -> list[str]:
    """The names of the parts that do not work now; what is wrong with each is logged."""
    broken = []
    for name, works in PARTS.items():
        try:
            works()
        except Exception:
            log.exception("not ready: %s", name)
            broken.append(name)
    return broken


@login_not_required
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all; asks nothing and nobody."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every part works, else 503 and the names of those that do not."""
    broken = broken_parts()
    words = "\n".join(broken) if broken else "ok"
    return HttpResponse(f"{words}\n", status=503 if broken else 200, content_type="text/plain")


def is_monitor(request: HttpRequest) -> bool:
    """Whether who asks may know what goes on inside."""
    sent = request.headers.get("Authorization", "").encode()
    known = settings.MONITOR_TOKEN
    if known and hmac.compare_digest(sent, f"Bearer {known}".encode()):
        return True
    return isinstance(request.user, User) and request.user.is_superuser


@login_not_required
@never_cache
def health_json(request: HttpRequest) -> JsonResponse:
    """Whether all is well, and in `issues` what is not; 503 when a part does not work."""
    broken = broken_parts()
    issues = [{"part": name, "words": f"The {name} does not work."} for name in broken]
    if "database" not in broken:
        issues += _work_issues(request)
    return JsonResponse({"healthy": not issues, "issues": issues}, status=503 if broken else 200)


def _work_issues(request: HttpRequest) -> list[dict[str, str]]:
    found = []
    if _is_silent():
        found.append({"part": "worker", "words": "No worker has been at work for two minutes."})
    failing = [c for c in Connection.objects.all() if health.standing(c).is_failing]
    if is_monitor(request):
        return found + [
            {"part": "connection", "name": c.label, "words": health.why_waiting(c)} for c in failing
        ]
    if failing:
        found.append({"part": "connection", "words": "A vendor connection fails."})
    return found


def _is_silent() -> bool:
    last: datetime | None = Lease.objects.aggregate(last=Max("last_run_at"))["last"]
    return last is None or timezone.now() - last > SILENT


@login_not_required
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Counts and ages as lines `name{label="value"} number`."""
    if not is_monitor(request):
        raise Http404("No such page.")
    return HttpResponse("".join(f"{line}\n" for line in _lines()), content_type="text/plain")


def _lines() -> Iterator[str]:
    pushes = access.worker_pushes()
    counts = dict(pushes.values_list("state").annotate(count=Count("pk")).order_by())
    for state in State:
        yield f'caseport_pushes{{state="{state.value}"}} {counts.get(state.value, 0)}'
    oldest = pushes.filter(state__in=UNFINISHED).aggregate(at=Min("created_at"))["at"]
    waited = (timezone.now() - oldest).total_seconds() if oldest else 0
    yield f"caseport_oldest_unfinished_push_seconds {waited:.0f}"
    standings = [health.standing(c) for c in Connection.objects.all()]
    for standing in health.Standing:
        yield f'caseport_connections{{state="{standing.value}"}} {standings.count(standing)}'
    for lease in Lease.objects.order_by("name"):
        last = lease.last_run_at.timestamp() if lease.last_run_at else 0
        yield f'caseport_job_last_run_seconds{{job="{lease.name}"}} {last:.0f}'
