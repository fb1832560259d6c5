"""Metadata of vendors' forms: kept, served stale, fetched once, renewed behind the pages."""

import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from tests.connections.rows import TestVendor
from tests.hand_clock import HandClock
from vendors.connections import catalogue, gateway, health, metadata
from vendors.connections.metadata import Budget, StoredCatalogue
from vendors.connections.models import CatalogueEntry, Connection
from vendors.contract import Loading, MetadataUnavailable
from vendors.http.errors import Busy, Refused, Unauthorised, Unclear, Unreachable, VendorError

QUESTION = ("products", {"kind": "a b", "also": "ü&="})


def read(connection: Connection, budget: float | None = None) -> Any:
    return gateway.open_vendor(connection, budget=budget).catalogue.read(*QUESTION).value


def grow_old() -> None:
    CatalogueEntry.objects.update(fetched_at=timezone.now() - metadata.FRESH - timedelta(hours=1))


def rest() -> None:
    """Let the pause after a failure pass."""
    CatalogueEntry.objects.update(failed_at=timezone.now() - timedelta(hours=1))


def test_what_was_never_asked_is_asked_and_kept(
    connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["products"] = [{"id": 1}]
    assert read(connection) == [{"id": 1}]
    assert read(connection) == [{"id": 1}]
    assert testco.asked == ["products"]


def test_the_same_parameters_in_another_order_are_the_same_question(
    connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["products"] = []
    kept = gateway.open_vendor(connection).catalogue
    kept.read("products", {"a": "1", "b": "2"})
    kept.read("products", {"b": "2", "a": "1"})
    kept.read("products", {"a": "2", "b": "1"})
    assert testco.asked == ["products", "products"]


def test_a_stale_answer_is_served_and_marked_for_the_workers(
    connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["products"] = ["old"]
    read(connection)
    grow_old()
    testco.answers["products"] = ["new"]
    assert read(connection) == ["old"]
    assert testco.asked == ["products"]
    assert catalogue.refresh_wanted(5) == 1
    assert read(connection) == ["new"]
    assert catalogue.refresh_wanted(5) == 0


def test_a_doubted_answer_is_asked_for_anew_before_it_is_served_again(
    connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["products"] = ["old"]
    read(connection)
    metadata.doubt(connection)
    testco.answers["products"] = ["new"]
    assert [read(connection), read(connection)] == [["new"], ["new"]]
    assert testco.asked == ["products", "products"]


def test_a_doubted_answer_serves_while_a_newer_one_cannot_be_had(
    connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["products"] = ["old"]
    read(connection)
    metadata.doubt(connection)
    assert read(connection, budget=0.0) == ["old"]
    testco.answers["products"] = Unreachable("down")
    assert [read(connection), read(connection)] == [["old"], ["old"]]
    assert testco.asked == ["products", "products"]
    rest()
    testco.answers["products"] = ["new"]
    assert catalogue.refresh_wanted(5) == 1
    assert read(connection) == ["new"]


def test_the_parameters_reach_the_vendor_unchanged_also_behind_the_pages(
    connection: Connection, testco: type[TestVendor], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Mapping[str, str]] = []

    def fetch_metadata(self: TestVendor, operation: str, params: Mapping[str, str]) -> Any:
        seen.append(dict(params))
        return []

    monkeypatch.setattr(TestVendor, "fetch_metadata", fetch_metadata)
    read(connection)
    grow_old()
    read(connection)
    catalogue.refresh_wanted(5)
    assert seen == [QUESTION[1], QUESTION[1]]


def test_a_changed_answer_is_noted_and_an_unchanged_one_is_not(
    connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["products"] = ["old"]
    read(connection)
    first = CatalogueEntry.objects.get().changed_at
    for answer, changed in (["old"], False), (["new"], True):
        testco.answers["products"] = answer
        grow_old()
        read(connection)
        catalogue.refresh_wanted(5)
        assert (CatalogueEntry.objects.get().changed_at != first) is changed


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Unreachable("down"), "does not answer"),
        (Unclear("lost"), "does not answer"),
        (Unauthorised("no"), "refused our credential"),
        (Busy("later"), "asked us to wait"),
        (Refused("no such category"), "no such category"),
    ],
)
def test_what_cannot_be_read_says_why_to_a_person(
    connection: Connection, testco: type[TestVendor], error: VendorError, words: str
) -> None:
    testco.answers["products"] = error
    with pytest.raises(MetadataUnavailable, match=words) as raised:
        read(connection)
    assert "Testco" in str(raised.value)


def test_a_failed_question_is_not_asked_again_for_half_a_minute(
    connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["products"] = Refused("not today")
    for _ in range(3):
        with pytest.raises(MetadataUnavailable, match="not today"):
            read(connection)
    assert testco.asked == ["products"]
    rest()
    testco.answers["products"] = ["there"]
    assert read(connection) == ["there"]


def test_a_stale_answer_survives_a_vendor_that_is_down(
    connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["products"] = ["old"]
    read(connection)
    grow_old()
    read(connection)
    testco.answers["products"] = Unreachable("down")
    assert catalogue.refresh_wanted(5) == 1
    assert catalogue.refresh_wanted(5) == 0
    assert read(connection) == ["old"]
    rest()
    testco.answers["products"] = ["new"]
    assert catalogue.refresh_wanted(5) == 1
    assert read(connection) == ["new"]


def test_a_refusal_found_by_a_page_opens_the_breaker(
    connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["products"] = Unauthorised("no")
    with pytest.raises(MetadataUnavailable):
        read(connection)
    connection.refresh_from_db()
    assert connection.refused_at is not None


def test_behind_an_open_breaker_nothing_is_asked(
    connection: Connection, testco: type[TestVendor]
) -> None:
    health.note_failure(connection, Unauthorised("no"))
    with pytest.raises(MetadataUnavailable, match="refused our credential"):
        read(connection)
    assert catalogue.refresh_wanted(5) == 0
    assert testco.asked == []


def test_a_page_whose_time_is_spent_says_so_and_workers_fetch_it(
    connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["products"] = ["there"]
    with pytest.raises(Loading):
        read(connection, budget=0.0)
    assert testco.asked == []
    assert catalogue.refresh_wanted(5) == 1
    assert read(connection, budget=0.0) == ["there"]


def test_a_call_cut_off_by_the_page_is_no_failure_of_the_vendor(
    connection: Connection, testco: type[TestVendor], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HandClock()
    monkeypatch.setattr(metadata, "time", clock)
    budget = Budget(5)
    kept = StoredCatalogue(connection, budget)

    def slow(operation: str, params: Mapping[str, str]) -> Any:
        clock.now += 6
        raise Unclear("we hung up")

    kept.ask = slow
    with pytest.raises(Loading):
        kept.read(*QUESTION)
    entry = CatalogueEntry.objects.get()
    assert (entry.failed_at, entry.fetching_until) == (None, None)
    connection.refresh_from_db()
    assert connection.outage_failures == 0
    testco.answers["products"] = ["there"]
    assert catalogue.refresh_wanted(5) == 1


def test_the_budget_is_one_for_all_calls_of_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HandClock()
    monkeypatch.setattr(metadata, "time", clock)
    budget = Budget(5)
    assert budget.left(60) == 5
    clock.now += 2
    assert (budget.left(60), budget.left(1)) == (3, 1)
    clock.now += 4
    assert budget.left(60) == 0
    assert Budget(None).left(60) == 60


def test_a_fault_of_ours_is_raised_and_holds_up_nobody(
    connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["products"] = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        read(connection)
    testco.answers["products"] = ["there"]
    assert read(connection) == ["there"]


def test_what_another_process_is_asking_is_waited_for(
    connection: Connection, testco: type[TestVendor]
) -> None:
    entry = CatalogueEntry.objects.create(
        connection=connection, operation="products", parameters=metadata.canonical(QUESTION[1])
    )
    assert metadata.claim(entry)
    assert not metadata.claim(entry)
    with pytest.raises(Loading):
        read(connection, budget=0.2)
    assert testco.asked == []


def test_what_another_process_got_an_answer_to_meanwhile_is_not_asked_again(
    connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["products"] = ["old"]
    read(connection)
    entry = CatalogueEntry.objects.get()
    read_before = CatalogueEntry.objects.get()
    assert metadata.claim(entry)
    metadata.fetch(entry, connection, lambda operation, params: ["newer"])
    assert not metadata.claim(read_before)


@pytest.mark.postgres  # threads on SQLite's in-memory test database lock each other out at once
@pytest.mark.django_db(transaction=True)
def test_readers_at_once_ask_once(connection: Connection) -> None:
    asked: list[str] = []

    def slow(operation: str, params: Mapping[str, str]) -> Any:
        asked.append(operation)
        time.sleep(0.3)
        return ["there"]

    got: list[Any] = []

    def reader() -> None:
        kept = StoredCatalogue(Connection.objects.get(pk=connection.pk), Budget(60))
        kept.ask = slow
        got.append(kept.read(*QUESTION).value)
        connections.close_all()

    threads = [threading.Thread(target=reader) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [["there"]] * 4
    assert asked == ["products"]
