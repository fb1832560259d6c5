"""Akamai v2's cases in our words. Pure; tested on the samples of the vendor's own page.

An unknown word is kept as it is, a missing, null or misshapen member is left out. Only an answer
that is no case at all, or not the case asked for, raises: Unclear.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from vendors import markers
from vendors.akamai_v2.events import moment, objects
from vendors.akamai_v2.severity import rank
from vendors.akamai_v2.shapes import members, text
from vendors.http.errors import ForbiddenHost, Unclear
from vendors.http.hosts import path_only
from vendors.vocabulary import (
    CaseSnapshot,
    Contact,
    EntryKind,
    EntrySnapshot,
    Fact,
    FileSnapshot,
    ListedCase,
    NextAction,
    Permissions,
    Status,
)

ROOT = "/case-management/v2/"

# status is free text; the page shows "Unassigned" only, the rest are words the vendor's desk uses
STATUSES = {
    "unassigned": Status.NEW,
    "new": Status.NEW,
    "created": Status.NEW,
    "submitted": Status.NEW,
    "in queue": Status.NEW,
    "assigned": Status.OPEN,
    "open": Status.OPEN,
    "reopened": Status.OPEN,
    "escalated": Status.OPEN,
    "in progress": Status.OPEN,
    "in_progress": Status.OPEN,
    "inprogress": Status.OPEN,
    "work in progress": Status.OPEN,
    "pending akamai": Status.OPEN,
    "pending akamai response": Status.OPEN,
    "pending customer": Status.WAITING,
    "pending customer response": Status.WAITING,
    "waiting on customer": Status.WAITING,
    "waiting for customer": Status.WAITING,
    "awaiting customer response": Status.WAITING,
    "customer action required": Status.WAITING,
    "mitigated": Status.SOLVED,
    "mitigated/solved": Status.SOLVED,
    "resolved": Status.SOLVED,
    "solution provided": Status.SOLVED,
    "solved": Status.SOLVED,
    "closed": Status.CLOSED,
    "cancelled": Status.CLOSED,
}

NEXT_ACTION = {
    Status.WAITING: NextAction.US,
    Status.SOLVED: NextAction.US,
    Status.CLOSED: NextAction.NOBODY,
}

ACTIVITIES = {
    "email": EntryKind.EMAIL,
    "attachment": EntryKind.FILE,
    "webupdate": EntryKind.NOTE,
}

MILESTONES = {
    "created": "Created",
    "pending": "Pending",
    "initialResponse": "Initial response",
    "assigned": "Assigned",
    "inProgress": "In progress",
    "closed": "Closed",
}

FACTS = (
    ("assignedTo", "Assigned to"),
    ("nextStepExternal", "Next step"),
    ("submittedBy", "Akamai user"),
    ("customer", "Customer at Akamai"),
    ("endCustomerName", "End customer"),
)
SOLUTION = (
    ("solutionSubject", "Solution"),
    ("investigation", "Investigation"),
    ("resolution", "Resolution"),
)

NOTHING = frozenset({"", "na", "n/a", "none", "null", "-"})  # how the vendor's desk leaves it empty

SOME_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # for an event of a case that has no time at all


def status_of(word: str) -> Status:
    """Our reading of a status word; UNKNOWN for one we do not know."""
    return STATUSES.get(word.strip().casefold(), Status.UNKNOWN)


def snapshot(raw: Any, case_id: str) -> CaseSnapshot:
    """The case as the vendor shows it; Unclear when `raw` is not case `case_id`."""
    case = members(raw)
    info = members(case.get("ticketInfo"))
    if not case_id or text(info.get("caseId")) != case_id:
        raise Unclear("The answer was not the case asked for.")
    word = text(info.get("status"))
    status = status_of(word)
    severity = text(info.get("severity"))
    created = moment(info.get("createdDate"))
    entries = tuple(_entries(case, created or SOME_TIME))
    allowed = members(case.get("permissions"))
    return CaseSnapshot(
        vendor_id=case_id,
        subject=text(info.get("subject")),
        description=markers.split(text(info.get("description")))[0],
        vendor_status=word,
        status=status,
        vendor_severity=severity,
        severity_rank=rank(severity),
        next_action=NEXT_ACTION.get(status, NextAction.VENDOR),
        category_path=_category_path(info),
        created_at=created,
        modified_at=moment(info.get("modifiedDate")),
        closed_at=_closed_at(entries) if status.is_closed else None,
        permissions=Permissions(
            add_note=_may(allowed, "addNote"),
            attach_file=_may(allowed, "uploadFile"),
            request_close=_may(allowed, "requestClose"),
        ),
        contact=_contact(members(case.get("userDetail"))),
        entries=entries,
        facts=tuple(_facts(info, members(case.get("solution")))),
        references=_references(case_id, info),
        marker=marker_of(info),
        account_id=text(info.get("customer")).strip(),
        filer=text(info.get("submittedBy")),
        raw=case,
    )


def listed(raw: Any) -> Iterator[ListedCase]:
    """The cases of a list; Unclear when `raw` is no list. A line without an id is passed over."""
    if not isinstance(raw, list):
        raise Unclear("The answer was not a list of cases.")
    for info in objects(raw):
        case_id = text(info.get("caseId"))
        if case_id:
            canonical = json.dumps(info, sort_keys=True, default=str)
            yield ListedCase(
                vendor_id=case_id,
                digest=hashlib.sha256(canonical.encode()).hexdigest()[:32],
                created_at=moment(info.get("createdDate")),
                modified_at=moment(info.get("modifiedDate")),
            )


def marker_of(info: Mapping[str, Any]) -> str:
    """The marker a case was filed with, wherever it travelled; empty if it carries none."""
    for member in ("customerTrackingNumber", "partnerTicketNumber"):
        value = text(info.get(member)).strip()
        if markers.is_marker(value):
            return value
    return markers.split(text(info.get("description")))[1]


def file_id_of(activity: Mapping[str, Any]) -> str:
    """The id in an activity's download link; empty if no link stays on the vendor's own paths."""
    for link in objects(activity.get("links")):
        try:
            path = path_only(text(link.get("href")), ROOT).partition("?")[0]
        except ForbiddenHost:
            continue
        before, _, file_id = path.rpartition("/files/")
        if before and file_id and "/" not in file_id:
            return unquote(file_id)
    return ""


def subcategory_paths(info: Mapping[str, Any]) -> list[list[tuple[str, str]]]:
    """The chosen subcategories as paths of (topic, value); a topic that recurs begins a new one."""
    paths: list[list[tuple[str, str]]] = []
    for step in objects(info.get("subCategories")):
        topic = text(step.get("subCategoryType"))
        label = text(step.get("displayName")) or topic
        value = text(step.get("subCategoryValue"))
        if not value:
            continue
        above = paths[-1] if paths else []
        labels = [each for each, _ in above]
        if label in labels:
            paths.append([*above[: labels.index(label)], (label, value)])
        elif paths:
            above.append((label, value))
        else:
            paths.append([(label, value)])
    return paths


def _may(permissions: Mapping[str, Any], name: str) -> bool:
    # what the vendor does not forbid is tried: it refuses what it must
    return permissions.get(name) is not False


def _category_path(info: Mapping[str, Any]) -> tuple[str, ...]:
    category = text(info.get("categoryType"))
    first = (subcategory_paths(info) or [[]])[0]
    return tuple(step for step in (category, *(value for _, value in first)) if step)


def _contact(user: Mapping[str, Any]) -> Contact:
    return Contact(
        name=text(user.get("userName")),
        email=text(user.get("userEmail")),
        phone=text(user.get("userPhone")),
        company=text(user.get("userCompany")),
    )


def _references(case_id: str, info: Mapping[str, Any]) -> dict[str, str]:
    tracking = text(info.get("customerTrackingNumber")).strip()
    partner = text(info.get("partnerTicketNumber")).strip()
    kinds = {
        "vendor": case_id,
        "customer": "" if markers.is_marker(tracking) else tracking,
        "reseller": "" if markers.is_marker(partner) else partner,
        "external": text(info.get("externalSystemNumber")).strip(),
        "related": text(info.get("geoLinkId")).strip(),
    }
    return {kind: value for kind, value in kinds.items() if value}


def _facts(info: Mapping[str, Any], solution: Mapping[str, Any]) -> Iterator[Fact]:
    for path in subcategory_paths(info)[1:]:  # the first is the case's category
        label = " › ".join(topic for topic, _ in path)
        yield Fact(label, " › ".join(value for _, value in path))
    for source, table in ((info, FACTS), (solution, SOLUTION)):
        for member, label in table:
            value = text(source.get(member)).strip()
            if value.casefold() not in NOTHING:
                yield Fact(label, value)


def _entries(case: Mapping[str, Any], created: datetime) -> list[EntrySnapshot]:
    found = [_milestone(each, created) for each in objects(case.get("caseMilestones"))]
    ours = _our_people(case)
    found += [_activity(each, created, ours) for each in objects(case.get("activities"))]
    found.sort(key=lambda entry: entry.occurred_at)
    seen: set[str] = set()
    return [_with_own_key(entry, seen) for entry in found]


def _with_own_key(entry: EntrySnapshot, seen: set[str]) -> EntrySnapshot:
    # a key names one entry of a case: a vendor that repeats itself must not lose the second
    if entry.vendor_key in seen:
        return replace(entry, vendor_key="")
    if entry.vendor_key:
        seen.add(entry.vendor_key)
    return entry


def _our_people(case: Mapping[str, Any]) -> set[str]:
    """The names of those who do not write for the vendor: the contact, the user we call as."""
    info = members(case.get("ticketInfo"))
    contact = members(case.get("userDetail")).get("userName")
    names = {_plain(text(name)) for name in (contact, info.get("submittedBy"))}
    return names - {"", _plain(text(info.get("assignedTo")))}


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _activity(
    activity: Mapping[str, Any], created: datetime, ours: Collection[str]
) -> EntrySnapshot:
    word = text(activity.get("activityType"))
    file_id = file_id_of(activity)
    name = text(activity.get("fileName"))
    said, marker = markers.split(text(activity.get("activityDescription")))
    return EntrySnapshot(
        kind=ACTIVITIES.get(word.strip().casefold(), EntryKind.SYSTEM),
        author=(author := text(activity.get("activityCreatedBy"))),
        is_customers=_plain(author) in ours,
        text=said,
        occurred_at=moment(activity.get("activityCreatedDate")) or created,
        vendor_key=f"file:{file_id}" if file_id else "",
        title=text(activity.get("activitySubject")),
        marker=marker,
        files=(FileSnapshot(file_id, name or file_id),) if file_id or name else (),
    )


def _milestone(milestone: Mapping[str, Any], created: datetime) -> EntrySnapshot:
    word = text(milestone.get("caseMilestoneId"))
    return EntrySnapshot(
        kind=EntryKind.MILESTONE,
        author="",
        text=word,
        occurred_at=moment(milestone.get("caseMilestoneDate")) or created,
        vendor_key=f"milestone:{word}" if word else "",
        title=MILESTONES.get(word, word),
    )


def _closed_at(entries: tuple[EntrySnapshot, ...]) -> datetime | None:
    times = [entry.occurred_at for entry in entries if entry.vendor_key == "milestone:closed"]
    return times[0] if times else None
