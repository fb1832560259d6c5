"""The engineer behind Akamai v2's desk: what the controls make them do, and a little own life."""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Any

from .akamai_v2_desk import KEY, Desk
from .store import Store
from .wire import Json

ENGINEER = "Maya Olsen"
SECTIONS = ("userDetail", "permissions", "solution")

Deed = Callable[[Desk, Json, Json], Json | None]


def act(store: Store, desk: Desk, record: Json, action: Json) -> int:
    """Do one action and write it into the ledger; raise ValueError where it cannot be read.

    ``{"action": "reply", "text"}``, ``{"action": "status", "value"}``,
    ``{"action": "file", "name", "base64"}``, ``{"action": "close"}`` (with ``solution`` if wanted)
    and ``{"action": "set", "members": {...}}``; each may name its engineer in ``by``. ``set``
    changes members of ticketInfo, or of userDetail, permissions and solution where so nested.
    """
    name = action.get("action")
    deed = DEEDS.get(name) if isinstance(name, str) else None
    if deed is None:
        raise ValueError(f"action must be one of {', '.join(DEEDS)}")
    file = deed(desk, record, action)
    desk.save(record, touch=True)
    body = {key: value for key, value in action.items() if key != "base64"}
    return store.add_effect(KEY, str(name), record["id"], "engineer", body, file)


def tend(store: Store, desk: Desk, seconds: float) -> None:
    """Take up cases of clients that have waited in the queue for ``seconds``."""
    now = store.clock()
    for record in list(store.cases(KEY).values()):
        info = record["ticketInfo"]
        if "posted" not in record or info["assignedTo"] != "In Queue":
            continue
        if (now - datetime.fromisoformat(info["createdDate"])).total_seconds() >= seconds:
            text = "I have taken up your case and am looking at it now."
            act(store, desk, record, {"action": "reply", "text": text})


def _text(action: Json, name: str) -> str:
    given = action.get(name)
    if not isinstance(given, str) or not given:
        raise ValueError(f"{name} must be a string that is not empty")
    return given


def _reply(desk: Desk, record: Json, action: Json) -> Json | None:
    desk.respond(record, action.get("by", ENGINEER), _text(action, "text"))
    return None


def _status(desk: Desk, record: Json, action: Json) -> Json | None:
    desk.set_status(record, _text(action, "value"))
    return None


def _file(desk: Desk, record: Json, action: Json) -> Json | None:
    try:
        content = base64.b64decode(action.get("base64", ""), validate=True)
    except (binascii.Error, TypeError) as wrong:
        raise ValueError("base64 must be the file's bytes in base64") from wrong
    return desk.add_engineer_file(
        record, action.get("by", ENGINEER), _text(action, "name"), content
    )


def _close(desk: Desk, record: Json, action: Json) -> Json | None:
    desk.close(record, action.get("solution", {}))
    return None


def _set(desk: Desk, record: Json, action: Json) -> Json | None:
    members: Any = action.get("members")
    if not isinstance(members, dict):
        raise ValueError("members must be an object")
    for name, value in members.items():
        if name in SECTIONS and isinstance(value, dict):
            record[name].update(value)
        else:
            record["ticketInfo"][name] = value
    return None


DEEDS: dict[str, Deed] = {
    "reply": _reply,
    "status": _status,
    "file": _file,
    "close": _close,
    "set": _set,
}
