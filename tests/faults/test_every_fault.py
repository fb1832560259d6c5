"""Every fault on every kind of step: what the page says is what the vendor's ledger holds."""

from collections.abc import Callable

import pytest

from cases.models import Case
from cases.models.push import State
from tests.faults.reading import KINDS, check, do, said
from tests.faults.table import Reading
from tests.world import World
from vendors.connections import health

FAULTS = (
    "reset_before",
    "reset_after",
    "hang_after",
    "drip",
    "429",
    "500_before",
    "500_after",
    "503",
    "truncated",
    "html",
    "wrong_type",
    "expired_credential",
)


def submit(world: World, kind: str, fault: str) -> Case:
    """Do the deed with the fault waiting for it."""
    rule = {"seconds": 1} if fault in {"hang_after", "drip"} else {}
    if kind == "create":
        world.played.fault(kind, fault, **rule)
        return world.file_case()
    case = world.filed()
    world.played.fault(kind, fault, **rule)
    do(world, case, kind)
    return case


def settle(world: World, case: Case, kind: str) -> None:
    """Let all waits pass until the step stands still, reading the page at every change."""
    before = None
    for _ in range(8):
        world.hurry()
        world.work(most=1)
        push = world.push(case, kind)
        now = (push.state, push.looks, push.attempts)
        if now == before:
            return
        check(world, case, kind)
        before = now


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", FAULTS)
def test_the_page_never_says_what_the_ledger_does_not_hold(
    world: World, fault: str, kind: str, tell: Callable[[Reading], None]
) -> None:
    case = submit(world, kind, fault)
    check(world, case, kind)
    world.work(most=1)
    first, then = check(world, case, kind)
    settle(world, case, kind)
    if fault == "expired_credential":
        assert said(world, case, kind) == "waiting"
        health.note_tested(world.connection)
        world.work()
    last, effects = check(world, case, kind)
    push = world.push(case, kind)
    tell(Reading(fault, kind, first, then, last, effects, push.attempts, push.looks))
    assert (push.state, last, effects) == (State.DONE, "with_vendor", 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_look_that_fails_is_no_clean_look(world: World, kind: str) -> None:
    case = submit(world, kind, "reset_before")
    world.work(most=1)
    world.played.control(
        "faults", [{"vendor": "akamai_v2", "operation": "read", "fault": "500_before"}]
    )
    for _ in range(4):
        world.hurry()
        world.work(most=1)
    assert said(world, case, kind) == "unconfirmed"
    assert world.push(case, kind).looks == 0
    assert world.played.effects(kind) == []
    world.played.control("faults", [])
    world.drain()
    assert check(world, case, kind) == ("with_vendor", 1)
