"""Looks things up in Akamai v2's invented world."""

from typing import Any

from .akamai_v2_attributes import CUSTOMERS, attributes
from .akamai_v2_questionnaires import QUESTIONS
from .akamai_v2_topics import CATEGORIES, ROOTS, Node

FILTERS = ("product", "problem", "area", "service")

APART = {"Omar Haddad": ("Contoso Retail",)}
"""API users of another reseller: the customers whose cases they alone see."""

ALL_FIELD_TYPES_PATH = ("Alta", "Slow delivery", "Edge Delivery", "High time to first byte")
SECOND_PATH = ("Alta", "Stale or wrong content", "Purge", "Purge takes too long")


def categories() -> list[dict[str, Any]]:
    """Answer the categories operation."""
    return [
        {"categoryType": kind, "displayName": name, "description": description}
        for kind, name, description in CATEGORIES
    ]


def _collect(node: Node, found: dict[str, set[str]]) -> None:
    if node.topic is not None:
        found.setdefault(node.topic, set()).update(node.below)
    for below in node.below.values():
        _collect(below, found)


def _all_values() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for root in ROOTS.values():
        _collect(root, found)
    return found


VALUES_OF_TOPIC = _all_values()
"""Every value each topic has anywhere in the trees."""


def steps(category: str, path: tuple[str, ...]) -> list[dict[str, str]]:
    """Return a path as the subCategories of a post; raise KeyError if it is not in the tree."""
    from_root = ROOTS[category].as_json()
    chosen = []
    topic: dict[str, Any] = from_root
    for value in path:
        below = {one["subCategoryType"]: one for one in topic["subCategories"]}[value]
        chosen.append(
            {
                "displayName": topic["displayName"],
                "subCategoryType": topic["subCategoryType"],
                "subCategoryValue": value,
            }
        )
        topic = below.get("subCategory", {})
    return chosen


def facts() -> dict[str, Any]:
    """Tell tests where the interesting parts are."""
    return {
        "all_field_types": _place("Technical", ALL_FIELD_TYPES_PATH, 100),
        "second_path": _place("Technical", SECOND_PATH, None),
        "mixed_case_field_types": _place(
            "Technical", ("Ion Premier", "Stale or wrong content"), 101
        ),
        "unknown_field_type": _place("Technical", ("mPulse", "Alerts"), 102),
        "gated_options": _place("Professional-Services", ("Alta", "Migration"), 104),
        "disabled_member": _place("Technical", ("Ion Premier", "Alerts"), None),
        "plain": _place("Technical", ("Other", "Duplicate/Test Ticket"), None),
        "categories": {kind: root.leaves() for kind, root in ROOTS.items()},
        "leaves": sum(root.leaves() for root in ROOTS.values()),
        "depth": {kind: root.depth() for kind, root in ROOTS.items()},
        "customers": dict(CUSTOMERS),
        "questionnaires": sorted(QUESTIONS),
        "attributes": sorted(attributes("Technical", {"product": "Alta"})),
    }


def _place(category: str, path: tuple[str, ...], number: int | None) -> dict[str, Any]:
    return {
        "category": category,
        "path": list(path),
        "subCategories": steps(category, path),
        "questionnaireId": number,
    }
