"""A whole portal in processes of its own, as `make run` starts it, for the tests that need one."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from portal.env import VARIABLES
from tests.servers import ROOT, free_port

PATIENCE = 180.0


@dataclass(slots=True)
class Portal:
    """A running `manage.py serve`: where it answers, what it says, where its data lies."""

    url: str
    data: Path
    log: Path
    process: subprocess.Popen[bytes]

    def said(self) -> str:
        return self.log.read_text()

    def pid(self, name: str) -> int:
        """The process of a child; waits until it is there."""
        path, found = self.data / "run" / f"{name}.pid", list[int]()

        def told() -> bool:
            with suppress(FileNotFoundError):  # it is away from a child's end to its next start
                found.append(int(path.read_text()))
            return bool(found)

        assert wait_for(told), f"no {name}:\n{self.said()}"
        return found[0]

    def get(self, path: str) -> int:
        """The status of a page, 0 while nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=60) as answer:  # noqa: S310  loopback
                return int(answer.status)
        except (OSError, HTTPException) as failure:
            return int(getattr(failure, "code", 0))

    def stop(self) -> int:
        """End it as Ctrl-C would; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def is_running(pid: int) -> bool:
    """Whether there is such a process, and it has not ended yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # before it was opened, or before it was read
        return False


def wait_for(reached: object, seconds: float = PATIENCE) -> bool:
    """Whether `reached()` becomes true in time."""
    assert callable(reached)
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def environment(data: Path, **changes: str) -> dict[str, str]:
    """The demo's settings over `data` and free ports, and nothing of this test run's own."""
    theirs = {"DJANGO_SETTINGS_MODULE", *(variable.name for variable in VARIABLES)}
    kept = {name: value for name, value in os.environ.items() if name not in theirs}
    ours = {
        "CASEPORT_DATA": str(data),
        "CASEPORT_DEMO": "1",
        "LOG_LEVEL": "WARNING",
        "PORT": str(free_port()),
        "SIMULATOR_PORT": str(free_port()),
    }
    return kept | ours | changes


def manage(*words: str, env: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a command of manage.py with its words in `log`."""
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


@contextmanager
def portal(**changes: str) -> Iterator[Portal]:
    """A portal that is ready; `changes` are environment variables."""
    with tempfile.TemporaryDirectory(prefix="caseport-serve-") as folder:
        data, log = Path(folder) / "data", Path(folder) / "log"
        env = environment(data, **changes)
        process = manage("serve", env=env, log=log)
        running = Portal(f"http://127.0.0.1:{env['PORT']}", data, log, process)
        try:
            reached = wait_for(
                lambda: "Caseport is ready" in running.said() or process.poll() is not None
            )
            assert reached, running.said()
            assert process.poll() is None, running.said()
            yield running
        finally:
            if process.poll() is None:
                running.stop()
