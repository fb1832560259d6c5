"""Nonsense, damage and broken-off answers: never a lost case, never an error nobody expects."""

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vendors.akamai_v2_samples import CASE, SAMPLES, answered, problem, sample
from vendors.akamai_v2 import answers, mapping
from vendors.http.errors import (
    Refused,
    Unclear,
    VendorError,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["2016-02-29T14:15:40+0000", "F-CS-1", "/case-management/v2/x/files/1"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


PLACES = places(sample("case"))


@given(st.sampled_from(PLACES[1:]), JSON)
def test_nonsense_in_one_place_never_loses_the_case(place: tuple[Any, ...], junk: Any) -> None:
    raw = sample("case")
    spot = raw
    for step in place[:-1]:
        spot = spot[step]
    spot[place[-1]] = junk
    if place[:1] == ("ticketInfo",) and place[1:2] in {(), ("caseId",)}:
        with suppress(Unclear):
            mapping.snapshot(raw, CASE)
    else:
        assert mapping.snapshot(raw, CASE).vendor_id == CASE


@given(JSON)
def test_no_answer_raises_anything_but_the_errors_it_may(junk: Any) -> None:
    for read in (
        lambda: mapping.snapshot(junk, CASE),
        lambda: list(mapping.listed(junk)),
        lambda: answers.created(junk),
        lambda: answers.updated(junk, CASE),
    ):
        with suppress(Unclear, Refused):
            read()


@given(st.integers(300, 599), JSON, st.booleans())
def test_every_error_answer_becomes_one_of_the_kinds(status: int, junk: Any, reading: bool) -> None:
    assert isinstance(problem(status, junk, reading=reading), VendorError)


READERS: dict[str, Callable[[Any], Any]] = {
    "created": answers.created,
    "note": lambda raw: answers.updated(raw, CASE),
    "file": lambda raw: answers.updated(raw, CASE),
    "case": lambda raw: mapping.snapshot(raw, CASE),
    "cases": lambda raw: list(mapping.listed(raw)),
}


@pytest.mark.parametrize("name", READERS)
def test_every_prefix_of_an_answer_is_unclear(name: str) -> None:
    whole = (SAMPLES / f"{name}.json").read_bytes().rstrip()
    for size in range(len(whole)):
        with pytest.raises(Unclear):
            READERS[name](answered(200, whole[:size]).json())


@pytest.mark.parametrize("name", READERS)
def test_a_damaged_answer_is_read_or_unclear_and_never_more_than_it_says(name: str) -> None:
    source = random.Random(20260302)  # a seed, so that a failure comes again
    whole = (SAMPLES / f"{name}.json").read_bytes().rstrip()
    for _ in range(1_000):
        damaged = bytearray(whole)
        for _ in range(source.randrange(1, 6)):
            damaged[source.randrange(len(damaged))] = source.randrange(256)
        with suppress(Unclear, Refused):
            read = READERS[name](answered(200, bytes(damaged)).json())
            assert name != "created" or read.vendor_id
