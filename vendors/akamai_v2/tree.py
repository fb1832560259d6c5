"""The subcategory tree: topics and values by turns, any depth, read from `sub-categories`.

At a topic `subCategoryType` is the topic's name ("area"), at a value it is the value itself. A case
wants one {subCategoryType: topic, subCategoryValue: value, displayName: the topic's} per level.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from vendors.akamai_v2.shapes import items, members, text
from vendors.schema import TreeNode

FILTERS = ("product", "problem", "area", "service")
MAX_DEPTH = 40  # deeper than any real tree: what an answer gone wrong may cost


@dataclass(frozen=True, slots=True)
class Level:
    """One chosen value with its topic, each as the vendor's key and as its words."""

    topic: str
    value: str
    topic_name: str
    name: str


Path = tuple[Level, ...]


def encode(path: Path) -> str:
    """The path as a tree's answer: all that a case needs to know of it, without metadata."""
    rows = [
        [step.topic, step.value, step.topic_name, *([step.name] if step.name != step.value else [])]
        for step in path
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def decode(value: str) -> Path:
    """The path `encode` wrote; raises ValueError for anything else."""
    rows = json.loads(value)
    if not isinstance(rows, list) or not rows:
        raise ValueError("not a path")
    return tuple(_level(row) for row in rows)


def _level(row: Any) -> Level:
    match row:
        case [str(topic), str(value), str(topic_name)]:
            return Level(topic, value, topic_name, value)
        case [str(topic), str(value), str(topic_name), str(name)]:
            return Level(topic, value, topic_name, name)
    raise ValueError("not a level of a path")


def spoken(path: Path) -> str:
    return " › ".join(step.name for step in path)


def grow(answer: Any) -> TreeNode:
    """The tree to choose from; a path may end at every value. Without values it has no children."""
    return _grown(json.dumps(answer))


@lru_cache(maxsize=32)
def _grown(answer: str) -> TreeNode:
    # kept by its text: one tree serves every form of its category, and growing it costs the most
    top = members(json.loads(answer))
    topic = members(top.get("subCategory")) or top
    return TreeNode("", _topic_name(topic), "", _values(topic, ()))


def _topic_name(topic: Mapping[str, Any]) -> str:
    return text(topic.get("displayName")) or text(topic.get("subCategoryType"))


def _values(topic: Mapping[str, Any], above: Path) -> tuple[TreeNode, ...]:
    key = text(topic.get("subCategoryType"))
    if not key or len(above) >= MAX_DEPTH:
        return ()
    grown: dict[str, TreeNode] = {}
    for item in items(topic.get("subCategories")):
        value = text(members(item).get("subCategoryType"))
        if not value.strip():
            continue
        name = text(item.get("displayName")) or value
        if name in grown:
            name = f"{name} ({value})"
        path = (*above, Level(key, value, _topic_name(topic), name))
        below = members(item.get("subCategory"))
        node = TreeNode(name, _topic_name(below), encode(path), _values(below, path))
        grown.setdefault(name, node)
    return tuple(grown.values())


def chosen(root: TreeNode, answer: Iterable[str]) -> tuple[Path, ...]:
    """The chosen paths that are in the tree, each once, in the order given."""
    wanted = list(dict.fromkeys(answer))
    known = {value for value, _ in root.leaves()} if wanted else set()
    return tuple(decode(value) for value in wanted if value in known)


def filters(path: Path) -> dict[str, str]:
    """The path's values under the topics that filter attributes; the first of a topic counts."""
    found: dict[str, str] = {}
    for step in path:
        if step.topic.casefold() in FILTERS:
            found.setdefault(step.topic.casefold(), step.value)
    return found


def leading_filters(paths: Sequence[Path]) -> dict[str, str]:
    """The first value of each topic. A later path adds topics only where it agrees with the
    earlier ones: the problem of another product would filter for a pair nobody chose."""
    found: dict[str, str] = {}
    for path in paths:
        own = filters(path)
        if all(own.get(topic, value) == value for topic, value in found.items()):
            found |= own
    return found
