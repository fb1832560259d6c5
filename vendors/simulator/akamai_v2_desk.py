"""Akamai v2's cases: how one begins, changes and looks to a client.

A record is what the vendor would keep: ``ticketInfo`` and its siblings as the API shows them, and
beside them what it does not show (``posted``, ``user``, ``closed``). Times are ``+0000``, to the
second, as in the vendor's samples.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from .store import Store
from .wire import Json
from .world.akamai_v2 import steps
from .world.akamai_v2_attributes import API_USER
from .world.akamai_v2_cases import FIRST_CASES, FirstCase

KEY = "akamai_v2"
CASES = "/case-management/v2/cases"

LIST_MEMBERS = (
    "caseId",
    "subject",
    "categoryType",
    "status",
    "createdDate",
    "modifiedDate",
    "assignedTo",
    "customer",
    "submittedBy",
    "severity",
)
ECHOED = ("customer", "customerTrackingNumber", "endCustomerName", "partnerTicketNumber")

MILESTONE_OF_STATUS = {
    "Assigned": "assigned",
    "Work in Progress": "inProgress",
    "Pending Customer Response": "pending",
    "Closed": "closed",
}


def stamp(moment: datetime) -> str:
    """Write a time as the vendor does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


class Desk:
    """The cases of one store. Callers hold the store's lock."""

    def __init__(self, store: Store) -> None:
        """Work on ``store``."""
        self._store = store

    def find(self, case_id: str) -> Json | None:
        """Return a case's record."""
        return self._store.cases(KEY).get(case_id)

    def file_id(self) -> str:
        """Make the id of a new file, of the vendor's length."""
        return f"00Pm{self._store.count('akamai_v2 file'):011}EAG"

    def open_case(self, posted: Json, submitted_by: str) -> Json:
        """Begin a case from an accepted post and return its record."""
        number = self._store.count("akamai_v2 case", 1_778_108)
        now = stamp(self._store.clock())
        asked = posted.get("questionnaire") is not None
        text = posted.get("additionalDetails", "") if asked else posted["description"]
        info: Json = {
            "caseId": f"F-CS-{number}",
            "subject": posted["subject"],
            "description": text,
            "status": "Unassigned",
            "severity": posted["severity"],
            "assignedTo": "In Queue",
            "categoryType": posted["categoryType"],
            "createdDate": now,
            "modifiedDate": now,
            **{name: posted[name] for name in ECHOED if name in posted},
            "nextStepExternal": "NA",
            "subCategories": posted["subCategories"],
            "submittedBy": submitted_by,
        }
        if number % 3 == 0:
            info |= {
                "externalSystemNumber": f"AD-{number % 10_000}",
                "geoLinkId": f"1-HG{number % 997}",
            }
        record = _record(info, posted["userDetail"])
        record["posted"] = posted
        self._milestone(record, "created")
        self.save(record)
        return record

    def seed(self) -> None:
        """Put the cases of the start into the store, relative to its clock."""
        start = self._store.clock()
        for first in FIRST_CASES:
            self._seed_case(first, start)

    def _seed_case(self, first: FirstCase, start: datetime) -> None:
        created = start - timedelta(hours=first.hours)
        info = _first_info(first, stamp(created))
        email = first.submitted_by.lower().replace(" ", ".") + "@harbour-reselling.example"
        user = API_USER | {"userName": first.submitted_by, "userEmail": email}
        record = _record(info, user)
        self._milestone(record, "created", created)
        for told in first.told:
            at = start - timedelta(hours=told.hours)
            if told.kind == "email":
                self._milestone(record, "assigned", at)
                self._milestone(record, "initialResponse", at)
            if told.file_name:
                self._store_file(record, told.by, told.text, told.file_name, told.content, at)
            else:
                self._tell(record, told.kind, told.by, f"Re: {first.subject}", told.text, at)
        last = start - timedelta(hours=min([first.hours, *(told.hours for told in first.told)]))
        if first.status in MILESTONE_OF_STATUS:
            self._milestone(record, MILESTONE_OF_STATUS[first.status], last)
        if first.solution is not None:
            subject, investigation, resolution = first.solution
            record["solution"] = _solution(subject, investigation, resolution)
        record["closed"] = first.status == "Closed"
        info["modifiedDate"] = stamp(last)
        self.save(record)

    def _store_file(
        self,
        record: Json,
        by: str,
        text: str,
        name: str,
        content: bytes,
        at: datetime | None = None,
    ) -> Json:
        file_id = self.file_id()
        facts = self._store.keep_bytes(file_id, content)
        return self.add_file(record, by, text, name, file_id, facts, at)

    def add_file(
        self,
        record: Json,
        by: str,
        text: str,
        name: str,
        file_id: str,
        facts: Json,
        at: datetime | None = None,
    ) -> Json:
        """Add a stored file and its activity; return name, size and sha256."""
        record["files"][file_id] = {"name": name, **facts}
        activity = self._tell(record, "attachment", by, f"File uploaded: {name}", text, at)
        activity["fileName"] = name
        href = f"{CASES}/{record['id']}/files/{file_id}"
        activity["links"] = [{"rel": "file", "href": href}]
        return {"name": name, **facts}

    def add_engineer_file(self, record: Json, by: str, name: str, content: bytes) -> Json:
        """Add a file the engineer attaches."""
        return self._store_file(record, by, "", name, content)

    def add_note(
        self, record: Json, by: str, subject: str, text: str, kind: str = "webUpdate"
    ) -> None:
        """Add a written activity."""
        self._tell(record, kind, by, subject, text)

    def _tell(
        self, record: Json, kind: str, by: str, subject: str, text: str, at: datetime | None = None
    ) -> Json:
        activity: Json = {
            "activityType": kind,
            "activitySubject": subject,
            "activityDescription": text,
            "activityCreatedBy": by,
            "activityCreatedDate": stamp(at or self._store.clock()),
        }
        record["activities"].append(activity)
        return activity

    def _milestone(self, record: Json, name: str, at: datetime | None = None) -> None:
        """Reach a milestone; each is reached once."""
        if all(one["caseMilestoneId"] != name for one in record["caseMilestones"]):
            date = stamp(at or self._store.clock())
            record["caseMilestones"].append({"caseMilestoneId": name, "caseMilestoneDate": date})

    def respond(self, record: Json, by: str, text: str) -> None:
        """Let an engineer write; the first time answers the case."""
        self.assign(record)
        self._milestone(record, "initialResponse")
        self._tell(record, "email", by, f"Re: {record['ticketInfo']['subject']}", text)

    def assign(self, record: Json) -> None:
        """Give a case that waits in the queue to a group."""
        info = record["ticketInfo"]
        if info["assignedTo"] == "In Queue":
            info["assignedTo"] = f"{info['categoryType']} Support Group"
            self._milestone(record, "assigned")
        if info["status"] == "Unassigned":
            info["status"] = "Assigned"

    def set_status(self, record: Json, word: str) -> None:
        """Change the status word, any word, with the milestone that goes with it."""
        if word != "Unassigned":
            self.assign(record)
        record["ticketInfo"]["status"] = word
        record["closed"] = word == "Closed"
        if word in MILESTONE_OF_STATUS:
            self._milestone(record, MILESTONE_OF_STATUS[word])

    def close(self, record: Json, solution: Json) -> None:
        """Close a case with its solution."""
        self.set_status(record, "Closed")
        subject = solution.get("solutionSubject", f"Solved: {record['ticketInfo']['subject']}")
        cause = solution.get("investigation", "The cause was found on our side.")
        cure = solution.get("resolution", "A corrected configuration is live on all servers.")
        record["solution"] = _solution(subject, cause, cure)

    def save(self, record: Json, *, touch: bool = False) -> None:
        """Keep a record; ``touch`` moves its modifiedDate, which covers the whole case."""
        if touch:
            record["ticketInfo"]["modifiedDate"] = stamp(self._store.clock())
        self._store.save_case(KEY, record)


def _first_info(first: FirstCase, created: str) -> Json:
    waiting = first.status == "Unassigned"
    info: Json = {
        "caseId": first.case_id,
        "subject": first.subject,
        "description": first.description,
        "status": first.status,
        "severity": first.severity,
        "assignedTo": "In Queue" if waiting else f"{first.category} Support Group",
        "categoryType": first.category,
        "createdDate": created,
        "modifiedDate": created,
        "nextStepExternal": first.next_step or "NA",
        "subCategories": steps(first.category, first.path),
        "submittedBy": first.submitted_by,
    }
    given = {
        "customer": first.customer,
        "customerTrackingNumber": first.tracking,
        "externalSystemNumber": first.external,
        "geoLinkId": first.geo_link,
    }
    return info | {name: value for name, value in given.items() if value}


def _solution(subject: Any, investigation: Any, resolution: Any) -> Json:
    return {
        "solutionSubject": subject,
        "investigation": investigation,
        "resolution": resolution,
    }


def _record(info: Json, user: Json) -> Json:
    return {
        "id": info["caseId"],
        "ticketInfo": info,
        "userDetail": dict(user),
        "activities": [],
        "caseMilestones": [],
        "solution": {"solutionSubject": ""},
        "permissions": {},
        "closed": False,
        "files": {},
    }


def permissions(record: Json) -> Json:
    """Say what a client may do: nothing on a closed case, unless a control set it otherwise."""
    may = not record["closed"]
    changed: Json = record["permissions"]
    return {"addNote": may, "requestClose": may, "uploadFile": may} | changed


def whole(record: Json) -> Json:
    """Show a case; activities, oldest first, are left out while there are none."""
    shown: Json = {"ticketInfo": record["ticketInfo"], "userDetail": record["userDetail"]}
    if record["activities"]:
        shown["activities"] = record["activities"]
    return shown | {
        "caseMilestones": record["caseMilestones"],
        "permissions": permissions(record),
        "solution": record["solution"],
    }


def abbreviated(record: Json) -> Json:
    """Show a case as an item of the list: without description, subcategories or other numbers."""
    info = record["ticketInfo"]
    shown: Json = {name: info[name] for name in LIST_MEMBERS if name in info}
    return shown | {"links": [{"rel": "self", "href": f"{CASES}/{record['id']}"}]}
