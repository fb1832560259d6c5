"""Which parts of a composer that stands open already must be drawn anew, and how gently.

A page says of each part how it looks: its name, whether a form stands in it (`+`) or only a reason
(`-`), and the sign of what it shows. A form somebody may be typing in keeps its inputs: only what
stands around them is replaced.
"""

import hashlib
from collections.abc import Iterable, Mapping

FORM, REASON = "+", "-"
WHOLE, AROUND = "whole", "around"


def sign(shown: str) -> str:
    return hashlib.sha256(shown.encode()).hexdigest()[:8]


def behind(told: Iterable[str], signs: Mapping[str, str]) -> dict[str, str]:
    """Part -> how much of it to draw anew, for the parts that look otherwise than the page told."""
    found = {}
    for each in told:
        part, _, looks = each.partition(":")
        if part in signs and looks[1:] != signs[part]:
            found[part] = AROUND if looks.startswith(FORM) else WHOLE
    return found
