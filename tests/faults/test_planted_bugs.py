"""The harness itself is tried: every bug planted here must be caught by it."""

import pytest
from pytest_django import Settings

from tests.faults import planted
from tests.faults.late_vendor import Lateness, Wrapped
from tests.faults.reading import KINDS
from tests.faults.walking import begin, fall_silent, lateness, walk
from tests.world import World


@pytest.fixture
def late(world: World, monkeypatch: pytest.MonkeyPatch) -> Lateness:
    return lateness(world, monkeypatch)


@pytest.mark.parametrize("kind", ["create", "note"])
@pytest.mark.parametrize(
    ("adapter", "fault"),
    [
        (planted.Hasty, "reset_after"),
        (planted.Denying, "500_after"),
        (planted.Boasting, "reset_before"),
        (planted.Blind, "hang_after"),
        (planted.Mislabelling, "truncated"),
    ],
)
def test_an_adapter_that_misreads_or_mislabels_is_caught(
    world: World,
    late: Lateness,
    adapter: type[Wrapped],
    fault: str,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = begin(world, kind, monkeypatch, adapter)
    world.played.fault(kind, fault, **({"seconds": 1} if fault == "hang_after" else {}))
    with pytest.raises(AssertionError):
        walk(world, case, kind, late)


@pytest.mark.parametrize("kind", KINDS)
def test_a_horizon_that_ends_at_once_is_caught(
    world: World, late: Lateness, kind: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.QUIET_HORIZON = (0.0, 0.0, 0.0)
    case = begin(world, kind, monkeypatch)
    with pytest.raises(AssertionError):
        walk(world, case, kind, late)


@pytest.mark.parametrize("kind", KINDS)
def test_a_deadline_that_is_forgotten_is_caught(
    world: World, late: Lateness, kind: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = begin(world, kind, monkeypatch, planted.Impatient)
    fall_silent(world, kind, late, settings)
    with pytest.raises(AssertionError):
        walk(world, case, kind, late)
