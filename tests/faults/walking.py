"""Time passes over a step at a vendor that is late or out of order, read at every change."""

import pytest
from pytest_django import Settings

from cases import outbox
from cases.models import Case
from cases.models.push import ENDED
from tests.faults.late_vendor import Killed, Lateness, LateVendor, Wrapped
from tests.faults.reading import check, do
from tests.world import World


def lateness(world: World, monkeypatch: pytest.MonkeyPatch) -> Lateness:
    """What the late vendor does, to be set before a step begins."""
    monkeypatch.setattr(LateVendor, "lateness", Lateness(world), raising=False)
    return LateVendor.lateness


def begin(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch, adapter: type[Wrapped] = LateVendor
) -> Case:
    """A step of that kind, due, with another adapter in the real one's place from now on."""
    case = world.file_case() if kind == "create" else world.filed()
    monkeypatch.setenv("CASEPORT_EXTRA_VENDORS", f"{adapter.__module__}:{adapter.__name__}")
    if kind != "create":
        do(world, case, kind)
    return case


def walk(world: World, case: Case, kind: str, late: Lateness) -> str:
    """Let time pass until the step has ended, reading at every change; what is said at last."""
    for _ in range(12):
        world.work(most=1)
        late.act()
        check(world, case, kind)
        if world.push(case, kind).state in ENDED:
            break
        world.hurry()
        late.act()
    world.let_pass(late.after)
    late.act()
    return check(world, case, kind)[0]


def fall_silent(world: World, kind: str, late: Lateness, settings: Settings) -> None:
    """The worker is killed in its call, which comes through long after its lease ended."""
    settings.LEASE_SECONDS, settings.QUIET_HORIZON = 6, (1.0, 2.0, 3.0)
    late.kills, late.after = True, 40.0
    with pytest.raises(Killed):
        outbox.run_one("files" if kind == "file" else "steps")
    world.let_pass(7)
    assert outbox.sweep() == 1
