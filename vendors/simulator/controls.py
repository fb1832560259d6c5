"""The controls under /_simulator/: what happened, what shall go wrong, what the engineer does.

GET  ledger       {"effects": [...]}            what calls and engineers changed, oldest first
GET  requests     {"requests": [...]}           every call to a vendor, refused ones too;
                  ?after=<n> leaves out those up to the nth
GET  world        {"akamai_v2": {...}}          where the interesting parts of each world are
GET  credentials  {"akamai": {...}}             one usable credential for each vendor
POST credentials  {"vendor": "akamai", "action": "add" | "disable" | "enable", ...}
                  add takes "may_write" and "user"; disable and enable take "client_token"
                  (the default one if left out); answers like GET with that credential
GET  faults       {"faults": [...]}             the rules in force, with the times left
POST faults       [...]                         replaces the whole list
POST reset                                      everything back to the start
POST cases/<vendor>/<id>                        {"action": "reply" | "status" | "file" | ...}
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .faults import fault_from
from .vendor import UnknownCase, Vendor
from .wire import Answer, Call, Json, json_answer

if TYPE_CHECKING:
    from .app import Simulator

CONTROLS = "/_simulator"
BODY_LIMIT = 300 * 1024 * 1024

Handler = Callable[["Simulator", Call], Any]


def control(simulator: "Simulator", call: Call) -> Answer:
    """Answer a control; what it cannot read it refuses with 400 and the reason."""
    name = call.path.removeprefix(CONTROLS).strip("/")
    handler = HANDLERS.get((call.method, "cases" if name.startswith("cases/") else name))
    if handler is None:
        return json_answer({"error": f"no control {call.method} {call.path}"}, 404)
    try:
        return json_answer(handler(simulator, call))
    except UnknownCase as unknown:
        return json_answer({"error": str(unknown)}, 404)
    except ValueError as wrong:
        return json_answer({"error": str(wrong)}, 400)


def _ledger(simulator: "Simulator", call: Call) -> Json:
    with simulator.store.lock:
        return {"effects": list(simulator.store.effects)}


def _requests(simulator: "Simulator", call: Call) -> Json:
    after = int(call.query.get("after", ["0"])[0])
    with simulator.store.lock:
        return {"requests": [dict(e) for e in simulator.store.requests if e["n"] > after]}


def _world(simulator: "Simulator", call: Call) -> Json:
    return {key: vendor.facts() for key, vendor in simulator.vendors.items()}


def _credentials(simulator: "Simulator", call: Call) -> Json:
    host = simulator.host or call.host
    known: Json = {}
    for vendor in simulator.vendors.values():
        known[vendor.credentials_key] = vendor.credentials(host)
        apart = vendor.credentials_apart(host)
        if apart:
            known[f"{vendor.credentials_key}_apart"] = apart
    return known


def _change_credentials(simulator: "Simulator", call: Call) -> Json:
    wanted = _object(call)
    for vendor in simulator.vendors.values():
        if wanted.get("vendor") in (vendor.key, vendor.credentials_key):
            host = simulator.host or call.host
            return {vendor.credentials_key: vendor.change_credentials(wanted, host)}
    raise ValueError("vendor names no played vendor")


def _faults(simulator: "Simulator", call: Call) -> Json:
    return {"faults": simulator.faults.as_json()}


def _set_faults(simulator: "Simulator", call: Call) -> Json:
    given = _json(call)
    if not isinstance(given, list):
        raise ValueError("the faults are a list")
    known = frozenset(simulator.vendors)
    simulator.faults.replace([fault_from(one, known) for one in given])
    return _faults(simulator, call)


def _reset(simulator: "Simulator", call: Call) -> Json:
    simulator.reset()
    return {"reset": True}


def _case(simulator: "Simulator", call: Call) -> Json:
    _, _, rest = call.path.partition("/cases/")
    key, _, case_id = rest.partition("/")
    vendor: Vendor | None = simulator.vendors.get(key)
    if vendor is None:
        raise UnknownCase(f"no played vendor {key}")
    return {"n": vendor.act(case_id, _object(call))}


def _json(call: Call) -> Any:
    try:
        return json.loads(call.body.read_all(BODY_LIMIT))
    except UnicodeDecodeError as wrong:
        raise ValueError("the body is not UTF-8") from wrong


def _object(call: Call) -> Json:
    given = _json(call)
    if not isinstance(given, dict):
        raise ValueError("the body is a JSON object")
    return given


HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "ledger"): _ledger,
    ("GET", "requests"): _requests,
    ("GET", "world"): _world,
    ("GET", "credentials"): _credentials,
    ("POST", "credentials"): _change_credentials,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_faults,
    ("POST", "reset"): _reset,
    ("POST", "cases"): _case,
}
