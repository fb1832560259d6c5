"""How a push reaches its vendor at most once: claim, send, look.

A push is claimed by a conditional update, sent outside any transaction, and moved by what came
back. Whatever is not provably done or not done is uncertain: it is looked for at the vendor, at
every time of the quiet horizon after its call was over, before it may be sent again. While a call
runs its lease is prolonged; a call whose lease was lost is broken off. Any number of workers may
run at once.
"""

import os
import socket

from cases import access, pushes
from cases.models import Push
from cases.models.push import HELD, LANES, State
from cases.outbox.awaiting import ask_one
from cases.outbox.claiming import IN_FLIGHT, WITH, claim, heads, ready
from cases.outbox.copies import REFUSAL, doubt_all, is_older
from cases.outbox.horizon import call_over, first_look
from cases.outbox.lease import kept
from cases.outbox.looking import look
from cases.outbox.sending import send
from cases.pushes import Actor, By
from portal import clock
from vendors.connections import gateway

__all__ = [
    "IN_FLIGHT",
    "LANES",
    "REFUSAL",
    "ask_one",
    "claim",
    "doubt_all",
    "due_lanes",
    "heads",
    "is_older",
    "queue_ahead",
    "run_one",
    "sweep",
    "worker_name",
]

MOST_CRASHES = 3


def worker_name(task: str = "") -> str:
    """This process as the events name it, with the broker's task id when there is one."""
    return f"{socket.gethostname()}:{os.getpid()}" + (f" task {task}" if task else "")


def run_one(lane: str, task: str = "") -> bool:
    """Claim one push of the lane and bring it as far as it goes now; False when none was due."""
    worker = worker_name(task)
    push = claim(lane, worker)
    if push is None:
        return False
    vendor = gateway.open_vendor(push.connection)
    actor = Actor(By.WORKER, worker=worker)
    with kept(push) as lease:
        if push.state == State.SENDING:
            send(push, vendor, actor, lease)
        else:
            look(push, vendor, actor)
    return True


def sweep() -> int:
    """Give up on workers that fell silent: what they held may have been sent.

    It is uncertain, and a person's question when that happened too often. The call may still run
    somewhere, so that it is doubted only from its deadline on; being seen earlier settles it.
    """
    silent = access.worker_pushes().filter(state__in=HELD, lease_until__lt=clock.now())
    found = list(silent.values_list("pk", flat=True)[:100])  # hardly ever any
    if not found:
        return 0
    return sum(_give_up(push) for push in silent.filter(pk__in=found).select_related(*WITH))


def _give_up(push: Push) -> bool:
    crashes = push.crashes + 1
    actor = Actor(By.SWEEP, worker=worker_name())
    why = f"its worker fell silent ({crashes} of {MOST_CRASHES})"
    to = State.NEEDS_PERSON if crashes >= MOST_CRASHES else State.UNCERTAIN
    vendor = gateway.open_vendor(push.connection)
    told: dict[str, object] = {"crashes": crashes, "outcome": why}
    if push.state == State.SENDING:
        told |= {"doubted_at": call_over(push, vendor), "not_before": first_look(push, vendor)}
    return pushes.transition(push, to, actor, why, **told)


def due_lanes() -> list[str]:
    """The lanes in which some connection that may be called has something to do now."""
    now = clock.now()
    return [lane for lane in LANES if ready(heads(lane, now), now).exists()]


def queue_ahead(push: Push) -> int:
    """How many earlier steps of the case this one waits for."""
    earlier = access.worker_pushes().filter(case=push.case_id, position__lt=push.position)
    return earlier.filter(pushes.blocks(push.kind)).count()
