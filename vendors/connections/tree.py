"""Choosing paths in a vendor's tree: one row per path, one choice per level, also half done.

A finished row is the leaf's own value. A row still being chosen travels as `?["Label", …]`, the
labels chosen so far, so that half a choice survives saving; `finished` is what may leave.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from vendors.schema import TreeNode

SEPARATOR = " › "
MOST_ROWS = 20  # more than any vendor allows: what a forged post may make us draw
NO_TREE = TreeNode("")
_UNFINISHED = "?"


@dataclass(frozen=True, slots=True)
class Level:
    """One select of a row: what is chosen here, among which labels, called what."""

    topic: str
    labels: tuple[str, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Row:
    """One chosen path: its entry as kept, the selects that show it, whether it may end here."""

    entry: str
    levels: tuple[Level, ...]
    path: tuple[str, ...]
    is_finished: bool
    is_gone: bool  # the vendor offers this path no more

    @property
    def spoken(self) -> str:
        return SEPARATOR.join(self.path)

    @property
    def missing(self) -> str:
        """What the next level is called, for telling what is still to be chosen."""
        return self.levels[-1].topic if self.levels else ""


class Tree:
    """A vendor's tree with its leaves indexed; made once per form."""

    def __init__(self, root: TreeNode) -> None:
        self.root = root
        self.leaves: dict[str, tuple[str, ...]] = {}
        for value, path in root.leaves():
            self.leaves.setdefault(value, path)

    def row(self, entry: str) -> Row:
        """The row that shows this entry; one the tree does not know is drawn as nothing chosen."""
        path = self.leaves.get(entry, _labels(entry))
        levels, node = [], self.root
        chosen: list[str] = []
        for label in (*self._below_root(path), ""):
            if not node.children:
                break
            below = _child(node, label)
            labels = tuple(child.label for child in node.children)
            levels.append(Level(node.topic, labels, below.label if below else ""))
            if below is None:
                break
            chosen.append(below.label)
            node = below
        finished = entry in self.leaves
        gone = bool(entry) and not finished and not is_unfinished(entry)
        return Row(entry, tuple(levels), tuple(chosen), finished, gone)

    def entry(self, labels: Iterable[str], before: str = "") -> str:
        """The entry for these choices from the top; `before` stays while nothing replaces it."""
        node, chosen = self.root, []
        for label in labels:
            below = _child(node, label)
            if below is None:
                break
            chosen.append(below.label)
            node = below
        if not chosen and before and self.row(before).is_gone:
            return before
        return node.value if chosen and node.value else unfinished(chosen)

    def path(self, entry: str) -> tuple[str, ...]:
        """The labels of this entry that the tree knows."""
        return self.row(entry).path

    def drops(self, before: str, after: str) -> bool:
        """Whether `after` lost levels from below the one that a person changed in `before`."""
        old, new = self.path(before), self.path(after)
        changed = next(
            (n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]),
            len(new),
        )
        below = old[changed + 1 :]
        return bool(below) and below != new[changed + 1 : len(old)]

    def resumed(self, before: str, after: str, aside: Iterable[str]) -> str:
        """`after`, or what was set aside below the choice that a person went back to in it."""
        path = self.path(after)
        if path == self.path(before)[: len(path)]:  # nothing was chosen, only emptied
            return after
        below = (entry for entry in aside if self.path(entry)[: len(path)] == path)
        return next((entry for entry in below if len(self.path(entry)) > len(path)), after)

    def matches(self, text: str, most: int) -> tuple[list[tuple[str, str]], int]:
        """Up to `most` leaves (value, path) holding every word of `text`, and how many do."""
        words = text.casefold().split()
        if not words:
            return [], 0
        spoken = ((value, SEPARATOR.join(path)) for value, path in self.leaves.items())
        found = [(v, path) for v, path in spoken if all(w in path.casefold() for w in words)]
        return found[:most], len(found)

    def _below_root(self, path: tuple[str, ...]) -> tuple[str, ...]:
        return path[1:] if self.root.label and path[:1] == (self.root.label,) else path


@dataclass(frozen=True, slots=True)
class Post:
    """The rows of one tree as a page posted them, by `name.row` and `name.row.level`."""

    tree: Tree
    name: str
    values: Mapping[str, str]
    leaves: tuple[str, ...] = ()  # chosen outright, without a row
    aside: tuple[str, ...] = ()  # entries whose lower levels a choice above them dropped before

    @classmethod
    def of(
        cls,
        tree: Tree,
        name: str,
        post: Mapping[str, str],
        outright: Iterable[str] = (),
        aside: tuple[str, ...] = (),
    ) -> Self:
        chosen = tuple(value for value in outright if value)
        values = {k: post[k] for k in post if k.startswith(f"{name}.")}
        return cls(tree, name, values, chosen, aside)

    def entries(self, most: int) -> tuple[str, ...]:
        """What is chosen now, after the button pressed, if any: pick, remove, move up or add."""
        numbers = self._numbers()
        rows = [*self.leaves, *map(self._row, numbers)]
        rows = [*dict.fromkeys(rows)] if self.leaves else rows
        drawn = (*self.leaves, *map(self._drawn, numbers))
        for verb, change in _CHANGES.items():
            argument = self.values.get(f"{self.name}.{verb}")
            if argument is not None:
                rows = change(rows, Press(argument, drawn, most))
        return tuple(rows[:MOST_ROWS])

    def dropped(self) -> dict[str, str]:
        """The entries that lose lower levels to a changed choice above, each with its words."""
        rows = {self._drawn(number): self._chosen(number) for number in self._numbers()}
        lost = (before for before, after in rows.items() if self.tree.drops(before, after))
        return {entry: self.tree.row(entry).spoken for entry in lost}

    def _numbers(self) -> list[int]:
        pattern = re.compile(re.escape(self.name) + r"\.(\d{1,2})(?:\.\d{1,2})?")
        found = {int(m[1]) for key in self.values if (m := pattern.fullmatch(key))}
        return sorted(found)

    def _row(self, number: int) -> str:
        return self.tree.resumed(self._drawn(number), self._chosen(number), self.aside)

    def _drawn(self, number: int) -> str:
        return self.values.get(f"{self.name}.{number}", "")

    def _chosen(self, number: int) -> str:
        labels: list[str] = []
        while (label := self.values.get(f"{self.name}.{number}.{len(labels)}")) is not None:
            labels.append(label)
        return self.tree.entry(labels, before=self._drawn(number))


@dataclass(frozen=True, slots=True)
class Press:
    """A button of the rows, pressed. What it says is so done twice as done once.

    Add names the number of the row to come; remove and move up name their row as `number:entry`.
    """

    argument: str
    drawn: tuple[str, ...]  # the entries of the rows as the page showed them
    most: int

    @property
    def number(self) -> int:
        number = self.argument.partition(":")[0]
        return int(number) if number.isdecimal() else -1

    @property
    def place(self) -> int:
        """Where the row named stands now, -1 if it is gone."""
        entry = self.argument.partition(":")[2]
        if entry in self.drawn[self.number : self.number + 1]:
            return self.number
        return self.drawn.index(entry) if entry in self.drawn else -1


def _pick(rows: list[str], press: Press) -> list[str]:
    leaf = press.argument
    if leaf in rows:
        return rows
    place = next((i for i, row in enumerate(rows) if is_unfinished(row)), None)
    if place is None:
        return [*rows, leaf] if len(rows) < press.most else [*rows[:-1], leaf]
    return [*rows[:place], leaf, *rows[place + 1 :]]


def _remove(rows: list[str], press: Press) -> list[str]:
    return [row for i, row in enumerate(rows) if i != press.place]


def _up(rows: list[str], press: Press) -> list[str]:
    goal, place = press.number - 1, press.place
    if not 0 <= goal < place < len(rows):
        return rows
    rest = rows[:place] + rows[place + 1 :]
    return [*rest[:goal], rows[place], *rest[goal:]]


def _add(rows: list[str], press: Press) -> list[str]:
    rows = rows or [unfinished([])]
    return [*rows, unfinished([])] if len(rows) <= min(press.number, press.most - 1) else rows


_CHANGES = {"pick": _pick, "remove": _remove, "up": _up, "add": _add}


def unfinished(labels: list[str]) -> str:
    return _UNFINISHED + json.dumps(labels, ensure_ascii=False, separators=(",", ":"))


def is_unfinished(entry: str) -> bool:
    return entry.startswith(_UNFINISHED + "[")


def finished(entries: Iterable[str]) -> tuple[str, ...]:
    """The entries without those still being chosen."""
    return tuple(entry for entry in entries if entry and not is_unfinished(entry))


def _labels(entry: str) -> tuple[str, ...]:
    if not is_unfinished(entry):
        return ()
    try:
        labels = json.loads(entry.removeprefix(_UNFINISHED))
    except ValueError:
        return ()
    return tuple(str(label) for label in labels)


def _child(node: TreeNode, label: str) -> TreeNode | None:
    return next((child for child in node.children if child.label == label), None) if label else None
