"""What is done in a storm: cases and the deeds on each, the same for whoever knows the seed.

Every deed's text names it, so that the vendor's ledger alone tells which deed an effect is of.
"""

import hashlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

KINDS = ("create", *("note",) * 5, "file", *("note",) * 4, "file", "close")
"""The deeds on one case, in this order."""
AT_A_TIME = 5  # cases one producer has in hand; the others come later

ODD = (
    "since 13:40 every POST fails",
    "«naïve» café, 東京, Ελλάδα 🙂",
    "a < b & c > d; 'quoted' \"twice\"",
    "\tindented\n\nafter an empty line",
    "[ref P-00000000] is not ours",
    "100 % of {{ users }} %s %(x)s \\n",
)

_NAMED = re.compile(r"\bdeed (\d+-\d+)\b")


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing a person does: the `step`th on the `case`th case."""

    case: int
    step: int
    text: str

    @property
    def key(self) -> str:
        return f"{self.case}-{self.step}"

    @property
    def kind(self) -> str:
        return KINDS[self.step]

    @property
    def file_name(self) -> str:
        return f"trace {self.key}.txt"

    @property
    def content(self) -> bytes:
        """The bytes of a file step."""
        return f"{self.text}\n".encode() * 40

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def deed(seed: int, case: int, step: int) -> Deed:
    """The deed of that place; its text is drawn from the seed."""
    drawn = random.Random(f"{seed} {case} {step}")
    words = "\n".join(drawn.sample(ODD, drawn.randint(1, 3)))
    return Deed(case, step, f"This is deed {case}-{step}: {words}.")


def cases_for(pushes: int) -> int:
    """How many cases make at least so many pushes."""
    return -(-pushes // len(KINDS))


def deeds(seed: int, cases: int) -> list[Deed]:
    """All deeds of a storm, case by case."""
    return [deed(seed, case, step) for case in range(cases) for step in range(len(KINDS))]


def in_turn(seed: int, cases: int, producer: int, producers: int) -> Iterator[Deed]:
    """One producer's deeds as it does them: a few cases side by side, then the next few."""
    mine = range(producer, cases, producers)
    for first in range(0, len(mine), AT_A_TIME):
        for step in range(len(KINDS)):
            for case in mine[first : first + AT_A_TIME]:
                yield deed(seed, case, step)


def named_in(text: str) -> str:
    """The key of the deed a text is of, empty if it names none."""
    found = _NAMED.search(text)
    return found[1] if found else ""
