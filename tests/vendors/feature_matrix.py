"""The table of vendors/README.md, made from what each adapter declares.

`python -m tests.vendors.feature_matrix` writes it anew.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from vendors.contract import Vendor
from vendors.registry import VENDORS
from vendors.vocabulary import Find, Kind

README = Path(__file__).parents[2] / "vendors" / "README.md"
BEGIN, END = "<!-- features: begin -->\n", "<!-- features: end -->"

Cell = Callable[[type[Vendor]], str]


def _does(kind: Kind) -> Cell:
    return lambda vendor: "yes" if kind in vendor.capabilities.kinds else "no"


def _overrides(verb: str) -> Cell:
    return lambda vendor: "yes" if getattr(vendor, verb) is not getattr(Vendor, verb) else "no"


def _finds(kind: Kind) -> Cell:
    return lambda vendor: (
        str(vendor.can_find.get(kind, Find.NONE)) if kind in vendor.capabilities.kinds else "–"
    )


def _limit(name: str) -> Cell:
    def cell(vendor: type[Vendor]) -> str:
        value = getattr(vendor.capabilities, name)
        return "not stated" if value is None else f"{value:,}"

    return cell


ROWS: tuple[tuple[str, Cell], ...] = (
    ("key", lambda vendor: f"`{vendor.key}`"),
    ("API", lambda vendor: vendor.product or "–"),
    ("withdrawn by the vendor", lambda vendor: "yes" if vendor.withdrawn else "no"),
    ("file a case", _does(Kind.CREATE)),
    ("add a note", _does(Kind.NOTE)),
    ("attach a file", _does(Kind.FILE)),
    ("fetch a file", _overrides("fetch_file")),
    ("request close", _does(Kind.CLOSE)),
    ("read a case", _overrides("fetch_case")),
    ("list cases", _overrides("changed_cases")),
    ("form from live metadata", _overrides("fetch_metadata")),
    ("find a lost case by", _finds(Kind.CREATE)),
    ("find a lost note by", _finds(Kind.NOTE)),
    ("find a lost file by", _finds(Kind.FILE)),
    ("find a lost close request by", _finds(Kind.CLOSE)),
    ("longest note, characters", _limit("note_max_length")),
    ("largest file, bytes", _limit("file_max_size")),
    ("files per case", _limit("files_per_case")),
)


def table() -> str:
    """The matrix as Markdown: a row for each feature, a column for each vendor."""
    titles = [f"{vendor.name} {vendor.product}".strip() for vendor in VENDORS]
    lines = [["", *titles], ["---"] * (len(titles) + 1)]
    lines += [[title, *(cell(vendor) for vendor in VENDORS)] for title, cell in ROWS]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def written() -> str:
    """The matrix as the README has it."""
    return README.read_text().partition(BEGIN)[2].partition(END)[0]


def rewrite() -> None:
    text = README.read_text()
    README.write_text(text.replace(BEGIN + written() + END, BEGIN + table() + END))


if __name__ == "__main__":
    rewrite()
    sys.stdout.write(table())
