"""Walking a list: every case once, whatever happens at equal times."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict

from cases.models import Case
from portal.paging import Page, cursor_of, read_page
from tests.factories import CaseFactory

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIZE = 4


@pytest.fixture
def cases(db: None) -> list[Case]:
    """Eleven cases, newest first; five of them changed at the very same moment."""
    first = CaseFactory(updated_at=START)
    made = [first] + [
        CaseFactory(
            organization=first.organization, updated_at=START + timedelta(hours=max(0, n - 4))
        )
        for n in range(1, 11)
    ]
    return sorted(made, key=lambda case: (case.updated_at, case.pk), reverse=True)


def page(**cursor: str) -> Page[Case]:
    query = QueryDict(mutable=True)
    query.update(cursor)
    return read_page(Case.everything.all(), query, by="updated_at", size=SIZE)


def test_older_pages_show_every_case_once_in_order(cases: list[Case]) -> None:
    seen, shown = [], page()
    while True:
        seen += shown.rows
        if not shown.older:
            break
        shown = page(older=shown.older)
    assert seen == cases


def test_the_first_page_has_nothing_newer_and_the_last_nothing_older(cases: list[Case]) -> None:
    assert page().newer == ""
    assert page(older=cursor_of(cases[7], "updated_at")).older == ""


def test_newer_is_the_way_back(cases: list[Case]) -> None:
    third = page(older=cursor_of(cases[7], "updated_at"))
    assert page(newer=third.newer).rows == cases[4:8]


def test_near_its_start_newer_shows_the_full_first_page(cases: list[Case]) -> None:
    assert page(newer=cursor_of(cases[2], "updated_at")).rows == cases[:4]


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "MjAyNg", "w7/Dvw==", "\x00", "-" * 400])
def test_a_cursor_that_is_nonsense_is_the_first_page(cases: list[Case], cursor: str) -> None:
    assert page(older=cursor).rows == cases[:4]
    assert page(newer=cursor).rows == cases[:4]


def test_a_case_that_arrives_meanwhile_shifts_nothing(cases: list[Case]) -> None:
    first = page()
    CaseFactory(organization=cases[0].organization, updated_at=START + timedelta(days=1))
    assert page(older=first.older).rows == cases[4:8]
