"""Requests put to a WSGI program within this process, as a server puts them, without a socket."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import User

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True, slots=True)
class Page:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Asker:
    """Somebody's requests to one program; each is ended as a server ends it, database and all."""

    program: Any
    cookie: str = ""

    def ask(
        self, address: str, data: Mapping[str, Iterable[str]] | None = None, **headers: str
    ) -> Page:
        """Get a page, or post a form; headers are named as WSGI names them."""
        path, _, query = address.partition("?")
        body = b"" if data is None else urlencode(data, doseq=True).encode()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET" if data is None else "POST",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_COOKIE": self.cookie,
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **headers,
        }
        setup_testing_defaults(environ)
        told: dict[str, Any] = {}

        def start(status: str, found: list[tuple[str, str]], *_: Any) -> None:
            told.update(status=int(status[:3]), headers=dict(found))

        answer = self.program(environ, start)
        content = b"".join(answer)
        answer.close()
        return Page(told["status"], told["headers"], content)

    def statements(self, address: str) -> int:
        """SQL statements one request of this page takes, but for those that frame transactions."""
        self.ask(address)
        with CaptureQueriesContext(connection) as seen:
            self.ask(address)
        return count(seen)


def count(seen: CaptureQueriesContext) -> int:
    """The statements that ask or change something."""
    told = [str(query["sql"]) for query in seen.captured_queries]
    return sum(not sql.startswith(TRANSACTION) for sql in told)


def session_of(user: User) -> str:
    """The cookie of a session signed in as this person."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"
