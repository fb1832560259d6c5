import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.processes import Family
from tests.portal.serving import is_running, wait_for

PATIENCE = 60.0
SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)",
)


def pid_of(folder: Path, name: str) -> int:
    """The process of a child, 0 while it has none."""
    try:
        return int((folder / f"{name}.pid").read_text())
    except FileNotFoundError:
        return 0


def until(true: Callable[[], object]) -> bool:
    return wait_for(true, PATIENCE)


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
    began_again = until(lambda: pid_of(tmp_path, "worker") not in (0, first))
    runs_again = began_again and is_running(pid_of(tmp_path, "worker"))
    stopping.set()  # its child may end from here on: who started it does
    watching.join()

    assert runs_again
    assert said == ["The worker process ended (-9); it starts again in 0.25 s."]


def test_the_pauses_of_a_child_that_dies_at_once_grow(family: Family, said: list[str]) -> None:
    family.start("web", (sys.executable, "-S", "-c", "raise SystemExit(3)"))
    stopping = threading.Event()
    watching = threading.Thread(target=family.watch, args=(stopping,))
    watching.start()
    until(lambda: len(said) >= 3)
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
    assert until(lambda: note.exists() and note.read_text())
    grandchild = int(note.read_text())

    family.stop(threading.Event())

    assert until(lambda: not is_running(grandchild))


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, threading; from pathlib import Path; from portal.processes import Family; "
        f"family = Family(Path({str(tmp_path)!r}), print); family.start('web', {list(SLEEPER)!r}); "
        "threading.Event().wait()"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])  # noqa: S603  our own program
    assert until(lambda: pid_of(tmp_path, "web"))
    child = pid_of(tmp_path, "web")

    parent.kill()
    parent.wait()

    assert until(lambda: not is_running(child))
