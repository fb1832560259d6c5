"""Child processes kept running: started, watched, restarted when they die, stopped together."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 30.0
LONG_LIFE = 10.0
"""Seconds after which a child counts as well: when it dies then, the pauses start over."""

STOP_SECONDS = 30.0
PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, number: int = signal.SIGTERM) -> None:
    """Have the system send this process a signal when `parent` ends, however it ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os.kill(os.getpid(), number)


@dataclass(slots=True)
class Child:
    """One program that should always run."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes]
    started: float = field(default_factory=time.monotonic)
    deaths: int = 0
    due: float | None = None


class Family:
    """Children with a PID file each in `folder`; each leads a process group of its own."""

    def __init__(self, folder: Path, say: Callable[[str], None], home: Path | None = None) -> None:
        """`say` is told of deaths; the children work in `home`, or where we do."""
        self._folder = folder
        self._home = home
        self._say = say
        self._children: list[Child] = []
        folder.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a child and remember it."""
        self._children.append(Child(name, command, self._spawn(name, command)))

    def alive(self, name: str) -> bool:
        """Whether the child of that name runs now."""
        return any(c.name == name and c.process.poll() is None for c in self._children)

    def watch(self, stopping: threading.Event) -> None:
        """Restart what dies, after growing pauses, until `stopping` is set.

        To be called from the thread that lives as long as we do: to the system the parent of a
        process is the thread that started it, and `die_with_parent` ends children with that.
        """
        while not stopping.wait(0.1):
            for child in self._children:
                self._tend(child)

    def stop(self, hurry: threading.Event) -> None:
        """End the children, the last started first: politely, then by force after a while.

        `hurry` set: by force at once.
        """
        deadline = time.monotonic() + STOP_SECONDS
        for child in reversed(self._children):
            if child.process.poll() is None:
                child.process.terminate()
            while child.process.poll() is None and time.monotonic() < deadline:
                if hurry.wait(0.05):
                    break
            self._clear_away(child)

    def _spawn(self, name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603  our own programs and fixed words
            command,
            cwd=self._home,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us alone, we end them in order
            preexec_fn=partial(die_with_parent, os.getpid()),
        )
        written = self._folder / f".{name}.pid"
        written.write_text(f"{process.pid}\n")
        written.replace(self._pid_file(name))  # whoever finds the file finds it whole
        return process

    def _tend(self, child: Child) -> None:
        now = time.monotonic()
        if child.due is not None:
            if now >= child.due:
                child.process = self._spawn(child.name, child.command)
                child.started, child.due = now, None
        elif (code := child.process.poll()) is not None:
            self._clear_away(child)
            child.deaths = 1 if now - child.started > LONG_LIFE else child.deaths + 1
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (child.deaths - 1))
            child.due = now + pause
            self._say(f"The {child.name} process ended ({code}); it starts again in {pause:g} s.")

    def _clear_away(self, child: Child) -> None:
        """Kill what is left of the child's group, so that nothing of it holds a port or a lease."""
        with contextlib.suppress(ProcessLookupError):  # nothing is left of it
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self._pid_file(child.name).unlink(missing_ok=True)

    def _pid_file(self, name: str) -> Path:
        return self._folder / f"{name}.pid"
