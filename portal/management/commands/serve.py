"""`manage.py serve`: web server, worker and, in the demo, the simulator, in the foreground.

The demo makes what it needs: tables, static files, people and cases. Production refuses to start
on a database that has not been migrated, and leaves the simulator out.
"""

import fcntl
import http.client
import os
import signal
import socket
import sys
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from cases import outbox
from portal import first_start
from portal.management.commands import seed_demo
from portal.processes import Family, die_with_parent

START_SECONDS = 60.0


class Command(BaseCommand):
    help = "Serve the portal until Ctrl-C: web server, worker and, in the demo, the simulator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--with-parent",
            action="store_true",
            help="stop when the process that started this one ends",
        )

    def handle(self, *args: Any, with_parent: bool, **options: Any) -> None:
        """Prepare, start everything, say that it is ready and watch over it."""
        if with_parent:
            die_with_parent(os.getppid(), signal.SIGHUP)
        first_start.make_folders()
        lock = lock_folder(Path(settings.DATA) / "run")
        refuse_taken_ports()
        family = Family(Path(settings.DATA) / "run", self.say, settings.BASE_DIR)
        signals = Signals()
        try:
            self.start(family)
            signals.watched = True
            family.watch(signals.stopping)
        except KeyboardInterrupt:
            self.say("Stopped before it was ready.")
        finally:
            family.stop(signals.hurry)
            lock.close()

    def start(self, family: Family) -> None:
        """Bring everything up, in the order in which it is needed."""
        if settings.DEMO:
            self.say("Preparing the database and the static files.")
            family.start("simulator", simulator())
            first_start.prepare_database()
            first_start.collect_static()
        elif missing := first_start.missing_migrations():
            raise CommandError(
                f"The database lacks {len(missing)} migrations, {missing[0]} first: "
                "run manage.py migrate and manage.py createcachetable."
            )
        if outbox.is_older():
            raise CommandError(outbox.REFUSAL)
        family.start("web", [sys.executable, "-m", "gunicorn", "--config", "python:portal.web"])
        family.start("worker", [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"])
        if settings.CELERY_BROKER_URL:
            family.start("beat", celery_beat())
        if settings.DEMO:
            await_answer(family, "simulator", settings.SIMULATOR_PORT, "/_simulator/credentials")
            call_command("seed_demo", verbosity=0)
        await_answer(family, "web", settings.PORT, "/livez")
        self.say(f"Caseport is ready: {settings.PUBLIC_URL}")
        if settings.DEMO:
            self.say(sign_ins())

    def say(self, words: str) -> None:
        """Print a line at once, also into a pipe."""
        self.stdout.write(words)
        self.stdout.flush()


def lock_folder(folder: Path) -> TextIO:
    """Keep a second `serve` off this data folder; raises CommandError naming the first."""
    lock = (folder / "serve.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as taken:
        lock.seek(0)
        raise CommandError(
            f"Caseport already serves from {settings.DATA} (process {lock.read().strip()}): "
            "stop it first, or set CASEPORT_DATA to another folder."
        ) from taken
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def refuse_taken_ports() -> None:
    """Raise CommandError when another program has a port we need."""
    wanted = [("PORT", settings.BIND, settings.PORT)]
    if settings.DEMO:
        wanted.append(("SIMULATOR_PORT", "127.0.0.1", settings.SIMULATOR_PORT))
    for name, address, port in wanted:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address.strip("[]"), port))
            except OSError as failure:
                raise CommandError(
                    f"Port {port} cannot be used ({failure.strerror}): stop what uses it, "
                    f"or choose another with {name}={port + 1}."
                ) from failure


class Signals:
    """The first signal to stop sets `stopping`; Ctrl-C after it sets `hurry`.

    Other signals often come twice, to us and to our group, so they never hurry. Until somebody has
    `watched`, the first also raises KeyboardInterrupt.
    """

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.hurry = threading.Event()
        self.watched = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._take)

    def _take(self, signum: int, frame: FrameType | None) -> None:
        if self.stopping.is_set():
            if signum == signal.SIGINT:
                self.hurry.set()
            return
        self.stopping.set()
        if not self.watched:
            raise KeyboardInterrupt


def await_answer(family: Family, name: str, port: int, path: str) -> None:
    """Wait until a child answers over HTTP; raises CommandError when it ended or took too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if not family.alive(name):
            raise CommandError(f"The {name} process ended at once; its reason stands above.")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": settings.ALLOWED_HOSTS[0].lstrip(".")})
            connection.getresponse().read()
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)  # not listening yet
        finally:
            connection.close()
    raise CommandError(f"The {name} process gave no answer within {START_SECONDS:g} seconds.")


def sign_ins() -> str:
    """The demo's people, one a line, and the password they share."""
    lines = [f"Sign in with the password {seed_demo.PASSWORD} as"]
    for person in seed_demo.PEOPLE:
        home = seed_demo.ORGANIZATIONS.get(person.email.partition("@")[2].partition(".")[0])
        role = person.role.label.lower() if person.role else "operator of the site"
        lines.append(f"  {person.email:<27} {role}{f' at {home[0]}' if home else ''}")
    return "\n".join(lines)


def simulator() -> list[str]:
    """The simulator's command; it is started without Django, which it does not need."""
    state = Path(settings.DATA) / "simulator.sqlite3"
    command = [sys.executable, "-m", "vendors.simulator", "--port", str(settings.SIMULATOR_PORT)]
    return [*command, "--state", str(state)]


def celery_beat() -> list[str]:
    """The command of Celery's timer, which keeps its notes in the run folder."""
    notes = Path(settings.DATA) / "run" / "beat-schedule"
    command = [sys.executable, "-m", "celery", "-A", "portal", "beat"]
    return [*command, "--schedule", str(notes), "--loglevel", "WARNING"]
