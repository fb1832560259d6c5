"""The processes of one set-up: started by name, killed with all they started, started again."""

import contextlib
import os
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers import ROOT


@dataclass(slots=True)
class Member:
    """One program, leading a process group of its own; its words are in `log`."""

    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603  our own programs
                self.command,
                cwd=ROOT,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def end(self) -> None:
        """SIGKILL it and all it started."""
        with contextlib.suppress(ProcessLookupError):  # nothing is left of it
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Crowd:
    """Members by name; what ended without being killed is remembered, and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.members: dict[str, Member] = {}
        self.kills: Counter[str] = Counter()
        self.fell: list[tuple[str, str]] = []

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.members[name] = Member(command, env, self.folder / f"{name}.log")

    def named(self, kind: str) -> list[str]:
        """The members of a kind: their names begin with it."""
        return [name for name in self.members if name.startswith(kind)]

    def kill(self, name: str) -> None:
        """SIGKILL it and start it again at once; one that had finished stays so."""
        member = self.members[name]
        if member.process.poll() is None:
            member.end()
            self.kills[name] += 1
            member.start()

    def kill_child(self, name: str, dice: random.Random) -> bool:
        """SIGKILL one of the processes a member started itself; False while there is none."""
        children = children_of(self.members[name].process.pid)
        if not children:
            return False
        try:
            os.kill(dice.choice(children), signal.SIGKILL)
        except ProcessLookupError:  # it ended this moment
            return False
        self.kills[name] += 1
        return True

    def standing_still(self, name: str) -> contextlib.AbstractContextManager[None]:
        """A block in which it stands still, and everything it started."""
        return standing_still(self.members[name].process.pid)

    def tend(self) -> None:
        """Start again what fell by itself; a member that finished its work has ended well."""
        for name, member in self.members.items():
            if member.process.poll():
                self.fell.append((name, member.log.read_text(errors="replace")))
                member.start()

    def finished(self, kind: str) -> bool:
        """Whether all of that kind have ended well."""
        return all(self.members[name].process.poll() == 0 for name in self.named(kind))

    def stop(self) -> None:
        """End everybody at once."""
        for member in self.members.values():
            member.end()


@contextlib.contextmanager
def standing_still(group: int) -> Iterator[None]:
    """A block in which a process group stands still."""
    os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(group, signal.SIGCONT)


def children_of(parent: int) -> list[int]:
    """The processes another one started itself, oldest first."""
    found: list[int] = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # the thread has ended since
            found += map(int, task.read_text().split())
    return sorted(found)
