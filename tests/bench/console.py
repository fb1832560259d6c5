"""The list of connections while four of them fail at once, each in a way of its own."""

from tests.bench import _child

REPORT = "tests.bench._console"


def measure() -> None:
    """Print its time; no vendor is asked for it, so that none can slow it."""
    _child.run(REPORT)
