"""Looking a lost step up: what on a list or a case is ours, by its marker. Pure.

A marker proves a step wherever it stands. Without one, the same text or name in the same window of
time only suggests it: a candidate for a person.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from vendors import markers
from vendors.akamai_v2.events import moment, objects
from vendors.akamai_v2.mapping import file_id_of, marker_of
from vendors.akamai_v2.shapes import text
from vendors.http.errors import Unclear
from vendors.vocabulary import Candidate, Finding, Kind, MarkerHome, Receipt, Sought

EARLIER = timedelta(minutes=5)  # the vendor's clock may be this far behind ours
TITLE = 80
TWICE = "It carries the marker, and so does another."


def days_since(sent_at: datetime, now: datetime) -> int:
    """The `duration`, in whole days, of a list that surely reaches back before `sent_at`."""
    return max(1, (now - sent_at + EARLIER).days + 2)


def worth_reading(raw: Any, sought: Sought) -> list[Mapping[str, Any]]:
    """The listed cases the lost one may be among, those with its subject first.

    Raises Unclear unless every line of the list can be read: else the look would not be clean.
    """
    lines = objects(raw)
    if not isinstance(raw, list) or len(lines) != len(raw):
        raise Unclear("The list of cases could not be read.")
    if not all(text(line.get("caseId")) for line in lines):
        raise Unclear("A case on the list has no id.")
    recent = [line for line in lines if _in_window(line.get("createdDate"), sought)]
    return sorted(recent, key=lambda line: not has_subject(line, sought))


def has_subject(info: Mapping[str, Any], sought: Sought) -> bool:
    return bool(sought.subject) and _same(text(info.get("subject")), sought.subject)


def carries(info: Mapping[str, Any], sought: Sought) -> bool:
    """Does a whole case's `ticketInfo` carry the marker looked for?"""
    if sought.marker_home is MarkerHome.NONE or not sought.marker:
        return False
    description = text(info.get("description"))
    return marker_of(info) == sought.marker or markers.carries(description, sought.marker)


def case_finding(
    matches: Sequence[Mapping[str, Any]], alike: Sequence[Mapping[str, Any]]
) -> Finding:
    """What a look at cases brought: those with the marker, or those with only the subject."""
    if len(matches) == 1:
        receipt = Receipt(vendor_id=text(matches[0].get("caseId")), words="Found by its marker.")
        return Finding(found=receipt, matches=1)
    if matches:
        candidates = [_case(info, TWICE) for info in matches]
    else:
        # a case with another marker is another step of ours
        unmarked = [info for info in alike if not marker_of(info)]
        candidates = [_case(info, "The same subject, filed at that time.") for info in unmarked]
    return Finding(matches=len(matches), candidates=tuple(candidates))


def entry_finding(raw: Any, sought: Sought) -> Finding:
    """What a look at a case's activities brought for a note, file or close request."""
    activities = objects(raw)
    ends_with_it = [each for each in activities if _marker_at_end(each) == sought.marker]
    # a reply may end with our words quoted: what says them alone is ours
    ends_with_it = [each for each in ends_with_it if _says(each, sought.text)] or ends_with_it
    quotes_it = [each for each in activities if markers.carries(_said(each), sought.marker)]
    matches = (ends_with_it or quotes_it[:1]) if sought.marker else []
    if len(matches) == 1:
        receipt = Receipt(vendor_id=file_id_of(matches[0]), words="Found by its marker.")
        return Finding(found=receipt, matches=1)
    if matches:
        candidates = [_entry(each, TWICE) for each in matches]
    else:
        candidates = [
            _entry(each, reason) for each in activities if (reason := _likeness(each, sought))
        ]
    return Finding(matches=len(matches), candidates=tuple(candidates))


def _likeness(activity: Mapping[str, Any], sought: Sought) -> str:
    if not _in_window(activity.get("activityCreatedDate"), sought) or _marker_at_end(activity):
        return ""
    if sought.kind is Kind.FILE:
        same = bool(sought.file_name) and text(activity.get("fileName")) == sought.file_name
        return "A file of that name, added at that time." if same else ""
    same = bool(sought.text.strip()) and _says(activity, sought.text)
    return "The same text, added at that time." if same else ""


def _in_window(value: Any, sought: Sought) -> bool:
    at = moment(value)
    return at is None or at >= sought.sent_at - EARLIER


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()) == " ".join(other.split())


def _says(activity: Mapping[str, Any], words: str) -> bool:
    return _same(markers.split(_said(activity))[0], words)


def _said(activity: Mapping[str, Any]) -> str:
    return text(activity.get("activityDescription"))


def _marker_at_end(activity: Mapping[str, Any]) -> str:
    return markers.split(_said(activity))[1]


def _case(info: Mapping[str, Any], reason: str) -> Candidate:
    return Candidate(
        vendor_id=text(info.get("caseId")),
        title=text(info.get("subject"))[:TITLE],
        created_at=moment(info.get("createdDate")),
        reason=reason,
    )


def _entry(activity: Mapping[str, Any], reason: str) -> Candidate:
    return Candidate(
        vendor_id=file_id_of(activity),
        title=(text(activity.get("fileName")) or _said(activity))[:TITLE],
        created_at=moment(activity.get("activityCreatedDate")),
        reason=reason,
    )
