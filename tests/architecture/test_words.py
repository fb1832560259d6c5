import re

import pytest

from tests.architecture.sources import ROOT, files

VENDORS = re.compile(r"akamai|equinix|\bibm\b|ibm_cloud|_ibm", re.IGNORECASE)
ADDRESS = re.compile(r"https?://\S+")  # a link to the page a scheme is described on
OUTSIDE = ("cases/", "portal/", "templates/", "static/", "vendors/connections/", "vendors/http/")
SHARED = ("contract.py", "schema.py", "vocabulary.py", "markers.py")


def places_without_vendors() -> list[str]:
    shared = tuple(f"vendors/{name}" for name in SHARED)
    return [path for path in files() if path.startswith(OUTSIDE) or path in shared]


def names_in(path: str) -> list[str]:
    try:
        text = (ROOT / path).read_text()
    except UnicodeDecodeError:  # a font or a picture
        return []
    lines = enumerate(ADDRESS.sub("", text).splitlines(), 1)
    return [f"{path}:{number}: {line.strip()}" for number, line in lines if VENDORS.search(line)]


def test_no_vendor_is_named_outside_its_place() -> None:
    assert not [found for path in places_without_vendors() for found in names_in(path)]


def test_no_path_outside_its_place_carries_a_vendors_name() -> None:
    assert not [path for path in places_without_vendors() if VENDORS.search(path)]


@pytest.mark.parametrize("word", ["ticket", "dto", "provider"])
def test_one_word_for_one_thing(word: str) -> None:
    """We say case, snapshot and vendor; a vendor's own words stay in its folder."""
    spoken = re.compile(rf"(?<![a-zA-Z])(?<!partner ){word}s?(?![a-zA-Z])", re.IGNORECASE)
    found = [
        f"{path}:{number}"
        for path in files()
        if path.startswith(("cases/", "portal/", "templates/")) and path.endswith((".py", ".html"))
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1)
        if spoken.search(line)
    ]

    assert not found
