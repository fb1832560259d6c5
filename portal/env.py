"""Every setting Caseport reads from the environment, in one table.

A secret may come as NAME or as NAME_FILE naming a file that holds it. Everything that is missing or
malformed is collected and reported in one message, so a first start fails once, not eight times.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: its default (None: required in production) and what it means."""

    name: str
    default: str | None
    meaning: str
    group: str


LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

VARIABLES = (
    Variable(
        "CASEPORT_DEMO", "0", "1 runs the demo: simulator, seeded people, plain http", "Profile"
    ),
    Variable(
        "CASEPORT_DATA", "var", "folder for database, files, keys, mail and sockets", "Profile"
    ),
    Variable("SECRET_KEY", None, "signs sessions; made in CASEPORT_DATA by the demo", "Keys"),
    Variable(
        "CREDENTIAL_KEYS",
        None,
        "Fernet keys for vendors' credentials, newest first, separated by commas; made by the demo",
        "Keys",
    ),
    Variable("PORT", "8000", "port of the web server", "Serving"),
    Variable("BIND", "127.0.0.1", "address the web server listens on", "Serving"),
    Variable("WEB_WORKERS", "2", "web processes", "Serving"),
    Variable("WEB_THREADS", "4", "threads in each web process", "Serving"),
    Variable("ALLOWED_HOSTS", None, "host names served, separated by commas", "Serving"),
    Variable("PUBLIC_URL", None, "the portal's own address, for links in mail", "Serving"),
    Variable(
        "TRUSTED_PROXIES", "0", "number of proxies in front whose headers are believed", "Serving"
    ),
    Variable(
        "MONITOR_TOKEN",
        "",
        "token with which a monitor reads /metrics and which connections fail; empty: nobody",
        "Serving",
    ),
    Variable(
        "CASEPORT_MAX_UPLOAD", "2000000000", "largest file taken from a browser, in bytes", "Files"
    ),
    Variable("CASEPORT_MAX_FILES", "10", "files taken in one request", "Files"),
    Variable("S3_BUCKET", "", "bucket for attachments; empty keeps them in CASEPORT_DATA", "Files"),
    Variable(
        "S3_ENDPOINT_URL", "", "address of an S3-compatible store other than Amazon's", "Files"
    ),
    Variable("S3_REGION", "", "region of the bucket, where the store asks for it", "Files"),
    Variable("S3_ACCESS_KEY", "", "access key of the store", "Files"),
    Variable("S3_SECRET_KEY", "", "secret key of the store", "Files"),
    Variable("CLAMD_ADDRESS", "", "host:port or socket path of clamd; empty: no scan", "Files"),
    Variable("DATABASE_URL", "", "postgres://…; empty uses SQLite in CASEPORT_DATA", "Services"),
    Variable(
        "CELERY_BROKER_URL", "", "redis://… or amqp://…; empty runs the built-in loop", "Services"
    ),
    Variable("CACHE_URL", "", "redis://…; empty keeps the cache in the database", "Services"),
    Variable("EMAIL_URL", "", "smtp://…; empty writes .eml files into CASEPORT_DATA/mail", "Mail"),
    Variable("DEFAULT_FROM_EMAIL", "Caseport <caseport@localhost>", "sender of our mail", "Mail"),
    Variable(
        "CASEPORT_QUIET_HORIZON",
        "",
        "seconds after its call is over at which a lost answer is looked for, "
        "a list; empty uses each vendor's own",
        "Delivery",
    ),
    Variable(
        "CASEPORT_SYNC_SECONDS",
        "60",
        "seconds between reads of a vendor's changes; 5 in the demo unless it is set",
        "Delivery",
    ),
    Variable(
        "CASEPORT_LEASE_SECONDS", "90", "seconds a worker may be silent about a step", "Delivery"
    ),
    Variable(
        "CASEPORT_UNDO_SECONDS",
        "5",
        "seconds a note can be taken back before it is sent",
        "Delivery",
    ),
    Variable("SIMULATOR_PORT", "9000", "port of the vendor simulator", "Demo"),
    Variable(
        "CASEPORT_EXTRA_HOSTS",
        "",
        "loopback host:port pairs vendors may be reached at besides "
        "their own; the demo adds the simulator",
        "Demo",
    ),
    Variable(
        "CASEPORT_EXTRA_VENDORS", "", "further adapters as module:Class; not in production", "Demo"
    ),
    Variable("LOG_LEVEL", "INFO", f"least severe level logged: {', '.join(LEVELS)}", "Logging"),
)

_TABLE = {v.name: v for v in VARIABLES}


class Environment:
    """Reads the table's variables and remembers every problem until `complain`."""

    def __init__(self) -> None:
        self._env = environ.FileAwareEnv()
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        """The variable, its default, or an empty text and a problem when it is required."""
        variable = _TABLE[name]
        value = str(self._env.str(name, default=variable.default or ""))
        if not value and variable.default is None:
            self.problems.append(f"{name} is not set: {variable.meaning}.")
        return value

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"1", "true", "yes", "on"}

    def number(self, name: str) -> int:
        """The variable as a whole number, 0 or more."""
        value = self.text(name)
        if not value.isdecimal():
            self.problems.append(f"{name} must be a whole number, not {value!r}.")
            return 0
        return int(value)

    def items(self, name: str) -> list[str]:
        return [item.strip() for item in self.text(name).split(",") if item.strip()]

    def seconds(self, name: str) -> tuple[float, ...]:
        """The variable as a list of seconds."""
        try:
            return tuple(float(item) for item in self.items(name))
        except ValueError:
            self.problems.append(f"{name} must be numbers separated by commas.")
            return ()

    def level(self, name: str) -> str:
        """The variable as the name of a level of logging, in either case."""
        value = self.text(name)
        if value.upper() not in LEVELS:
            self.problems.append(f"{name} must be one of {', '.join(LEVELS)}, not {value!r}.")
            return "INFO"
        return value.upper()

    def complain(self) -> None:
        """Raise ImproperlyConfigured naming every problem found, if there is any."""
        if self.problems:
            lines = "\n".join(f"  - {problem}" for problem in self.problems)
            raise ImproperlyConfigured(f"Caseport cannot start:\n{lines}\nSee .env.example.")


def make_keys(folder: Path) -> None:
    """Make SECRET_KEY and CREDENTIAL_KEYS once, readable by the owner alone, and export them.

    Only for the demo: production brings its own keys, so that losing a disk is not losing them.
    """
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    makers: dict[str, Callable[[], str]] = {
        "SECRET_KEY": lambda: secrets.token_urlsafe(50),
        "CREDENTIAL_KEYS": lambda: Fernet.generate_key().decode(),
    }
    for name, make in makers.items():
        if os.environ.get(name) or os.environ.get(f"{name}_FILE"):
            continue
        path = folder / name.lower()
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            continue_with = path.read_text().strip()
        else:
            continue_with = make()
            with os.fdopen(descriptor, "w") as file:
                file.write(continue_with)
        os.environ[name] = continue_with
