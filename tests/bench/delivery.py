"""From the click on “Send” to the case in the vendor's books, with the whole program running."""

import statistics
import time
from datetime import datetime
from functools import partial

import httpx

from tests.bench import _child, _processes
from tests.bench._bare import bare_server
from tests.bench._figures import percentile, table
from tests.house import House, house, wait_for

CASES, WARM_UPS = 15, 3
AIM = 300.0


class Watch:
    """Notes when a person sends a case, and what the portal's processes had used by then."""

    def __init__(self, home: House) -> None:
        web = home.portal.pid("web")
        self.parts = {
            "web": [web, *_processes.children(web)],
            "worker": [home.portal.pid("worker")],
        }
        self.sent = 0.0
        self.used: dict[str, float] = {}

    def note(self, request: httpx.Request) -> None:
        if request.method == "POST" and request.url.path.endswith("/review/"):
            self.used = self.cpu()
            self.sent = time.time()

    def cpu(self) -> dict[str, float]:
        return {name: _processes.cpu_ms(pids) for name, pids in self.parts.items()}


def measure() -> None:
    """File plain cases by their forms, one after another: alone, then beside a crowd."""
    with house() as home:
        client = home.sign_in()
        watch = Watch(home)
        client.event_hooks["request"].append(watch.note)
        for number in range(WARM_UPS):
            deliver(home, client, watch, f"Tried {number}")
        idle = [deliver(home, client, watch, f"Idle {number}") for number in range(CASES)]
        _child.run_in(home.portal.data, "tests.bench._waiting")
        beside = [deliver(home, client, watch, f"Beside {number}") for number in range(CASES)]
        client.close()
    bare = bare_ms()
    print(f"\n{CASES} cases, one at a time: from “Send” to the ledger's own time of the create.")
    tell("nothing else to do", idle)
    tell("5,000 other steps waiting", beside)
    p50 = statistics.median(case["accepted"] for case in idle)
    print(f"Aim: p50 under {AIM:.0f} ms: {'met' if p50 < AIM else 'MISSED'}.", end=" ")
    print(f"A bare view over the same web server takes {bare:.1f} ms: {p50 / bare:.0f} times.")


def tell(when: str, found: list[dict[str, float]]) -> None:
    """A table of these cases."""
    names = ("accepted", "page", "web", "worker")
    heads = ("ms till accepted", "ms till the case page", "CPU ms web", "CPU ms worker")
    rows = []
    for name, head in zip(names, heads, strict=True):
        values = [case[name] for case in found]
        is_cpu = name in ("web", "worker")
        middle = statistics.mean(values) if is_cpu else statistics.median(values)
        rows.append([head, f"{middle:.0f}", f"{percentile(values, 95):.0f}"])
    table([when, "p50 (CPU: mean)", "p95"], rows)


def deliver(home: House, client: httpx.Client, watch: Watch, subject: str) -> dict[str, float]:
    """Milliseconds of one case."""
    home.file_case(client, subject)
    page = time.time()
    effect = wait_for("the create", partial(create_of, home, subject))
    time.sleep(0.2)  # the worker writes down what it was told
    now = watch.cpu()
    accepted = datetime.fromisoformat(effect["at"]).timestamp()
    times = {"accepted": 1000 * (accepted - watch.sent), "page": 1000 * (page - watch.sent)}
    return times | {name: used - watch.used[name] for name, used in now.items()}


def create_of(home: House, subject: str) -> object:
    return next((e for e in home.effects("create") if e["body"]["subject"] == subject), None)


def bare_ms() -> float:
    """The median of a view that looks nothing up, by the portal's own web server settings."""
    with bare_server() as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        waits = []
        for _ in range(100):
            started = time.perf_counter()
            client.get("/constant/").raise_for_status()
            waits.append(1000 * (time.perf_counter() - started))
    return statistics.median(waits)
