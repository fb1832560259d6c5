"""The project's own files, as the architecture tests read them."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("portal", "cases", "vendors")


@dataclass(frozen=True)
class Source:
    """One Python file, by its path from the root."""

    path: str

    @cached_property
    def text(self) -> str:
        return (ROOT / self.path).read_text()

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    def within(self, *places: str) -> bool:
        """Whether the file is one of `places` or lies in one of them."""
        return any(self.path == p or self.path.startswith(f"{p}/") for p in places)


@cache
def files() -> tuple[str, ...]:
    """Every file of the project that is or would be committed, by its path from the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  fixed words
    return tuple(
        sorted(path for path in set(listed.stdout.splitlines()) if (ROOT / path).is_file())
    )


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file but the migrations, which Django writes."""
    return tuple(
        Source(path) for path in files() if path.endswith(".py") and "/migrations/" not in path
    )


def sources_in(*places: str) -> list[Source]:
    return [source for source in sources() if source.within(*places)]


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported(source: Source) -> set[str]:
    """The modules a file imports, by their full names."""
    names: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names
