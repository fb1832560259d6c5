"""What was answered when a case was filed, under the headings of its form."""

from collections.abc import Iterable, Mapping
from typing import Any


def answers_by_section(answers: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[Any]]]:
    """The answers that have something to show, by the heading they were given under."""
    sections: dict[str, list[Any]] = {}
    for answer in answers:
        if answer.get("display"):
            sections.setdefault(answer.get("section", ""), []).append(answer)
    return list(sections.items())
