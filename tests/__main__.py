"""All checks of the project: `python -m tests`, or only the parts named as arguments.

Every part runs even when one before it failed; at the end stands what each came to and its seconds,
below the table of what the fault tests found.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests import servers
from tests.faults import table

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = tuple(str(path) for path in sorted((ROOT / "templates").rglob("*.html")))
FAULTS = "tests/faults"
STORMS = "tests/faults/real"
# Generated examples are the same in every run here, so that a failure is the change's; plain pytest
# draws new ones.
PYTEST = ("pytest", "--quiet", "--hypothesis-seed=0")
SHARED = ("-n", "2", "--dist", "loadfile")  # between two processes, a file's tests in one


@dataclass(frozen=True, slots=True)
class Part:
    """Commands of the environment's own programs; `servers` run beside them where they can.

    `needs` is the one server without which the part makes no sense.
    """

    name: str
    commands: tuple[tuple[str, ...], ...]
    servers: tuple[str, ...] = ()
    needs: str = ""


PARTS = (
    Part(
        "lint",
        (
            ("ruff", "check", "."),
            ("ruff", "format", "--check", "."),
            ("djade", "--target-version", "5.2", "--check", *TEMPLATES),
            ("lint-imports",),
        ),
    ),
    Part("types", (("mypy",),)),
    Part(
        "tests",
        (
            (
                *PYTEST,
                *SHARED,
                "-m",
                "not chromium and not postgres",
                "--ignore",
                FAULTS,
            ),
        ),
        servers=("postgres", "redis", "rabbitmq"),
    ),
    Part(
        "faults",
        ((*PYTEST, "-n", "2", FAULTS, "--ignore", STORMS),),
        servers=("postgres", "redis"),
    ),
    Part("storms", ((*PYTEST, STORMS),)),  # its servers are its own: it kills them
    Part(
        "postgres",
        (
            (
                *PYTEST,
                *SHARED,
                "-m",
                "not chromium",
                "tests/cases",
                "tests/connections",
                "tests/accounts/test_audit_append_only.py",
                "tests/accounts/test_audit_chain.py",
                "tests/accounts/test_audit_purge.py",
            ),
        ),
        needs="postgres",
    ),
    Part("journeys", ((*PYTEST, *SHARED, "-m", "chromium"),), servers=("redis",)),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a part came to, and in how many seconds."""

    name: str
    words: str
    seconds: float
    failed: bool


def run(part: Part) -> Outcome:
    """Run one part over the servers it wants."""
    print(f"\n=== {part.name}", flush=True)
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        env = dict(os.environ)
        try:
            for name in part.servers:
                with contextlib.suppress(servers.Missing):  # its tests skip, and say why
                    env[servers.variable(name)] = stack.enter_context(servers.running(name))
            if part.needs:
                url = stack.enter_context(servers.running(part.needs))
                env["CASEPORT_TEST_DATABASE_URL"] = url
        except servers.Missing as missing:
            print(f"skipped: {missing}")
            return Outcome(part.name, f"skipped: {missing}", 0, servers.require_all())
        failed = [command[0] for command in part.commands if execute(command, env)]
    words = f"failed: {', '.join(failed)}" if failed else "ok"
    return Outcome(part.name, words, time.monotonic() - started, bool(failed))


def execute(command: Iterable[str], env: dict[str, str]) -> int:
    """Run a program of this environment; return its exit code."""
    name, *words = command
    path = Path(sys.executable).with_name(name)
    done = subprocess.run([path, *words], env=env, cwd=ROOT, check=False)  # noqa: S603  our own words
    return done.returncode


def main(names: list[str]) -> int:
    """Run the parts named, or all; 1 if one failed, 2 for a name that is none."""
    if unknown := set(names) - {part.name for part in PARTS}:
        print(f"no such part: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder, "rows")
        rows.touch()
        os.environ[table.TOLD] = str(rows)
        outcomes = [run(part) for part in PARTS if part.name in names or not names]
        print(*table.told(rows), sep="\n")
    print("\nPart         seconds  outcome")
    for outcome in outcomes:
        print(f"{outcome.name:<12} {outcome.seconds:7.1f}  {outcome.words}")
    return int(any(outcome.failed for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
