"""What clocks show on the days they are changed, in zones that do it in their own ways."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.connections import wall_clock
from vendors.connections.wall_clock import EARLIER, LATER, Twice, Typed, Wrong
from vendors.schema import ZonedTime

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]


@pytest.mark.parametrize(
    ("local", "zone"),
    [
        ("2026-03-29T02:00", "Europe/Berlin"),
        ("2026-03-29T02:59:59", "Europe/Berlin"),
        ("2026-10-04T02:15", "Australia/Lord_Howe"),  # half an hour only
        ("2011-12-30T12:00", "Pacific/Apia"),  # a whole day
    ],
)
def test_a_skipped_time_is_no_moment(local: str, zone: str) -> None:
    with pytest.raises(Wrong, match="skipped"):
        wall_clock.settle(Typed(local, zone))


@pytest.mark.parametrize(
    ("local", "zone"),
    [("2026-03-29T01:59", "Europe/Berlin"), ("2026-03-29T03:00", "Europe/Berlin")],
)
def test_the_times_beside_a_gap_are_moments(local: str, zone: str) -> None:
    assert wall_clock.settle(Typed(local, zone)).zone == zone


def test_a_repeated_time_is_two_moments_told_apart_by_their_offset() -> None:
    local, zone = "2026-04-05T01:45", "Australia/Lord_Howe"
    with pytest.raises(Twice) as asked:
        wall_clock.settle(Typed(local, zone))
    assert asked.value.offsets == ("UTC+11:00", "UTC+10:30")
    first = wall_clock.settle(Typed(local, zone, EARLIER))
    second = wall_clock.settle(Typed(local, zone, LATER))
    assert (second.utc() - first.utc()).total_seconds() == 1800


@given(
    at=st.datetimes(datetime(1970, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)),
    zone=st.sampled_from(ZONES),
)
def test_every_moment_survives_being_shown_and_read_back(at: datetime, zone: str) -> None:
    whole = at.replace(microsecond=0)
    shown = wall_clock.typed(wall_clock.moved(ZonedTime(whole, "UTC"), zone), zone)
    assert wall_clock.settle(shown).utc() == whole


def test_an_unsettled_time_keeps_its_text_and_its_zone() -> None:
    entry = Typed("2026-03-29T02:30", "Europe/Berlin")
    kept = wall_clock.read(entry)
    assert isinstance(kept, str)
    assert wall_clock.typed(kept, "UTC") == entry


def test_a_moment_is_spoken_with_zone_and_offset() -> None:
    moment = wall_clock.settle(Typed("2026-10-25T02:30", "Europe/Berlin", LATER))
    assert wall_clock.spoken(moment) == "25 October 2026, 02:30 (Europe/Berlin, UTC+01:00)"


def test_only_zones_with_a_place_in_their_name_are_offered() -> None:
    assert "Europe/Berlin" in wall_clock.zones()
    assert not {"GB", "EST", "Etc/GMT+5"} & set(wall_clock.zones())


def test_a_time_that_is_not_settled_is_told_with_its_zone() -> None:
    typed = wall_clock.typed("2026-10-25T02:30[Europe/Berlin]", "UTC")
    assert wall_clock.unsettled(typed) == "25 October 2026, 02:30 (Europe/Berlin)"
    assert wall_clock.unsettled(wall_clock.typed("next week", "UTC")) == "next week"
