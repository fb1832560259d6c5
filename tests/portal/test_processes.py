import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.processes import Family

PATIENCE = 15.0
SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)",
)


def pid_of(folder: Path, name: str) -> int:
    return int((folder / f"{name}.pid").read_text())


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_gone(pid: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def family(tmp_path: Path, said: list[str]) -> Iterator[Family]:
    family = Family(tmp_path, said.append)
    yield family
    hurry = threading.Event()
    hurry.set()
    family.stop(hurry)


def test_a_child_leaves_its_pid_in_a_file_and_takes_it_back(family: Family, tmp_path: Path) -> None:
    family.start("web", SLEEPER)
    pid = pid_of(tmp_path, "web")
    assert is_running(pid)

    family.stop(threading.Event())

    assert not is_running(pid)
    assert not (tmp_path / "web.pid").exists()


def test_a_child_that_is_killed_starts_again(
    family: Family, tmp_path: Path, said: list[str]
) -> None:
    family.start("worker", SLEEPER)
    first, stopping = pid_of(tmp_path, "worker"), threading.Event()
    watching = threading.Thread(target=family.watch, args=(stopping,))
    watching.start()

    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and (
        not (tmp_path / "worker.pid").exists() or pid_of(tmp_path, "worker") == first
    ):
        time.sleep(0.02)
    runs_again = is_running(pid_of(tmp_path, "worker"))
    stopping.set()  # its child may end from here on: who started it does
    watching.join()

    assert runs_again
    assert said == ["The worker process ended (-9); it starts again in 0.25 s."]


def test_the_pauses_of_a_child_that_dies_at_once_grow(family: Family, said: list[str]) -> None:
    family.start("web", (sys.executable, "-S", "-c", "raise SystemExit(3)"))
    stopping = threading.Event()
    watching = threading.Thread(target=family.watch, args=(stopping,))
    watching.start()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and len(said) < 3:
        time.sleep(0.02)
    stopping.set()
    watching.join()

    pauses = [words.rpartition("again in ")[2] for words in said[:3]]
    assert pauses == ["0.25 s.", "0.5 s.", "1 s."]


def test_a_child_that_will_not_listen_is_killed(family: Family, tmp_path: Path) -> None:
    family.start("web", STUBBORN)
    pid, hurry = pid_of(tmp_path, "web"), threading.Event()
    hurry.set()

    family.stop(hurry)

    assert not is_running(pid)


def test_grandchildren_do_not_outlive_a_killed_child(family: Family, tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    family.start(
        "web",
        (
            sys.executable,
            "-c",
            "import subprocess, sys, time; "
            f"child = subprocess.Popen({list(SLEEPER)!r}); "
            f"open({str(note)!r}, 'w').write(str(child.pid)); time.sleep(600)",
        ),
    )
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not (note.exists() and note.read_text()):
        time.sleep(0.02)
    grandchild = int(note.read_text())

    family.stop(threading.Event())

    assert wait_until_gone(grandchild)


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, threading; from pathlib import Path; from portal.processes import Family; "
        f"family = Family(Path({str(tmp_path)!r}), print); family.start('web', {list(SLEEPER)!r}); "
        "threading.Event().wait()"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])  # noqa: S603  our own program
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not (tmp_path / "web.pid").exists():
        time.sleep(0.02)
    child = pid_of(tmp_path, "web")

    parent.kill()
    parent.wait()

    assert wait_until_gone(child)
