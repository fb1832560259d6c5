"""What vendors said about their forms, kept: the last good answer serves until a newer one is here.

A question that was never answered is asked at once, by one process; the page that needs it waits no
longer than its budget. A question that failed is not asked again for half a minute.
"""

import hashlib
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from vendors.connections import drift, health
from vendors.connections.models import CatalogueEntry, Connection
from vendors.connections.offered import name_of
from vendors.contract import Loading, Metadata, MetadataUnavailable
from vendors.http.errors import Busy, Refused, Unauthorised, VendorError
from vendors.http.redaction import redact

log = logging.getLogger("caseport.catalogue")

FRESH = timedelta(hours=6)
PAUSE_AFTER_FAILURE = timedelta(seconds=30)
ASKING = timedelta(seconds=60)  # how long one process may ask before another may
PATIENCE = 30.0  # seconds a reader without a budget waits for another process's answer
LOOK_EVERY = 0.05
VALUES_IN_MEMORY = 256

Ask = Callable[[str, Mapping[str, str]], Any]

_values: OrderedDict[tuple[UUID, str], Any] = OrderedDict()


class Budget:
    """The seconds all calls of one page may take, counted from the first; None: no limit."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._until: float | None = None

    def left(self, most: float) -> float:
        """What is left of the budget, `most` at most; 0 when it is spent."""
        if self._seconds is None:
            return most
        now = time.monotonic()
        if self._until is None:
            self._until = now + self._seconds
        return max(0.0, min(most, self._until - now))

    def is_spent(self) -> bool:
        return self.left(1.0) <= 0


class StoredCatalogue:
    """A connection's kept metadata, asking through `ask` for what was never answered.

    One stands for one page: what it read once it gives again without looking.
    """

    def __init__(self, connection: Connection, budget: Budget) -> None:
        self.connection = connection
        self.budget = budget
        self.ask: Ask = _nobody  # the adapter's fetch_metadata, once there is an adapter
        self._read: dict[tuple[str, str], Metadata] = {}

    def read(self, operation: str, params: Mapping[str, str]) -> Metadata:
        """The last good answer, however old; other readers share it, so it must not be changed.

        Raises Loading, or MetadataUnavailable with words for a person.
        """
        question = (operation, canonical(params))
        if question not in self._read:
            self._read[question] = self._look(operation, params)
        return self._read[question]

    def _look(self, operation: str, params: Mapping[str, str]) -> Metadata:
        entry = self._entry(operation, params)
        if entry is None or entry.fetched_at is None:
            return self._read_first_time(operation, params, entry)
        if entry.doubted_at is not None and (renewed := self._renew(entry)) is not None:
            return renewed
        if entry.wanted_at is None and timezone.now() - entry.fetched_at > FRESH:
            want(entry)
        return Metadata(_value(entry), entry.fetched_at)

    def _renew(self, entry: CatalogueEntry) -> Metadata | None:
        """The doubted answer asked for anew; None where that cannot be now: the old one serves."""
        try:
            self._refuse_hopeless(entry)
        except MetadataUnavailable:
            return None
        if self.budget.is_spent() or not claim(entry):
            want(entry)
            return None
        try:
            return fetch(entry, self.connection, self.ask)
        except VendorError as error:
            if not self.budget.is_spent():
                note_failure(entry, self.connection, error)
            want(entry)
            return None

    def _entry(self, operation: str, params: Mapping[str, str]) -> CatalogueEntry | None:
        return (
            CatalogueEntry.objects.filter(
                connection=self.connection, operation=operation, parameters=canonical(params)
            )
            .defer("value")
            .first()
        )

    def _read_first_time(
        self, operation: str, params: Mapping[str, str], entry: CatalogueEntry | None
    ) -> Metadata:
        if entry is None:
            entry, _ = CatalogueEntry.objects.get_or_create(
                connection=self.connection, operation=operation, parameters=canonical(params)
            )
        self._refuse_hopeless(entry)
        if self.budget.is_spent():
            want(entry)
            raise Loading(operation)
        if not claim(entry):
            return self._wait(operation, params)
        try:
            return fetch(entry, self.connection, self.ask)
        except VendorError as error:
            if self.budget.is_spent():  # it was we who hung up
                want(entry)
                raise Loading(operation) from error
            note_failure(entry, self.connection, error)
            raise MetadataUnavailable(words_for(self.connection, error)) from error

    def _refuse_hopeless(self, entry: CatalogueEntry) -> None:
        """Raise MetadataUnavailable where asking cannot help now."""
        if entry.failed_at is not None and timezone.now() - entry.failed_at < PAUSE_AFTER_FAILURE:
            raise MetadataUnavailable(entry.failure)
        if not health.is_available(self.connection) or not health.enter(self.connection):
            want(entry)
            why = health.why_waiting(self.connection)
            raise MetadataUnavailable(why or f"{name_of(self.connection.vendor)} is being tried.")

    def _wait(self, operation: str, params: Mapping[str, str]) -> Metadata:
        """What another process brings, within this page's budget."""
        until = time.monotonic() + self.budget.left(PATIENCE)
        while time.monotonic() < until:
            time.sleep(LOOK_EVERY)
            entry = self._entry(operation, params)
            if entry is not None and entry.fetched_at is not None:
                return Metadata(_value(entry), entry.fetched_at)
            if entry is not None and entry.fetching_until is None:
                self._refuse_hopeless(entry)
                break
        raise Loading(operation)


def _nobody(operation: str, params: Mapping[str, str]) -> Any:
    raise LookupError("a catalogue was read before its adapter was there")


def canonical(params: Mapping[str, str]) -> str:
    """The parameters as one text: sorted, percent-encoded."""
    return urlencode(sorted(params.items()))


def _value(entry: CatalogueEntry) -> Any:
    """The entry's answer, from memory when this process read the very same before."""
    key = (entry.pk, entry.digest)
    if key not in _values:
        _values[key] = entry.value
        while len(_values) > VALUES_IN_MEMORY:
            _values.popitem(last=False)
    return _values[key]


def want(entry: CatalogueEntry) -> None:
    """Have the workers ask for it; noted once."""
    CatalogueEntry.objects.filter(pk=entry.pk, wanted_at=None).update(wanted_at=timezone.now())


def is_behind(connection: Connection) -> bool:
    """Whether newer answers cannot be had: it may not be called, or asking again failed last."""
    if not health.is_available(connection) or connection.outage_failures:
        return True
    known = CatalogueEntry.objects.filter(connection=connection, fetched_at__isnull=False)
    return known.filter(failed_at__isnull=False).exists()


def doubt(connection: Connection) -> None:
    """A case made by these answers was refused: a page that reads one next asks for it anew."""
    known = CatalogueEntry.objects.filter(connection=connection, fetched_at__isnull=False)
    known.filter(doubted_at=None).update(doubted_at=timezone.now())


def claim(entry: CatalogueEntry) -> bool:
    """Whether this process may ask now; others wait for what it brings.

    It may not when somebody else asks, or has got an answer since this row was read.
    """
    now = timezone.now()
    same = CatalogueEntry.objects.filter(pk=entry.pk, fetched_at=entry.fetched_at)
    free = same.filter(Q(fetching_until=None) | Q(fetching_until__lt=now))
    return bool(free.update(fetching_until=now + ASKING))


def fetch(entry: CatalogueEntry, connection: Connection, ask: Ask) -> Metadata:
    """Ask and keep the answer; the claim ends either way. Raises the vendor's errors."""
    try:
        value = ask(entry.operation, entry.params)
    except BaseException:
        CatalogueEntry.objects.filter(pk=entry.pk).update(fetching_until=None)
        raise
    health.note_success(connection)
    return Metadata(value, _keep(entry, value))


def _keep(entry: CatalogueEntry, value: Any) -> datetime:
    now = timezone.now()
    digest = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
    changes: dict[str, Any] = {"fetched_at": now, "digest": digest}
    if digest != entry.digest:
        changes |= {"value": value, "changed_at": now}
        if entry.digest:
            count = drift.note_answer(entry.connection, entry.value, value)
            log.info("The vendor changed its answer to %s in %d places.", entry, count)
    CatalogueEntry.objects.filter(pk=entry.pk).update(
        wanted_at=None,
        fetching_until=None,
        doubted_at=None,
        failed_at=None,
        failure="",
        **changes,
    )
    return now


def note_failure(entry: CatalogueEntry, connection: Connection, error: VendorError) -> None:
    """Remember that asking failed and why, in words a person may read."""
    health.note_failure(connection, error)
    CatalogueEntry.objects.filter(pk=entry.pk).update(
        failed_at=timezone.now(), failure=words_for(connection, error)
    )


def words_for(connection: Connection, error: VendorError) -> str:
    """Why a vendor's form cannot be shown, to the person who wants to fill it in."""
    name = name_of(connection.vendor)
    match error:
        case Unauthorised():
            words = (
                f"{name} refused our credential, so its form cannot be read. "
                "An administrator has to put it right."
            )
        case Busy():
            words = f"{name} asked us to wait before reading its form. Try again in a minute."
        case Refused():
            words = f"{name} would not show this part of its form: {redact(error.words)}"
        case _:
            words = (
                f"{name} does not answer, and this part of its form was never read before. "
                "Try again in a minute."
            )
    return words[:300]
