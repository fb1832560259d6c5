"""`manage.py worker`: delivers steps and runs the periodic jobs, by the loop or by Celery."""

import os
import signal
import sys
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases import outbox
from portal.loop import Loop, duties


class Command(BaseCommand):
    help = "Deliver steps to vendors and read their changes, until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        # one more than a single connection may use: a vendor that hangs holds up itself alone
        for lane, calls in outbox.IN_FLIGHT.items():
            words = f"threads that send {lane}"
            parser.add_argument(f"--{lane}", type=int, default=calls + 1, help=words)

    def handle(self, *args: Any, steps: int, files: int, **options: Any) -> None:
        """Run the loop, or become a Celery worker where a broker is configured.

        Raises CommandError where the database was put back from a copy and nobody said so.
        """
        if outbox.is_older():
            raise CommandError(outbox.REFUSAL)
        if settings.CELERY_BROKER_URL:
            become_celery_worker(steps + files)
        loop = Loop(duties(steps, files))

        def stop(signum: int, frame: FrameType | None) -> None:
            loop.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        if not loop.run():
            raise CommandError("A thread of the worker died; its reason is in the log above.")


def become_celery_worker(concurrency: int) -> None:
    """Replace this process by a Celery worker of both queues; does not return."""
    command = [sys.executable, "-m", "celery", "-A", "portal", "worker"]
    command += ["--queues", "celery,files", "--concurrency", str(concurrency)]
    command += ["--without-gossip"]
    os.execv(sys.executable, command)  # noqa: S606  our own interpreter and fixed words
