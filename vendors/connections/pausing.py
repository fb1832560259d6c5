"""Pausing a connection: nothing is sent or read through it until somebody resumes it."""

from django.utils import timezone

from vendors.connections.models import Connection

State = Connection.State


def pause(connection: Connection, *, why: str) -> bool:
    """Stop everything through the connection; False when it is paused already."""
    return _change(connection, State.ACTIVE, State.PAUSED, why)


def resume(connection: Connection, *, why: str) -> bool:
    """Let everything that waited go, each case in its order; False when it is not paused."""
    return _change(connection, State.PAUSED, State.ACTIVE, why)


def note_change(connection: Connection) -> None:
    """Set when its state changed on a row about to be saved."""
    connection.state_since, connection.state_why = timezone.now(), ""


def _change(connection: Connection, was: State, now: State, why: str) -> bool:
    told = {"state": now, "state_since": timezone.now(), "state_why": why[:300]}
    same = Connection.objects.filter(pk=connection.pk, state=was)
    changed = same.update(**told) == 1
    connection.refresh_from_db(fields=list(told))
    return changed
