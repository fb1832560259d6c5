"""Thousands of steps that cannot go now, put into a running portal; run by delivery.py."""

from cases.models.push import State
from tests.bench._crowd import Crowd
from vendors.connections.models import Connection

HALF = 2_500


def report() -> None:
    """Half of them behind a paused connection, half behind refused steps of the demo's own one."""
    crowd = Crowd()
    own = Connection.objects.filter(vendor="akamai_v2").earliest("created_at")
    paused = crowd.connect()
    Connection.objects.filter(pk=paused.pk).update(state=Connection.State.PAUSED)
    crowd.add(paused, (State.PENDING,), HALF)
    crowd.add(own, (State.REFUSED, State.PENDING), HALF)
