"""The Celery app: a message is only a nudge, so nothing here may lose, repeat or order work."""

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("caseport")
app.conf.update(
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 300,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "max_retries": 1,
    },
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0},  # beat connects anew by it
    task_routes={"cases.tasks.deliver_files": {"queue": "files"}},
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=30,
    worker_hijack_root_logger=False,
)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.task(name="portal.run_job")
def run_job(name: str) -> bool:
    """Run the periodic job `name`, unless another beat or loop ran it just now."""
    from portal import schedule  # settings are not loaded yet when this module is

    return schedule.run(schedule.named(name))


@app.on_after_finalize.connect
def fill_timetable(sender: Celery, **_: Any) -> None:
    """Give beat the periodic jobs; a tick nobody took before the next is dropped."""
    from portal import schedule  # settings are not loaded yet when this module is

    sender.conf.beat_schedule = {
        job.name: {
            "task": "portal.run_job",
            "schedule": job.seconds,
            "args": (job.name,),
            "options": {"expires": max(2.0, job.seconds)},
        }
        for job in schedule.JOBS
    }
