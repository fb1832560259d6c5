"""A whole running portal as a test lives in it: people sign in, workers die, the vendor is seen."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests import paper_browser
from tests.portal.serving import Portal, environment, portal
from tests.servers import ROOT, free_port

PASSWORD = "caseport-demo"
CASEY = "casey@northwind.example"
STANDING = set("TtZX")  # stopped, or ended
QUICK = {
    "CASEPORT_SYNC_SECONDS": "2",
    "CASEPORT_UNDO_SECONDS": "0",
    "CASEPORT_LEASE_SECONDS": "6",
    "CASEPORT_QUIET_HORIZON": "1,2,3",
}


def wait_for(what: str, true: Callable[[], Any], seconds: float = 120.0) -> Any:
    """What `true` answers once it answers something; AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := true():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {seconds:g} seconds")


def threads_of(group: int) -> set[str]:
    """The states in which the threads of a process group are, as Linux tells them."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/task/[0-9]*/stat"):
        with suppress(OSError):  # it has ended since
            state, _, its_group = path.read_text().rpartition(") ")[2].split()[:3]
            found |= {state} if int(its_group) == group else set()
    return found


@dataclass
class House:
    """A running portal with its simulator."""

    portal: Portal
    simulator: str

    def kill(self, name: str) -> None:
        """SIGKILL a child and all it started; `serve` starts it again."""
        os.killpg(self.portal.pid(name), signal.SIGKILL)

    @contextmanager
    def worker_held(self) -> Iterator[None]:
        """Nothing is sent or read while the block runs.

        The worker is stopped between two writes: in one, it would keep everybody else from writing.
        """
        worker = self.portal.pid("worker")
        wait_for("a worker that writes nothing", lambda: self._stopped(worker))
        try:
            yield
        finally:
            os.killpg(worker, signal.SIGCONT)

    def _stopped(self, group: int) -> bool:
        """Whether the processes stand still with the database free; else they go on."""
        os.killpg(group, signal.SIGSTOP)
        wait_for("every thread to stand still", lambda: threads_of(group) <= STANDING)
        path = self.portal.data / "caseport.sqlite3"
        try:
            with closing(sqlite3.connect(path, timeout=0.5, isolation_level=None)) as database:
                database.execute("BEGIN IMMEDIATE")
                database.execute("ROLLBACK")
        except sqlite3.OperationalError:
            os.killpg(group, signal.SIGCONT)
            return False
        return True

    def control(self, name: str, body: Any = None) -> Any:
        where = f"{self.simulator}/_simulator/{name}"
        with httpx.Client(timeout=60, trust_env=False) as client:
            answer = client.get(where) if body is None else client.post(where, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def effects(self, operation: str = "") -> list[dict[str, Any]]:
        ledger = self.control("ledger")["effects"]
        return [e for e in ledger if e["by"] == "client" and operation in ("", e["operation"])]

    def fault(self, operation: str, fault: str, **more: Any) -> None:
        rule = {"vendor": "akamai_v2", "operation": operation, "fault": fault, "times": 1, **more}
        self.control("faults", [rule])

    def sign_in(self, email: str = CASEY) -> httpx.Client:
        """A browser without JavaScript, signed in."""
        client = httpx.Client(
            base_url=self.portal.url, timeout=60, trust_env=False, follow_redirects=True
        )
        page = client.get("/accounts/login/")
        told = {"login": email, "password": PASSWORD}
        answer = paper_browser.submit(client, page, "/accounts/login/", told)
        assert "/accounts/login/" not in answer.url.path, "the sign-in was refused"
        return client

    def file_case(self, client: httpx.Client, subject: str = "Checkout answers 503") -> str:
        """File a plain case by its forms, as anybody could; our reference."""
        submit = paper_browser.submit
        page = submit(client, client.get("/cases/new/"), "/cases/new/")
        where = page.url.path
        page = submit(client, page, where, {"categoryType": "Technical", "_action": "update"})
        for level, value in enumerate(("Other", "Duplicate/Test Ticket")):
            chosen = {f"subCategories.0.{level}": value, "_action": "update"}
            page = submit(client, page, where, chosen)
        told = {
            "subject": subject,
            "description": "Since 13:40 every POST fails.",
            "severity": "3-Low Impact",
            "userDetail/userPhone": "+49 30 1234567",
            "_action": "review",
        }
        page = submit(client, page, where, told)
        assert page.url.path.endswith("/review/"), page.text
        page = submit(client, page, "/review/")
        return page.url.path.strip("/").rpartition("/")[2]

    def shell(self, code: str, **changes: str) -> None:
        """Run Python in the portal's own shell, over its data."""
        env = environment(self.portal.data, **changes)
        words = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        subprocess.run(words, cwd=ROOT, env=env, check=True, timeout=120)  # noqa: S603  our own program

    def page_of(self, client: httpx.Client, reference: str) -> str:
        return client.get(f"/cases/{reference}/").text


@contextmanager
def house(**changes: str) -> Iterator[House]:
    """Everything started over a folder of its own, quick where waiting proves nothing."""
    port = changes.pop("SIMULATOR_PORT", str(free_port()))
    with portal(**{**QUICK, **changes, "SIMULATOR_PORT": port}) as running:
        yield House(running, f"http://127.0.0.1:{port}")
