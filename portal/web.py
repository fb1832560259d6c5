"""gunicorn's configuration: `gunicorn -c python:portal.web portal.wsgi`.

Threads read uploads, so a slow 200 MB file holds one thread, not a process, and outlives `timeout`,
which only watches that a process is alive.
"""

import os
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from portal.first_start import make_folders

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

wsgi_app = "portal.wsgi:application"
bind = [f"{settings.BIND}:{settings.PORT}"]
worker_class = "gthread"
workers = settings.WEB_WORKERS
threads = settings.WEB_THREADS
preload_app = True
timeout = 60
graceful_timeout = 25
keepalive = 5
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  heartbeats only
forwarded_allow_ips = ""  # which proxy is believed is Django's decision (TRUSTED_PROXIES)
loglevel = "warning"
proc_name = "caseport"
control_socket_disable = True


def on_starting(server: Any) -> None:
    """Make the folders uploads need before the first request comes."""
    make_folders()
