"""What a marker looks like and how it travels in a text."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from vendors import markers

MARKERS = st.builds(
    lambda seed, number: markers.step(markers.mint(Random(seed)), number),
    st.integers(),
    st.integers(min_value=1, max_value=300),
)


def test_a_marker_is_p_and_eight_characters_nobody_misreads() -> None:
    for seed in range(200):
        marker = markers.mint(Random(seed))
        assert markers.is_marker(marker)
        assert len(marker) == 10
        assert not set("ILOU") & set(marker)


def test_two_markers_differ() -> None:
    assert len({markers.mint() for _ in range(1000)}) == 1000


def test_the_create_carries_the_drafts_marker_and_later_steps_a_number() -> None:
    assert markers.step("P-7Q2MK4XD", 1) == "P-7Q2MK4XD"
    assert markers.step("P-7Q2MK4XD", 3) == "P-7Q2MK4XD-3"


def test_the_marker_is_the_last_line_of_a_text() -> None:
    assert markers.append("Stale content", "P-7Q2MK4XD") == "Stale content\n[ref P-7Q2MK4XD]"
    assert markers.append("", "P-7Q2MK4XD") == "[ref P-7Q2MK4XD]"


@given(st.text().filter(lambda text: not text.endswith("\r")), MARKERS)
def test_text_and_marker_come_back_as_they_went(text: str, marker: str) -> None:
    assert markers.split(markers.append(text, marker)) == (text, marker)


def test_a_vendor_may_change_line_ends_and_trailing_space() -> None:
    assert markers.split("One\r\nTwo\r\n[ref P-7Q2MK4XD-2] \r\n") == ("One\r\nTwo", "P-7Q2MK4XD-2")


def test_text_without_our_line_is_left_alone() -> None:
    for text in (
        "",
        "see [ref P-7Q2MK4XD]",
        "> [ref P-7Q2MK4XD]",
        "[ref P-7Q2MK4XD]\nmore",
        "[ref P-7]",
    ):
        assert markers.split(text) == (text, "")


def test_a_quoted_marker_still_proves_its_step_and_no_other() -> None:
    quoted = "Thanks.\n> Purged it.\n> [ref P-7Q2MK4XD-2]"
    assert markers.carries(quoted, "P-7Q2MK4XD-2")
    assert not markers.carries(quoted, "P-7Q2MK4XD")
    assert not markers.carries(quoted, "")
