"""The line to the played vendor without sockets, on which calls are lost, late or interrupted."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import httpcore
import httpx
from django.utils import timezone

from tests.faults import moments
from vendors.http.transport import Deadline
from vendors.simulator.app import Simulator, build


def arrives(request: httpx.Request) -> float | None:
    """A call that is not lost."""
    return None


class Line:
    """Stands in the place of a thread's connections (`vendors.http.transport.wire`).

    A call for which `lose` gives seconds gets no answer, and the vendor only so much later.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._vendor = httpx.WSGITransport(app=build(simulator))
        self.lose: Callable[[httpx.Request], float | None] = arrives
        self.owed: list[tuple[datetime, httpx.Request]] = []

    def send(self, request: httpx.Request, deadline: Deadline) -> httpx.Response:
        began = timezone.now()
        moments.reach(moments.BEFORE_CALL)
        if (timezone.now() - began).total_seconds() > deadline.left():
            raise httpcore.WriteTimeout("deadline passed")  # as a socket's every write does
        late = self.lose(request)
        if late is not None:
            request.read()
            self.owed.append((timezone.now() + timedelta(seconds=late), request))
            raise ConnectionResetError("the call was lost on its way")
        response = self._vendor.handle_request(request)
        moments.reach(moments.AFTER_CALL)
        return response

    def arrive(self) -> None:
        """Let the vendor do what reaches it late by now."""
        now = timezone.now()
        due = [request for at, request in self.owed if at <= now]
        self.owed = [(at, request) for at, request in self.owed if at > now]
        for request in due:
            with suppress(ConnectionError):  # nobody waits for the answer any more
                self._vendor.handle_request(request).read()
