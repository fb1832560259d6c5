"""Misbehaviour on request: which call goes wrong, and how an answer is spoiled.

A fault either strikes before the vendor has done anything (BEFORE) or after the effect is in the
ledger (AFTER): a client must be able to live with not knowing which it was.
"""

import json
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from .wire import Answer, FileBody, HungUp, Json, Torn

BEFORE = frozenset({"reset_before", "429", "500_before", "503", "expired_credential"})
AFTER = frozenset(
    {"reset_after", "hang_after", "drip", "500_after", "truncated", "html", "wrong_type"}
)
DEFAULT_SECONDS = {"hang_after": 120.0, "drip": 5.0}
OPERATIONS = frozenset(
    {
        *("create", "note", "file", "close", "cancel", "resolve", "unresolve", "accept", "update"),
        *(
            "watchlist_add",
            "watchlist_remove",
            "resource",
            "delete_file",
            "upload",
            "token",
            "read",
        ),
    }
)
MEMBERS = frozenset(
    {"vendor", "operation", "fault", "times", "probability", "seconds", "retry_after", "seed"}
)
HTML = (
    b"<!DOCTYPE html><html><head><title>Please wait</title></head><body>One moment.</body></html>"
)


@dataclass
class Fault:
    """One rule: calls of this vendor and operation (``*`` is any) meet this fault.

    ``times`` counts down and then the rule is spent; ``probability`` throws a die for each call;
    with neither the rule always holds. ``seconds`` is for hang_after and drip, ``retry_after``
    (seconds) for 429 and 503.
    """

    vendor: str
    operation: str
    fault: str
    times: int | None = None
    probability: float | None = None
    seconds: float | None = None
    retry_after: float | None = None
    seed: int | None = None
    dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Start the die."""
        self.dice = random.Random(self.seed)  # noqa: S311 - picks faults, guards nothing

    def strikes(self, vendor: str, operation: str | None) -> bool:
        """Say whether this call meets the fault, and count it."""
        if self.vendor not in ("*", vendor) or self.operation not in ("*", operation):
            return False
        if self.times == 0:
            return False
        if self.probability is not None and self.dice.random() >= self.probability:
            return False
        if self.times is not None:
            self.times -= 1
        return True

    @property
    def duration(self) -> float:
        """How long hang_after sleeps or drip takes, in seconds."""
        return DEFAULT_SECONDS.get(self.fault, 0.0) if self.seconds is None else self.seconds

    def as_json(self) -> Json:
        """Return the rule as the control takes it, with the times left."""
        given = {name: getattr(self, name) for name in sorted(MEMBERS)}
        return {name: value for name, value in given.items() if value is not None}


def fault_from(given: Any, vendors: frozenset[str]) -> Fault:
    """Read one rule of the control; raise ValueError naming what is wrong with it."""
    if not isinstance(given, dict) or not given.keys() <= MEMBERS:
        raise ValueError(f"a fault is an object with members among {', '.join(sorted(MEMBERS))}")
    if given.get("fault") not in BEFORE | AFTER:
        raise ValueError(f"fault must be one of {', '.join(sorted(BEFORE | AFTER))}")
    if given.get("vendor") not in vendors | {"*"}:
        raise ValueError(f"vendor must be * or one of {', '.join(sorted(vendors))}")
    if given.get("operation", "*") not in OPERATIONS | {"*"}:
        raise ValueError(f"operation must be * or one of {', '.join(sorted(OPERATIONS))}")
    numbers = [given.get(name) for name in ("times", "probability", "seconds", "retry_after")]
    if any(
        number is not None and (type(number) not in (int, float) or number < 0)
        for number in numbers
    ):
        raise ValueError("times, probability, seconds and retry_after are numbers from 0 up")
    return Fault(**{"operation": "*", **given})


class Faults:
    """The list of rules in force; the first that strikes is the one a call meets."""

    def __init__(self) -> None:
        """Start without faults."""
        self._lock = threading.Lock()
        self._rules: list[Fault] = []

    def replace(self, rules: list[Fault]) -> None:
        """Forget the old list and hold the new one."""
        with self._lock:
            self._rules = rules

    def pick(self, vendor: str, operation: str | None) -> Fault | None:
        """Return the fault this call meets, if any, counting it."""
        with self._lock:
            return next((rule for rule in self._rules if rule.strikes(vendor, operation)), None)

    def as_json(self) -> list[Json]:
        """Return the rules with the times each has left."""
        with self._lock:
            return [rule.as_json() for rule in self._rules]


def spoil(fault: Fault, answer: Answer, sleep: Callable[[float], None]) -> Answer:
    """Return what the client sees of ``answer``; raise Torn or HungUp if that is nothing."""
    if fault.fault == "reset_after":
        raise Torn("reset after the effect")
    if fault.fault == "hang_after":
        sleep(fault.duration)
        raise HungUp("no answer after the effect")
    if fault.fault == "drip":
        return replace(answer, drip_seconds=fault.duration)
    if fault.fault == "truncated":
        return replace(answer, body=_half(answer))
    if fault.fault == "html":
        return Answer(200, HTML, (("Content-Type", "text/html; charset=utf-8"),), answer.effect)
    return _wrong_type(answer)


def _half(answer: Answer) -> bytes | FileBody:
    if isinstance(answer.body, FileBody):
        return replace(answer.body, size=answer.body.size // 2)
    return answer.body[: len(answer.body) // 2]


def _wrong_type(answer: Answer) -> Answer:
    """Answer with sound JSON of another shape: a list for an object, an object for a list."""
    is_list = isinstance(answer.body, bytes) and answer.body.startswith(b"[")
    body = json.dumps({"items": 42} if is_list else [42]).encode()
    return Answer(200, body, (("Content-Type", "application/json"),), answer.effect)
