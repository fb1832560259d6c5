"""Akamai Case Management v2, played: its thirteen operations behind an EdgeGrid gateway.

Rests on the vendor's v2 page. Where that page contradicts itself the simulator answers as its
samples do and accepts what its member tables say. Words in a subject make it fail on purpose:
``[simulate: success-false]`` answers 200 with success false, ``[simulate: failed-request]`` 402.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .akamai_v2_calls import (
    ERRORS,
    Refusal,
    Visit,
    check_comment,
    error_answer,
    read_upload,
)
from .akamai_v2_desk import CASES, Desk, abbreviated, permissions, stamp, whole
from .akamai_v2_engineer import act, tend
from .akamai_v2_rules import check_case
from .edgegrid import CredentialBook, Gateway, NotAdmitted
from .multipart import BadForm, Part, boundary_of, discard, read_form
from .store import Store
from .vendor import UnknownCase, Vendor
from .wire import Answer, Call, FileBody, Json, json_answer
from .world import akamai_v2 as world
from .world.akamai_v2_attributes import API_USER, attributes
from .world.akamai_v2_questionnaires import questionnaire
from .world.akamai_v2_severities import definitions, response_times
from .world.akamai_v2_topics import ROOTS

ROOT = "/case-management/v2"
LIST_TYPES = {
    "all": (False, None),
    "user-active": (True, False),
    "user-closed": (True, True),
    "company-active": (False, False),
    "company-closed": (False, True),
}
"""Whether a list is only of the API user's cases, and of closed or open ones (None: both)."""


@dataclass(frozen=True)
class Route:
    """One operation: its method, path, our word for it and the method that does it."""

    method: str
    path: re.Pattern[str]
    operation: str
    handler: Callable[["AkamaiV2", Visit], Answer]


class AkamaiV2(Vendor):
    """The vendor as the simulator sees it."""

    key = "akamai_v2"
    prefixes = (ROOT,)
    credentials_key = "akamai"

    def __init__(self, store: Store) -> None:
        """Play on ``store`` with one credential of the API user."""
        super().__init__(store)
        self.desk = Desk(store)
        self.book = CredentialBook(API_USER["userName"], world.APART)
        self.gateway = Gateway(self.book, store.clock)

    def operation(self, call: Call) -> str | None:
        """Name the operation; a path with another method has none."""
        found = self._route(call)
        return found[0].operation if found else None

    def _route(self, call: Call) -> tuple[Route, tuple[str, ...]] | None:
        for route in ROUTES:
            match = route.path.fullmatch(call.path)
            if match and route.method == call.method:
                return route, match.groups()
        return None

    def answer(self, call: Call) -> Answer:
        """Check the signature, then do the operation."""
        try:
            credential = self.gateway.admit(call)
            found = self._route(call)
            if found is None:
                raise self._no_route(call)
            route, parts = found
            return route.handler(self, Visit(call, parts, credential))
        except NotAdmitted as refused:
            return refused.answer
        except Refusal as refused:
            return error_answer(refused.status, *refused.messages)

    def _no_route(self, call: Call) -> Refusal:
        if any(route.path.fullmatch(call.path) for route in ROUTES):
            return Refusal(405, f"{call.method} is not allowed here")
        return Refusal(404, "There is no such resource")

    def failing(self, fault: str, call: Call, headers: tuple[tuple[str, str], ...]) -> Answer:
        """Answer in the vendor's own words to a fault."""
        if fault == "expired_credential":
            return self.gateway.inactive(call)
        status = int(fault)
        return error_answer(status, ERRORS[status][1], headers=headers)

    def categories(self, visit: Visit) -> Answer:
        """List the categories."""
        visit.query()
        return json_answer(world.categories())

    def sub_categories(self, visit: Visit) -> Answer:
        """Give a category's tree."""
        visit.query()
        return json_answer({"subCategory": ROOTS[_category(visit)].as_json()})

    def case_attributes(self, visit: Visit) -> Answer:
        """Say what a case of this category and these values is asked for."""
        chosen = visit.query(*world.FILTERS)
        _check_values(chosen)
        return json_answer(attributes(_category(visit), chosen))

    def severity_definitions(self, visit: Visit) -> Answer:
        """Say what each severity means."""
        chosen = visit.query("product")
        _check_values(chosen)
        return json_answer(definitions(_category(visit), chosen.get("product")))

    def response_time_frequency(self, visit: Visit) -> Answer:
        """Say how soon somebody answers."""
        chosen = visit.query("product")
        _check_values(chosen)
        return json_answer(response_times(_category(visit), chosen.get("product")))

    def questionnaire(self, visit: Visit) -> Answer:
        """Give a questionnaire."""
        visit.query()
        asked = questionnaire(int(visit.parts[0]))
        if asked is None:
            raise Refusal(404, "QuestionnaireId provided is incorrect")
        return json_answer(asked)

    def list_cases(self, visit: Visit) -> Answer:
        """List cases, newest first, without paging."""
        asked = visit.query("type", "duration")
        kind, days = asked.get("type", "all"), asked.get("duration")
        if kind not in LIST_TYPES:
            raise Refusal(400, f"type '{kind}' is not one of {', '.join(LIST_TYPES)}")
        if days is not None and not re.fullmatch(r"[0-9]{1,5}", days):
            raise Refusal(400, f"duration '{days}' is not a number of days")
        own, closed = LIST_TYPES[kind]
        with self.store.lock:
            since = stamp(self.store.clock() - timedelta(days=int(days))) if days else ""
            found = [
                abbreviated(record)
                for record in self.store.cases(self.key).values()
                if self._sees(visit, record)
                and (not own or record["ticketInfo"]["submittedBy"] == visit.credential.user)
                and closed in (None, record["closed"])
                and record["ticketInfo"]["createdDate"] >= since
            ]
        found.sort(key=lambda item: (item["createdDate"], item["caseId"]), reverse=True)
        return json_answer(found)

    def create(self, visit: Visit) -> Answer:
        """File a case."""
        visit.query()
        posted = visit.json()
        wrong = check_case(posted)
        if wrong:
            raise Refusal(400, *wrong)
        if "[simulate: failed-request]" in posted["subject"]:
            raise Refusal(402, "The request could not be completed")
        if "[simulate: success-false]" in posted["subject"]:
            message = "Case could not be created"
            return json_answer(
                {"success": False, "caseId": None, "message": message, "details": []}
            )
        with self.store.lock:
            case_id = self.desk.open_case(posted, visit.credential.user)["id"]
            n = self.store.add_effect(self.key, "create", case_id, "client", posted)
        url = f"http://diagnostics.simulator.example/request?client=akamai&case={case_id}"
        body = {
            "success": True,
            "caseId": case_id,
            "message": f"Case has been successfully created with Case Id {case_id}",
            "details": [{"type": "diagnostic-url", "url": url}],
        }
        return json_answer(body, effect=n)

    def get_case(self, visit: Visit) -> Answer:
        """Show a case."""
        visit.query()
        with self.store.lock:
            return json_answer(whole(self._case(visit)))

    def note(self, visit: Visit) -> Answer:
        """Add a note."""
        return self._comment(visit, "note", "addNote", "Customer update")

    def close(self, visit: Visit) -> Answer:
        """Note that the client asks to close the case; closing is the engineer's."""
        return self._comment(visit, "close", "requestClose", "Customer asks to close the case")

    def _comment(self, visit: Visit, operation: str, permission: str, subject: str) -> Answer:
        visit.query()
        posted = visit.json()
        wrong = check_comment(posted)
        if wrong:
            raise Refusal(400, wrong)
        with self.store.lock:
            record = self._case(visit, permission)
            self.desk.add_note(record, visit.credential.user, subject, posted["comment"])
            self.desk.save(record, touch=True)
            n = self.store.add_effect(self.key, operation, record["id"], "client", posted)
        return _updated(record["id"], "notes", n)

    def upload(self, visit: Visit) -> Answer:
        """Take a file; its bytes are on disk and whole before the case knows of it."""
        visit.query()
        if visit.call.media_type != "multipart/form-data":
            raise Refusal(415, "Content-Type must be multipart/form-data")
        with self.store.lock:
            self._case(visit, "uploadFile")
        try:
            boundary = boundary_of(visit.call.content_type)
            parts = read_form(visit.call.body, boundary, self.store.folder)
        except BadForm as wrong:
            raise Refusal(400, str(wrong)) from wrong
        try:
            return self._keep_upload(visit, parts)
        finally:
            discard(parts)

    def _keep_upload(self, visit: Visit, parts: list[Part]) -> Answer:
        part, comment = read_upload(parts)
        if part.path is None or not part.file_name:
            raise Refusal(400, "file is not a file")
        user = visit.credential.user
        with self.store.lock:
            record = self._case(visit, "uploadFile")
            file_id = self.desk.file_id()
            part.path.rename(self.store.folder / file_id)
            facts = {"size": part.size, "sha256": part.sha256}
            file = self.desk.add_file(record, user, comment or "", part.file_name, file_id, facts)
            self.desk.save(record, touch=True)
            body = {} if comment is None else {"comment": comment}
            n = self.store.add_effect(self.key, "file", record["id"], "client", body, file)
        return _updated(record["id"], "file", n)

    def download(self, visit: Visit) -> Answer:
        """Give a file's bytes back."""
        visit.query()
        file_id = visit.parts[1]
        with self.store.lock:
            file = self._case(visit)["files"].get(file_id)
        if file is None:
            raise Refusal(404, "FileId provided is incorrect")
        body = FileBody(self.store.folder / file_id, file["size"])
        return Answer(200, body, (("Content-Type", "application/octet-stream"),))

    def _case(self, visit: Visit, permission: str | None = None) -> Json:
        """Return the record the path names, if what is asked of it is permitted."""
        record = self.desk.find(visit.parts[0])
        if record is None or not self._sees(visit, record):
            raise Refusal(404, "CaseId provided is incorrect")
        if permission is not None and not permissions(record)[permission]:
            raise Refusal(403, f"{permission} is not permitted on case {record['id']}")
        return record

    def _sees(self, visit: Visit, record: Json) -> bool:
        info = record["ticketInfo"]
        own = info["submittedBy"] == visit.credential.user
        return own or self.book.sees(visit.credential, info.get("customer") or "")

    def act(self, case_id: str, action: Json) -> int:
        """Let the engineer act on a case."""
        with self.store.lock:
            record = self.desk.find(case_id)
            if record is None:
                raise UnknownCase(f"akamai_v2 has no case {case_id}")
            return act(self.store, self.desk, record, action)

    def tend(self, seconds: float) -> None:
        """Take up new cases that are old enough."""
        with self.store.lock:
            tend(self.store, self.desk, seconds)

    def seed(self) -> None:
        """Put the first cases into the store."""
        self.desk.seed()

    def credentials(self, host: str) -> Json:
        """Return the default credential."""
        return self.book.default().as_json(host)

    def credentials_apart(self, host: str) -> list[Json]:
        """Return the credentials of clients that see certain customers alone."""
        return [one.as_json(host) | {"customers": list(one.customers)} for one in self.book.apart()]

    def change_credentials(self, action: Json, host: str) -> Json:
        """Add, disable or enable a credential."""
        if action.get("action") == "add":
            made = self.book.add(user=action.get("user"), may_write=action.get("may_write", True))
            return made.as_json(host)
        token = action.get("client_token", self.book.default().client_token)
        credential = self.book.find(token)
        if credential is None or action.get("action") not in ("disable", "enable"):
            raise ValueError("action is add, disable or enable, client_token one that exists")
        credential.active = action["action"] == "enable"
        return credential.as_json(host)

    def reset(self) -> None:
        """Bring the credentials back to the start."""
        self.book.reset()

    def facts(self) -> Json:
        """Tell where the interesting parts are."""
        return world.facts() | {"api_user": API_USER}


def _route(method: str, path: str, operation: str, handler: Any) -> Route:
    return Route(method, re.compile(ROOT + path), operation, handler)


_CASE = CASES.removeprefix(ROOT) + r"/([^/]+)"

ROUTES = (
    _route("GET", "/categories", "read", AkamaiV2.categories),
    _route("GET", "/categories/([^/]+)/sub-categories", "read", AkamaiV2.sub_categories),
    _route("GET", "/categories/([^/]+)/case-attributes", "read", AkamaiV2.case_attributes),
    _route(
        "GET", "/categories/([^/]+)/severity-definitions", "read", AkamaiV2.severity_definitions
    ),
    _route(
        "GET",
        "/categories/([^/]+)/response-time-frequency",
        "read",
        AkamaiV2.response_time_frequency,
    ),
    _route("GET", "/questionnaires/([0-9]{1,9})", "read", AkamaiV2.questionnaire),
    _route("GET", "/cases", "read", AkamaiV2.list_cases),
    _route("POST", "/cases", "create", AkamaiV2.create),
    _route("GET", _CASE, "read", AkamaiV2.get_case),
    _route("POST", _CASE + "/notes", "note", AkamaiV2.note),
    _route("POST", _CASE + "/close-request", "close", AkamaiV2.close),
    _route("POST", _CASE + "/files", "file", AkamaiV2.upload),
    _route("GET", _CASE + "/files/([^/]+)", "read", AkamaiV2.download),
)


def _category(visit: Visit) -> str:
    category = visit.parts[0]
    if category not in ROOTS:
        raise Refusal(404, f"CategoryType '{category}' is incorrect")
    return category


def _check_values(chosen: dict[str, str]) -> None:
    for topic, value in chosen.items():
        if value not in world.VALUES_OF_TOPIC.get(topic, set()):
            raise Refusal(400, f"{topic} '{value}' is not a subcategory")


def _updated(case_id: str, what: str, effect: int) -> Answer:
    body = {
        "caseId": case_id,
        "statusMessage": f"Ticket has been successfully updated with {what}",
        "links": [{"href": f"{CASES}/{case_id}", "rel": "parent"}],
    }
    return json_answer(body, effect=effect)
