"""The filing form after an answer: kept, asked anew and sent back in parts, metadata cached."""

from tests.bench import _child
from tests.servers import free_port


def measure() -> None:
    """Print how long an answer of a long form takes."""
    _child.run("tests.bench._form", SIMULATOR_PORT=str(free_port()))
