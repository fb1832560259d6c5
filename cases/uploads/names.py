"""File names as people see them. They are never names on our disk."""

import re
import unicodedata

from portal.one_line import seen

LONGEST = 100
LONGEST_ENDING = 16
UNNAMED = "file"

_DOUBLE = re.compile(r"(\.tar)?\.[^.\s]+$", re.IGNORECASE)
_ROTATED = re.compile(r"^[\d_-]+$")  # access.log.1, syslog.2026-11-22


def clean_name(name: str) -> str:
    """`name` fit to be shown, stored and sent on: at most 100 characters and never empty.

    Folders before it, control, bidi and other unseen characters are gone, accents are composed
    (NFC), runs of spaces are one space, and no dot or space stands at either end. A long name
    loses the end of its stem and keeps its ending, so that it stays the same kind of file.
    """
    last = re.split(r"[/\\]", name)[-1]
    spaced = " ".join(last.split())
    plain = " ".join(unicodedata.normalize("NFC", seen(spaced)).split()).strip(". ")
    ending = _ending(plain)
    stem = plain.removesuffix(ending)[: LONGEST - len(ending)].rstrip(". ")
    return stem + ending or UNNAMED


def extension_of(name: str) -> str:
    """The lower-case ending that says what kind of file it is, without its dot; may be empty.

    A number or date put behind by log rotation is passed over: `access.log.1` is a log.
    """
    parts = name.lower().split(".")[1:]
    while len(parts) > 1 and _ROTATED.match(parts[-1]):
        parts.pop()
    return parts[-1] if parts else ""


def _ending(name: str) -> str:
    found = _DOUBLE.search(name)
    if found is None or found.start() == 0 or len(found[0]) > LONGEST_ENDING:
        return ""
    return found[0]
