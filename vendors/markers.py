"""The marker: our name for one step sent to a vendor, written where it can be read back.

A marker is `P-` and eight Crockford base32 characters; the steps behind a create carry the same
with `-2`, `-3`, ... In a text it is the last line, `[ref P-7Q2MK4XD]`.
"""

import re
from random import Random, SystemRandom

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8

_MARKER = rf"P-[{ALPHABET}]{{{LENGTH}}}(?:-[1-9][0-9]{{0,3}})?"
_WHOLE = re.compile(_MARKER)
_LAST_LINE = re.compile(rf"(?:\A|\r\n|\r|\n)\[ref ({_MARKER})\]\s*\Z")
_SYSTEM = SystemRandom()


def mint(random: Random = _SYSTEM) -> str:
    """A new marker: 40 bits, from the system's secure source unless a test gives its own."""
    return "P-" + "".join(random.choice(ALPHABET) for _ in range(LENGTH))


def step(marker: str, number: int) -> str:
    """The marker of a draft's `number`th step; the first, the create, carries the draft's own."""
    return marker if number == 1 else f"{marker}-{number}"


def is_marker(value: str) -> bool:
    """Is this one of our markers and nothing else?"""
    return _WHOLE.fullmatch(value) is not None


def line(marker: str) -> str:
    """The line that carries `marker` in a text."""
    return f"[ref {marker}]"


def append(text: str, marker: str) -> str:
    """`text` with the marker as its last line; `split` gives both back unchanged."""
    return f"{text}\n{line(marker)}" if text else line(marker)


def split(text: str) -> tuple[str, str]:
    """(the text without our last line, its marker), or (the text, "") where there is none."""
    found = _LAST_LINE.search(text)
    return (text[: found.start()], found[1]) if found else (text, "")


def carries(text: str, marker: str) -> bool:
    """Does this marker's line stand anywhere in `text`, quoted by the vendor or not?"""
    return bool(marker) and line(marker) in text
