"""The yardstick: Django views that do next to nothing, in the same process or the same web server.

`constant` has no middleware at all; `signed_in` has those of session and sign-in and asks who is
there; `receive` takes an upload into a temporary file. The URLs are known to these programs alone.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import django
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import path

from tests.portal.serving import environment
from tests.servers import ROOT, Server, await_port, launch

OWN_URLS = f"{__name__}.own_urls"
SIGN_IN = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
)


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"Nothing was looked up.")


def signed_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.user.pk))


def receive(request: HttpRequest) -> HttpResponse:
    request.upload_handlers = [TemporaryFileUploadHandler(request)]
    return HttpResponse(str(len(request.FILES)))


urlpatterns = [
    path("constant/", constant),
    path("signed-in/", signed_in),
    path("receive/", receive),
]


def own_urls(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware: the request is for this module's pages."""

    def middleware(request: HttpRequest) -> Any:
        request.urlconf = __name__
        return get_response(request)

    return middleware


def program(*middleware: str) -> WSGIHandler:
    """These pages behind no more than the middleware named."""
    with override_settings(MIDDLEWARE=[OWN_URLS, *middleware]):
        return WSGIHandler()


def server_program() -> WSGIHandler:
    """What the web server of `bare_server` runs."""
    django.setup()
    return program()


@contextmanager
def bare_server() -> Iterator[Server]:
    """The constant page and the upload over HTTP, from the portal's own web server settings."""
    folder = Path(tempfile.mkdtemp(prefix="caseport-bare-"))
    env = environment(folder / "data") | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "gunicorn", "--config", "python:portal.web"]
    run = partial(launch, [*command, f"{__name__}:server_program()"], folder, env=env)
    server = await_port(Server(f"http://127.0.0.1:{env['PORT']}", run, folder))
    try:
        yield server
    finally:
        server.stop()
