"""Reads the vendor's JSON without trusting it: whatever is odd or missing comes back empty."""

from collections.abc import Mapping
from typing import Any

_NOTHING: Mapping[str, Any] = {}


def members(value: Any) -> Mapping[str, Any]:
    """The members of an object; anything else has none."""
    return value if isinstance(value, dict) else _NOTHING


def items(value: Any) -> list[Any]:
    """The items of an array; a lone value is taken for an array of one, null for an empty one."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def text(value: Any) -> str:
    """A string, number or boolean as text: the vendor writes ids and phones in either way."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
    return ""


def texts(value: Any) -> tuple[str, ...]:
    """The texts of an array, or a lone one, without those that say nothing."""
    return tuple(found for found in map(text, items(value)) if found.strip())


def flag(value: Any) -> bool:
    return text(value).strip().casefold() in {"true", "yes", "1"}


def whole(value: Any) -> int | None:
    """A positive whole number, also when written as text."""
    digits = text(value).strip()
    if isinstance(value, bool) or not digits.isdecimal() or len(digits) > 12:
        return None
    return int(digits) or None


def member(value: Any, name: str) -> Any:
    """A member by name, however its letters are cased: the vendor's samples differ on it."""
    found = members(value)
    if name in found:
        return found[name]
    wanted = name.casefold()
    return next((v for k, v in found.items() if str(k).casefold() == wanted), None)
