"""Holding a push while a call runs: a thread prolongs the lease; a lost one stops the call."""

import copy
import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import connections

from cases import pushes
from cases.models import Push
from portal import clock

log = logging.getLogger("caseport.outbox")

LONGEST_PAUSE = 10.0  # seconds between two renewals; a third of the lease if that is less


class LeaseLost(RuntimeError):
    """Another worker may have the push by now: whatever is being sent must stop."""


class Lease:
    """A lease of `seconds`, prolonged by a thread between `with` and its end.

    `renew` says whether the lease was still ours; a renewal that fails is tried again until the
    lease has run out by itself.
    """

    def __init__(self, renew: Callable[[], bool], seconds: float) -> None:
        self._renew = renew
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._taken = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    @property
    def is_lost(self) -> bool:
        """Whether somebody else may hold the push now."""
        return self._taken.is_set() or time.monotonic() > self._until

    def check(self) -> None:
        """Raise LeaseLost unless the lease is ours as far as we know."""
        if self.is_lost:
            raise LeaseLost("the lease was lost")

    def confirm(self) -> bool:
        """Renew the lease now; False when it was lost, and nothing may be sent any more."""
        began = time.monotonic()
        if self._taken.is_set() or not self._renew():
            self._taken.set()
            return False
        self._until = began + self._seconds
        return True

    def _keep(self) -> None:
        pause = min(LONGEST_PAUSE, self._seconds / 3)
        try:
            while not self._over.wait(pause):
                try:
                    if not self.confirm():
                        log.warning("a lease was lost while its call ran")
                        return
                except Exception as error:  # a database away for a moment ends no call
                    log.warning("a lease could not be renewed: %s", error)
        finally:
            connections.close_all()  # this thread's own


def kept(push: Push) -> Lease:
    """The lease of a push this worker just claimed."""
    held = copy.copy(push)  # the push itself changes when the call is over
    seconds = float(settings.LEASE_SECONDS)
    return Lease(lambda: pushes.renew(held, now=clock.now(), seconds=seconds), seconds)
