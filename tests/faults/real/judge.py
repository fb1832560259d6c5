"""What became of every deed, by the vendor's ledger: it is believed, the portal is compared."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tests.faults.real.plan import Deed, deeds, named_in
from tests.faults.real.storm import STANDS, Event, Seen, Step
from tests.faults.table import Row

MARKED = r"(\n\[ref P-[0-9A-Z]{8}\])"
FELL_SILENT = "its worker fell silent (3 of 3)"
"""The only question a person may be asked here: three deaths around one step are no accident."""

GONE = {"", "withdrawn", "skipped", "superseded"}  # nobody in a storm ends a step so
COLUMNS = {each.name for each in fields(Row)}
AFTERMATH = 90.0  # seconds in which a server that was killed may be missed: jobs have periods


@dataclass(frozen=True, slots=True)
class Verdict:
    """The set-up's line in the table, what else is worth telling, and every wrong in words."""

    row: Row
    aside: str
    wrongs: list[str]


def judge(seen: Seen) -> Verdict:
    """Compare what was acknowledged and what the portal says with the ledger."""
    account = Account(seen)
    found = {
        "lost": account.lost(),
        "doubled": account.doubled(),
        "out_of_order": account.out_of_order(),
        "said_done_but_absent": account.said_done_but_absent(),
        "unhandled": unhandled(seen),
        "altered": account.altered(),
        "unrecorded": unrecorded(seen),
        "unfinished": account.unfinished(),
    }
    told = [f"{name}: {wrong}" for name, wrongs in found.items() for wrong in wrongs]
    row = Row(
        scenario=seen.setup.name,
        runs=len(seen.pushes),
        faults=sum(bool(request["fault"]) for request in seen.requests),
        kills=seen.kills,
        **{name: len(wrongs) for name, wrongs in found.items() if name in COLUMNS},
    )
    aside = f"{seen.setup.name}: {account.states['needs_person']} need a person"
    aside += f", {seen.seconds:.0f} seconds"
    if seen.away:
        aside += f"; slowest submit while the broker was away {slowest_submit(seen):.2f} seconds"
    return Verdict(row, aside, told)


class Account:
    """Deeds, what the portal says of each and what the ledger holds of it, by the deed's key."""

    def __init__(self, seen: Seen) -> None:
        self.deeds: dict[str, Deed] = {each.key: each for each in deeds(seen.seed, seen.cases)}
        self.effects: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for effect in seen.ledger:
            self.effects[named_in(said(effect))].append(effect)
        self.pushes: dict[str, list[Step]] = defaultdict(list)
        for push in seen.pushes:
            self.pushes[named_in(str(push.payload))].append(push)
        self.states = Counter(push.state for push in seen.pushes)

    def state(self, key: str) -> str:
        """What the portal says of a deed, empty if it knows nothing of it."""
        return next((push.state for push in self.pushes[key]), "")

    def lost(self) -> list[str]:
        """Deeds without an effect whose step is not there, or ended otherwise than done."""
        absent = (key for key in self.deeds if not self.effects[key])
        return [f"{key}: {self.state(key)}" for key in absent if self.state(key) in GONE]

    def doubled(self) -> list[str]:
        rows = [f"{key}: {len(rows)} steps" for key, rows in self.pushes.items() if len(rows) > 1]
        strange = [f"{effect} is of no deed" for effect in self.effects.get("", [])]
        return [
            f"{key}: {len(effects)} effects"
            for key, effects in self.effects.items()
            if len(effects) > 1
        ] + (rows + strange)

    def out_of_order(self) -> list[str]:
        """Each case's effects in the ledger's order must be its deeds in theirs, in one case."""
        wrongs = []
        told = sorted((e["n"], e["case"], key) for key, all_ in self.effects.items() for e in all_)
        last: dict[int, tuple[int, str]] = {}
        for _, case, key in told:
            if key not in self.deeds:
                continue
            deed = self.deeds[key]
            step, before = last.get(deed.case, (-1, case))
            if deed.step < step or case != before:
                wrongs.append(f"{key} in {case} after step {step} in {before}")
            last[deed.case] = (deed.step, before)
        return wrongs

    def said_done_but_absent(self) -> list[str]:
        return [k for k in self.deeds if self.state(k) == "done" and not self.effects[k]]

    def altered(self) -> list[str]:
        """Effects whose words or bytes are not what was submitted."""
        return [
            f"{key}: {effect}"
            for key, deed in self.deeds.items()
            for effect in self.effects[key]
            if not is_of(effect, deed)
        ]

    def unfinished(self) -> list[str]:
        """Steps that neither ended nor wait, by themselves or behind another, for a person."""
        first: dict[int, str] = {}
        wrongs = []
        for key, deed in self.deeds.items():
            state = self.state(key)
            if state not in GONE | {"done"}:
                ahead = first.setdefault(deed.case, state)
                if ahead not in STANDS:
                    wrongs.append(f"{key}: {state}")
        asked = [push for rows in self.pushes.values() for push in rows if push.state in STANDS]
        return wrongs + [f"{p.id} {p.outcome}" for p in asked if p.outcome != FELL_SILENT]


def said(effect: dict[str, Any]) -> str:
    body: dict[str, str] = effect["body"]
    return body.get("comment") or body.get("description") or ""


def is_of(effect: dict[str, Any], deed: Deed) -> bool:
    """Whether an effect is exactly the deed: operation, text, and for a file its name and bytes."""
    text = re.escape(deed.text) + (f"{MARKED}?" if deed.kind == "create" else MARKED)
    if effect["operation"] != deed.kind or not re.fullmatch(text, said(effect)):
        return False
    file = effect["file"]
    if deed.kind != "file":
        return file is None
    return bool((file["name"], file["sha256"]) == (deed.file_name, deed.sha256))


def unrecorded(seen: Seen) -> list[str]:
    """Pushes whose events do not lead from nothing to where they stand, one by one."""
    lives: dict[Any, list[Event]] = defaultdict(list)
    for event in seen.events:
        lives[event.push].append(event)
    return [
        f"{push.id} {push.state}: {lives[push.id]}"
        for push in seen.pushes
        if not is_whole(lives[push.id], push.state)
    ]


def is_whole(life: list[Event], state: str) -> bool:
    states = ["", *(event.now for event in life)]
    told = [(event.number, event.was) for event in life]
    return told == list(enumerate(states[:-1], start=1)) and states[-1] == state


def unhandled(seen: Seen) -> list[str]:
    """Errors nobody foresaw: of submits, in the logs, and processes that ended by themselves.

    A database or broker that is killed is missed, but not for long after the last kill; nor is a
    process of the broker's own library that stumbles over it without a line of ours.
    """
    told = [
        ("a submit", Error(line["ended"], line["raised"], is_ours=True))
        for line in seen.notes
        if "raised" in line
    ]
    told += [(name, error) for name, log in seen.logs.items() for error in errors(log)]
    for name, log in seen.fell:
        last = (errors(log) or [Error(0.0, log, is_ours=True)])[-1]
        told.append((f"{name} ended", last))
    return [f"{who}: {error.what}" for who, error in told if not is_induced(error, seen)]


def is_induced(error: "Error", seen: Seen) -> bool:
    """Whether it is what the storm's own acts bring about, and came soon after the last."""
    if error.at > seen.calm_at + AFTERMATH:
        return False
    is_librarys = bool(seen.setup.broker) and not error.is_ours
    return is_librarys or error.what.startswith(seen.setup.induced)


class Error(NamedTuple):
    """An error in a log: when, its last line, and whether a line of our code stands in it."""

    at: float
    what: str
    is_ours: bool


_TRACEBACK = re.compile(
    r"^( *)Traceback \(most recent call last\):\n(?:\1 .*\n|\n)*\1(\w[\w.]*.*)$"
    r"(?!\s+(?:During handling|The above exception))",
    re.MULTILINE,
)
_OURS = re.compile(r'File "(?!.*site-packages)[^"]*(?:cases|portal|vendors|tests)/')
_TIME = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d{3} ", re.MULTILINE)


def errors(log: str) -> list[Error]:
    """The error each traceback in a log ends with, of a chain the last."""
    found = []
    for traceback in _TRACEBACK.finditer(log):
        times = _TIME.findall(log, 0, traceback.start())
        at = datetime.fromisoformat(times[-1]).replace(tzinfo=UTC).timestamp() if times else 0.0
        found.append(Error(at, traceback[2], bool(_OURS.search(traceback[0]))))
    return found


def slowest_submit(seen: Seen) -> float:
    """Seconds the slowest submit took of those while the broker was away."""
    took = [
        line["ended"] - line["began"]
        for line in seen.notes
        if "deed" in line
        and any(line["began"] < back and line["ended"] > gone for gone, back in seen.away)
    ]
    return max(took, default=0.0)
