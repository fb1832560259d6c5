"""The fixtures of tests about cases."""

from tests.cases.filing_desk import desk
from tests.cases.telling_vendor import telling
from tests.world import played, world

__all__ = ["desk", "played", "telling", "world"]
