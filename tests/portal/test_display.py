"""How small things are drawn: sizes, moments in the reader's zone, initials."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.templatetags import display

NOW = datetime(2026, 3, 29, 12, 30, tzinfo=UTC)  # the day Berlin's clocks went forward


@pytest.fixture
def berlin() -> Any:
    with timezone.override("Europe/Berlin"):
        yield


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (None, ""),
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1 kB"),
        (1_540, "1.5 kB"),
        (20_000_000, "20 MB"),
        (999_600_000, "1 GB"),
        (2_000_000_000, "2 GB"),
    ],
)
def test_a_size_is_told_in_steps_of_a_thousand(count: int | None, words: str) -> None:
    assert display.size(count) == words


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=20), "just now"),
        (timedelta(seconds=61), "1 min ago"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=1), "28 Mar"),
        (timedelta(days=400), "22 Feb 2025"),
    ],
)
def test_an_age_is_one_unit_and_from_a_day_on_a_date(
    berlin: None, passed: timedelta, words: str
) -> None:
    assert display.age(NOW - passed, NOW) == words


def test_a_moment_is_in_the_readers_zone_and_names_it(berlin: None) -> None:
    assert display.moment(NOW) == "29 Mar 2026, 14:30 CEST"
    assert display.moment(NOW - timedelta(days=1)) == "28 Mar 2026, 13:30 CET"


def test_a_moment_of_today_needs_no_date_and_one_of_this_year_no_year(berlin: None) -> None:
    assert display.short_moment(NOW, NOW) == "14:30 CEST"
    assert display.short_moment(NOW - timedelta(days=3), NOW) == "26 Mar, 13:30 CET"
    assert display.short_moment(NOW - timedelta(days=300), NOW) == "2 Jun 2025, 14:30 CEST"


def test_a_time_element_carries_the_whole_moment(berlin: None) -> None:
    drawn = str(display.ago(NOW))
    assert 'datetime="2026-03-29T12:30:00+00:00"' in drawn
    assert 'title="29 Mar 2026, 14:30 CEST"' in drawn
    assert display.ago(None, "never") == "never"
    assert display.when(None, "unknown") == "unknown"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Riley Jansen", "RJ"),
        ("ana maría de la cruz", "AC"),
        ("casey@northwind.example", "C"),
        ("casey.morrow@northwind.example", "CM"),
        ("  ", "?"),
        ("(unknown)", "?"),
        ("李 雷", "李雷"),
    ],
)
def test_initials_are_those_of_the_first_and_last_word(name: str, letters: str) -> None:
    assert display.initials(name) == letters


def test_a_badge_escapes_its_words() -> None:
    assert "<b>" not in display.badge("info", "<b>new</b>")


def test_an_icon_without_a_label_is_hidden_from_assistive_tools() -> None:
    assert 'aria-hidden="true"' in display.icon("search")
    assert re.search('role="img" aria-label="Trouble:"', display.icon("alert", "Trouble:"))


@pytest.mark.parametrize(
    ("ahead", "words"),
    [(-1, "now"), (20, "in 1 min"), (59 * 60, "in 59 min"), (90 * 60, "at ")],
)
def test_a_moment_to_come_tells_how_soon(berlin: Any, ahead: int, words: str) -> None:
    assert words in display.soon(timezone.now() + timedelta(seconds=ahead))


def test_a_moment_within_a_sentence_is_at_a_time_today_and_on_a_day_else(berlin: Any) -> None:
    now = timezone.now()
    assert display.at_or_on(now).startswith("at <time")
    assert display.at_or_on(now - timedelta(days=2)).startswith("on <time")
