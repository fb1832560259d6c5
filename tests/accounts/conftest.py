"""The fixtures of tests about accounts."""

from tests.world import played, world

__all__ = ["played", "world"]
