"""The manager that makes an unscoped query of cases impossible to write by accident."""

from typing import Any, NoReturn

from django.db import models


class Unscoped(RuntimeError):
    """A query started at `objects` instead of at `cases.access`."""


class ScopedOnly(models.Manager[Any]):
    """Raises on every use: rows are reached through `cases.access`, which knows who asks.

    Django's own internals use the manager named `everything`; only `cases.access` may besides.
    """

    def get_queryset(self) -> NoReturn:
        raise Unscoped(f"Ask cases.access for {self.model.__name__} rows: it knows who is asking.")
