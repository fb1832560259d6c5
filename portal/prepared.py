"""Queries that are run all the time: put into SQL once, and afterwards only given their values.

Where the database answers at once, building the query is most of what asking costs: a worker that
looks for its next step would spend more on Django's building of two queries than on all the rest.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, Model, QuerySet

M = TypeVar("M", bound=Model)


class Slot(Expression):
    """Stands in a query for a value that is given each time it is run; `kind` as in a model."""

    def __init__(self, name: str, kind: "Field[Any, Any]") -> None:
        super().__init__(output_field=kind)
        self.name = name

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> Any:
        """A place, and in the list of parameters ourselves, until `Prepared.run` has the value."""
        return "%s", [self]


class Prepared(Generic[M]):
    """A query whose shape never changes, with slots where its values do.

    `build` makes it, once per thread; whatever else it asks for then must hold for good.
    """

    def __init__(self, build: Callable[[], QuerySet[M]]) -> None:
        self._build = build
        self._here = threading.local()

    def run(self, **values: object) -> list[M]:
        """The rows found with these values for the slots, each by its name. KeyError: one lacks."""
        connection = connections[DEFAULT_DB_ALIAS]
        ready = getattr(self._here, "ready", None)
        if ready is None or ready.connection is not connection:
            ready = self._here.ready = _Ready(self._build().using(connection.alias), connection)
        return ready.run(values)

    def first(self, **values: object) -> M | None:
        """The first row found, or nothing; the query itself says of how many it is the first."""
        return next(iter(self.run(**values)), None)


class _Ready(Generic[M]):
    """A query with its SQL, on one thread's connection.

    Django asks a query for its compiler, and that for SQL, each time it is run; ours has both.
    """

    def __init__(self, queryset: QuerySet[M], connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        compiler = queryset.query.get_compiler(connection.alias)
        self._sql, self._places = compiler.as_sql()
        self._values: tuple[Any, ...] = ()
        vars(compiler)["as_sql"] = lambda: (self._sql, self._values)
        vars(queryset.query)["get_compiler"] = lambda *args, **kwargs: compiler
        self._queryset = queryset

    def run(self, values: Mapping[str, object]) -> list[M]:
        self._values = tuple(
            place.output_field.get_db_prep_value(values[place.name], self.connection)
            if isinstance(place, Slot)
            else place
            for place in self._places
        )
        return list(self._queryset.all())
