"""Where a worker can be interrupted: before each change it makes durable, around each call.

What happens between two such moments leaves no trace when the process ends, so that stopping a
worker at each of them in turn is stopping it at every line.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from django.db import connection

BEFORE_CALL, AFTER_CALL = "before the call", "after the call"
CHANGES = ("INSERT", "UPDATE", "DELETE")


class Stopped(BaseException):
    """The worker's process ends here: nothing that follows happens, not even its clearing up."""


def stop() -> None:
    raise Stopped


@dataclass
class Moments:
    """Counts the moments that pass inside `with` and does `then` at number `at` (0: at none).

    A name instead of a number is the first moment of that name.

    `then` may raise Stopped, or let other workers work before this one goes on; what passes
    meanwhile is not counted.
    """

    at: int | str = 0
    then: Callable[[], None] = stop
    passed: int = 0
    met: str = ""
    _inside: bool = False
    _stopped: bool = False
    _wrapping: Any = field(default=None, repr=False)

    def __enter__(self) -> Self:
        self._wrapping = connection.execute_wrapper(self._execute)
        self._wrapping.__enter__()
        _watching.append(self)
        return self

    def __exit__(self, *error: object) -> None:
        _watching.remove(self)
        self._wrapping.__exit__(None, None, None)

    def reach(self, name: str) -> None:
        """One moment more; what was asked for happens at the one it was asked for."""
        if self._inside:
            return
        self.passed += 1
        if self.at not in (self.passed, name) or self.met:
            return
        self.met = name
        self._inside = True
        try:
            self.then()
        except Stopped:
            self._stopped = True
            raise
        finally:
            self._inside = False

    def _execute(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if sql.startswith(CHANGES):
            if self._stopped:
                raise Stopped
            if not context["connection"].in_atomic_block:
                self.reach(" ".join(sql.split()[:2]))
        elif sql.startswith("BEGIN"):
            self.reach("BEGIN")
        return execute(sql, params, many, context)


_watching: list[Moments] = []


def reach(name: str) -> None:
    """A moment that no statement marks, for whoever is interrupted now."""
    if _watching:
        _watching[-1].reach(name)


@contextmanager
def interrupted(at: int | str, then: Callable[[], None] = stop) -> Iterator[Moments]:
    """Interrupt what runs inside at its moment number `at`; a worker that was stopped is gone."""
    moments = Moments(at, then)
    try:
        with moments:
            yield moments
    except Stopped:
        connection.close_if_unusable_or_obsolete()
