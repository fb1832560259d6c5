"""The fixtures of tests about connections."""

from tests.connections.rows import connection, testco
from tests.world import played

__all__ = ["connection", "played", "testco"]
