"""What staff do to many steps at once: pause and resume a connection, retry all of one cause."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cases import access
from cases.access import Viewer
from cases.actions.problems import Rejected
from cases.actions.settling import let_go, reasoned, replace
from cases.models import Push
from cases.models.push import State
from cases.tasks import ring
from portal.accounts import audit
from portal.accounts.roles import Ability
from vendors.connections import pausing
from vendors.connections.models import Connection


def pause(*, viewer: Viewer, connection: Connection, reason: str) -> None:
    """Stop sending and reading through the connection, for all its customers."""
    _guard(viewer, connection)
    reasoned(reason)
    with transaction.atomic():
        if not pausing.pause(connection, why=reason):
            raise Rejected("", "This connection is paused already.")
        _audit(viewer, connection, "connection paused", reason)


def resume(*, viewer: Viewer, connection: Connection, reason: str) -> None:
    """Let what waited go out, the steps of each case in their order."""
    _guard(viewer, connection)
    reasoned(reason)
    with transaction.atomic():
        if not pausing.resume(connection, why=reason):
            raise Rejected("", "This connection is not paused.")
        _audit(viewer, connection, "connection resumed", reason)
    ring("steps")
    ring("files")
    ring("sync")


def _guard(viewer: Viewer, connection: Connection) -> None:
    if access.keeper(connection) not in access.kept_by(viewer, Ability.SETTLE):
        raise PermissionDenied("Only those who look after the connection may do this.")


def _audit(viewer: Viewer, connection: Connection, action: str, reason: str) -> None:
    audit.record(
        actor=viewer.user,
        action=action,
        object=connection,
        organization=connection.owner,
        changed=["state"],
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of one step of many: `words` say why it was left as it was, else are empty."""

    push: Push
    words: str = ""


RETRIES: Mapping[State, Callable[..., Any]] = {State.PARKED: let_go, State.REFUSED: replace}


def retry_all(*, viewer: Viewer, pushes: Iterable[Push], reason: str) -> list[Retried]:
    """Try each step again as if it were the only one: held ones go on, refused ones as new steps.

    Each is allowed, done and audited by itself; one that may not be leaves the others as they are.
    """
    reasoned(reason)
    told = [_retry(viewer, push, reason) for push in pushes]
    ring("steps")
    ring("files")
    return told


def _retry(viewer: Viewer, push: Push, reason: str) -> Retried:
    retry = RETRIES.get(State(push.state))
    if retry is None:
        return Retried(push, "It is neither refused nor held any more.")
    try:
        retry(viewer=viewer, push=push, reason=reason)
    except Rejected as rejected:
        return Retried(push, rejected.words)
    except PermissionDenied as denied:
        return Retried(push, str(denied))
    return Retried(push)
