"""Answers that broke off or were damaged: never a success that is none, never an unknown error."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest

from tests.faults.sizes import SEED, share
from tests.faults.table import Row
from tests.vendors.contract_suite import Bench, a_case, overrides, send, sought
from tests.vendors.test_contract import BENCHES
from vendors import registry
from vendors.contract import Vendor
from vendors.http.errors import VendorError
from vendors.vocabulary import Find, Kind, Receipt

NAMES = [vendor.key for vendor in registry.VENDORS]
OFFSETS = share(40)  # of each answer; 20 times as many are all of most
MUTATIONS = share(1_000)  # of all answers of a vendor together
JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e300,
    "",
    "F-CS-0",
    "\u2603",
    [],
    {},
    [[]],
    {"": None},
    "2016-02-29",
)
STATUSES = (
    *(200, 201, 202, 204, 206, 299, 301, 302, 304, 400, 401, 403, 404, 408, 409, 418, 422),
    *(425, 429, 500, 502, 503, 504, 599, 999),
)
HEADERS = {
    "content-type": ("text/html", "application/json; charset=utf-16", "", "\u00e9"),
    "content-encoding": ("gzip", "br", "identity", "gzip, gzip", "deflate"),
    "retry-after": ("0", "-1", "1000000000", "soon", "Sun, 22 Nov 1999 12:00:00 GMT"),
    "date": ("yesterday", "Sun, 99 Nov 2026 12:00:00 GMT"),
    "location": ("https://elsewhere.example/", "//elsewhere.example", ""),
    "set-cookie": ("a=b; Domain=elsewhere.example", ""),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer of a vendor."""

    status: int
    headers: dict[str, str]
    body: bytes

    def response(self) -> httpx.Response:
        raw = {name.encode(): value.encode("latin-1") for name, value in self.headers.items()}
        return httpx.Response(self.status, headers=raw, stream=Body(self.body))


class Body(httpx.SyncByteStream):
    """The bytes as they came, whatever the headers say of them."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self.content


@dataclass
class Tape(httpx.BaseTransport):
    """Records what the double answers, then plays it back with one answer changed."""

    line: httpx.BaseTransport
    kept: list[Answer] = field(default_factory=list)
    changed: tuple[int, Answer] | None = None
    calls: int = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if self.changed is None:
            return self._record(self.line.handle_request(request))
        at, answer = self.changed
        here = min(self.calls, len(self.kept)) - 1
        return (answer if here == at else self.kept[here]).response()

    def _record(self, response: httpx.Response) -> httpx.Response:
        headers = {name: value for name, value in response.headers.items()}
        self.kept.append(Answer(response.status_code, headers, response.read()))
        return self.kept[-1].response()

    @contextmanager
    def playing(self, at: int, answer: Answer) -> Iterator[None]:
        self.changed, self.calls = (at, answer), 0
        yield


@dataclass
class Said:
    """A verb of a vendor, what its double answered, and what came of it undamaged."""

    verb: str
    do: Callable[[Vendor], Any]
    tape: Tape
    vendor: Vendor
    whole: Any = None

    def outcome(self, at: int, answer: Answer) -> Any:
        """What the verb gives for this answer: a value or the VendorError it raised."""
        with self.tape.playing(at, answer):
            try:
                return self.do(self.vendor)
            except VendorError as error:
                return error


def verbs(bench: Bench, case_id: str) -> Iterator[tuple[str, Callable[[Vendor], Any]]]:
    """Every verb this vendor has, by its name."""

    def sending(kind: Kind) -> Callable[[Vendor], Any]:
        return lambda vendor: send(replace(bench, vendor=vendor), kind, case_id)

    def finding(kind: Kind) -> Callable[[Vendor], Any]:
        lost = sought(bench, kind, case_id)
        return lambda vendor: vendor.find(lost)

    for kind in sorted(bench.vendor.capabilities.kinds):
        yield kind.value, sending(kind)
    yield "read", lambda vendor: vendor.fetch_case(case_id)
    yield "check", lambda vendor: vendor.check()
    if overrides(type(bench.vendor), "changed_cases"):
        yield "list", lambda vendor: list(vendor.changed_cases(None))
    for kind, how in bench.vendor.can_find.items():
        if how is not Find.NONE:
            yield f"find {kind.value}", finding(kind)


def recorded(bench: Bench) -> list[Said]:
    found = []
    case_id = a_case(bench)
    for verb, do in verbs(bench, case_id):
        tape = Tape(bench.line)
        said = Said(verb, do, tape, bench.over(tape))
        said.whole = do(said.vendor)
        assert tape.kept, verb
        found.append(said)
    return found


def offsets(answer: Answer, chance: random.Random) -> list[int]:
    every = range(len(answer.body.rstrip()))
    return sorted(chance.sample(every, min(OFFSETS, len(every))))


def damaged(answer: Answer, chance: random.Random) -> Answer:
    """The answer with one to three things wrong with it."""
    for _ in range(chance.randrange(1, 4)):
        answer = chance.choice((flipped, cut, replaced, relabelled, restated))(answer, chance)
    return answer


def flipped(answer: Answer, chance: random.Random) -> Answer:
    body = bytearray(answer.body)
    for _ in range(min(len(body), chance.randrange(1, 6))):
        body[chance.randrange(len(body))] = chance.randrange(256)
    return replace(answer, body=bytes(body))


def cut(answer: Answer, chance: random.Random) -> Answer:
    first, last = sorted(chance.randrange(len(answer.body) + 1) for _ in range(2))
    twice = chance.random() < 0.5
    middle = answer.body[first:last] * 2 if twice else b""
    return replace(answer, body=answer.body[:first] + middle + answer.body[last:])


def replaced(answer: Answer, chance: random.Random) -> Answer:
    """Junk in one place of the JSON."""
    try:
        whole = [json.loads(answer.body)]
    except ValueError:
        return answer
    spot: Any = whole
    key: Any = 0
    while isinstance(spot[key], (dict, list)) and spot[key] and chance.random() < 0.8:
        spot = spot[key]
        key = chance.choice(list(spot) if isinstance(spot, dict) else range(len(spot)))
    spot[key] = chance.choice(JUNK)
    return replace(answer, body=json.dumps(whole[0]).encode())


def relabelled(answer: Answer, chance: random.Random) -> Answer:
    name = chance.choice(list(HEADERS))
    return replace(answer, headers={**answer.headers, name: chance.choice(HEADERS[name])})


def restated(answer: Answer, chance: random.Random) -> Answer:
    return replace(answer, status=chance.choice(STATUSES))


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_that_breaks_off_anywhere_is_no_success(
    name: str, tell: Callable[[Row], None]
) -> None:
    chance = random.Random(SEED)
    runs = done = 0
    for said in recorded(BENCHES[name]()):
        for at, answer in enumerate(said.tape.kept):
            for size in offsets(answer, chance):
                outcome = said.outcome(at, replace(answer, body=answer.body[:size]))
                runs += 1
                done += not isinstance(outcome, VendorError)
                assert isinstance(outcome, VendorError), (said.verb, at, size)
    tell(Row(f"answers broken off, {name}", runs=runs, faults=runs, said_done_but_absent=done))


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_answer_is_no_success_without_a_number_and_no_unknown_error(
    name: str, tell: Callable[[Row], None]
) -> None:
    chance = random.Random(SEED)
    heard = recorded(BENCHES[name]())
    for _ in range(MUTATIONS):
        said = chance.choice(heard)
        at = chance.randrange(len(said.tape.kept))
        answer = damaged(said.tape.kept[at], chance)
        outcome = said.outcome(at, answer)
        if isinstance(outcome, Receipt):
            assert outcome.vendor_id or not said.whole.vendor_id, (said.verb, answer)
            assert 200 <= answer.status < 300, (said.verb, answer)
    tell(Row(f"answers damaged, {name}", runs=MUTATIONS, faults=MUTATIONS))


def test_every_verb_that_sends_is_among_the_recorded() -> None:
    for bench in (BENCHES[name]() for name in NAMES):
        names = {said.verb for said in recorded(bench)}
        assert {kind.value for kind in bench.vendor.capabilities.kinds} <= names
        assert {"read", "check"} <= names
