"""When a lost answer is looked for, when absence is believed, and how long anything is tried."""

import random
from datetime import datetime, timedelta

from django.conf import settings

from cases.models import Push
from portal import clock
from vendors.contract import Vendor
from vendors.vocabulary import Find, Kind

PATIENCE = timedelta(hours=24)  # busy or unknown for longer: a person is asked
LEFT_ALONE = timedelta(hours=1)  # a step due for so long untried waited for something else
SET_OUT = timedelta(seconds=10)  # what may lie between a claim and the end of its call, besides it


def backoff(attempts: int) -> float:
    """Seconds to wait before attempt n + 1: doubling, at most 15 minutes, spread by half."""
    spread = random.uniform(0.5, 1.5)  # noqa: S311  it spreads load, it keeps no secret
    return min(900.0, 2.0 ** min(attempts, 10)) * spread


def horizon(vendor: Vendor) -> tuple[float, ...]:
    """Seconds after a doubt at which a clean look counts; absent in all of them means absent.

    The vendor's own times begin once it must show what it accepted; a setting stands for both.
    """
    return settings.QUIET_HORIZON or tuple(
        vendor.late_commit + seconds for seconds in vendor.quiet_horizon
    )


def can_look(push: Push, vendor: Vendor) -> bool:
    return vendor.can_find.get(Kind(push.kind), Find.NONE) is not Find.NONE


def call_over(push: Push, vendor: Vendor) -> datetime:
    """When the call of a worker that fell silent is over for certain, wherever it still runs."""
    size = push.attachment.size if push.attachment is not None else 0
    deadline = _seconds(vendor.longest_step(size or 0))
    return max(clock.now(), (push.sent_at or push.created_at) + deadline + SET_OUT)


def first_look(push: Push, vendor: Vendor) -> datetime:
    """When to look at first; at once where looking is impossible and a person decides."""
    now = clock.now()
    return now + _seconds(horizon(vendor)[0]) if can_look(push, vendor) else now


def next_look(push: Push, vendor: Vendor, looks: int) -> datetime:
    """When the look after `looks` counted ones is due: its own time, its pause after now."""
    times = horizon(vendor)
    here = min(looks, len(times) - 1)
    pause = times[here] - times[here - 1] if here else 0.0
    return max(_doubted(push) + _seconds(times[here]), clock.now() + _seconds(pause))


def counts(push: Push, vendor: Vendor) -> bool:
    """Whether a look that sees nothing now says anything: an earlier one comes too soon."""
    times = horizon(vendor)
    return clock.now() >= _doubted(push) + _seconds(times[min(push.looks, len(times) - 1)])


def _doubted(push: Push) -> datetime:
    return push.doubted_at or push.sent_at or push.created_at


def _seconds(number: float) -> timedelta:
    return timedelta(seconds=number)
