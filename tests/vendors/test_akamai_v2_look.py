"""A step whose answer was lost is found by its marker, or suggested to a person, or absent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.vendors.akamai_v2_desk import VERBS, act, answering, at, effects, set_fault
from tests.vendors.akamai_v2_drafts import MARKER, SUBJECT, draft, note
from tests.vendors.akamai_v2_samples import sample
from vendors.akamai_v2 import AkamaiV2
from vendors.http.errors import (
    Busy,
    NotFound,
    Unclear,
)
from vendors.simulator.app import Simulator
from vendors.vocabulary import (
    Kind,
    MarkerHome,
    NoteDraft,
    Sought,
)


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(sleep=lambda seconds: None)


def sought(kind: Kind, home: MarkerHome = MarkerHome.TRACKING_NUMBER, **more: Any) -> Sought:
    more.setdefault("marker", MARKER)
    more.setdefault("sent_at", datetime.now(UTC) - timedelta(seconds=30))
    return Sought(kind=kind, marker_home=home, **more)


@pytest.mark.parametrize("operation", VERBS)
def test_a_step_done_and_lost_is_found_by_its_marker(simulator: Simulator, operation: str) -> None:
    adapter = at(simulator)
    case_id = adapter.file_case(draft("The case before", marker="P-00000000")).vendor_id
    lost = sought(Kind(operation), **{"case_id": case_id, **LOST[operation]})
    assert adapter.find(lost).matches == 0
    set_fault(simulator, operation, "reset_after")
    with pytest.raises(Unclear):
        VERBS[operation](adapter, case_id)
    finding = adapter.find(lost)
    assert finding.found is not None
    assert finding.matches == 1
    if operation == "create":
        assert finding.found.vendor_id == effects(simulator)[-1]["case"]
    if operation == "file":
        assert finding.found.vendor_id.startswith("00Pm")


LOST: dict[str, dict[str, Any]] = {
    "create": {"subject": SUBJECT},
    "note": {"home": MarkerHome.TEXT, "marker": f"{MARKER}-2", "text": "It is worse today."},
    "close": {"home": MarkerHome.TEXT, "marker": f"{MARKER}-2"},
    "file": {"home": MarkerHome.TEXT, "marker": f"{MARKER}-2", "file_name": "trace.har"},
}


@pytest.mark.parametrize(
    ("taken", "home"),
    [
        ({}, MarkerHome.TRACKING_NUMBER),
        ({"customerTrackingNumber": "NW-1"}, MarkerHome.PARTNER_NUMBER),
        ({"customerTrackingNumber": "NW-1", "partnerTicketNumber": "HR-1"}, MarkerHome.TEXT),
    ],
)
def test_a_lost_case_is_found_wherever_its_marker_travelled(
    simulator: Simulator, taken: dict[str, str], home: MarkerHome
) -> None:
    adapter = at(simulator)
    lost = draft(**taken)
    assert adapter.steps(lost)[0].marker_home is home
    case_id = adapter.file_case(lost).vendor_id
    finding = adapter.find(sought(Kind.CREATE, home, subject=SUBJECT))
    assert finding.found is not None
    assert finding.found.vendor_id == case_id
    references = adapter.fetch_case(case_id).references
    assert list(references.values())[1:] == list(taken.values())


def test_a_case_of_another_user_of_the_account_is_found_too(simulator: Simulator) -> None:
    book = {"vendor": "akamai", "action": "add", "user": "Someone Else"}
    other = at(simulator, **simulator.vendors["akamai_v2"].change_credentials(book, "x"))
    case_id = other.file_case(draft()).vendor_id
    finding = at(simulator).find(sought(Kind.CREATE, subject=SUBJECT))
    assert finding.found is not None
    assert finding.found.vendor_id == case_id


def test_a_lost_case_is_found_although_its_subject_was_changed(simulator: Simulator) -> None:
    adapter = at(simulator)
    case_id = adapter.file_case(draft()).vendor_id
    finding = adapter.find(sought(Kind.CREATE, subject="Something else"))
    assert finding.found is not None
    assert finding.found.vendor_id == case_id


def test_two_cases_with_one_marker_are_for_a_person(simulator: Simulator) -> None:
    adapter = at(simulator)
    ids = {adapter.file_case(draft()).vendor_id for _ in range(2)}
    finding = adapter.find(sought(Kind.CREATE, subject=SUBJECT))
    assert (finding.found, finding.matches) == (None, 2)
    assert {candidate.vendor_id for candidate in finding.candidates} == ids


def test_without_a_marker_a_case_of_that_subject_and_time_is_only_suggested(
    simulator: Simulator,
) -> None:
    adapter = at(simulator)
    case_id = adapter.file_case(draft(marker="")).vendor_id
    adapter.file_case(draft("Another subject", marker=""))
    adapter.file_case(draft(marker="P-ABCDEFGH"))
    finding = adapter.find(sought(Kind.CREATE, MarkerHome.NONE, subject="Images  load slowly "))
    assert (finding.found, finding.matches) == (None, 0)
    assert [candidate.vendor_id for candidate in finding.candidates] == [case_id]


def test_a_case_filed_long_before_is_no_candidate(simulator: Simulator) -> None:
    adapter = at(simulator)
    adapter.file_case(draft(marker=""))
    later = datetime.now(UTC) + timedelta(minutes=6)
    finding = adapter.find(sought(Kind.CREATE, MarkerHome.NONE, subject=SUBJECT, sent_at=later))
    assert finding.candidates == ()


def test_a_note_that_lost_its_marker_on_the_way_is_only_suggested(simulator: Simulator) -> None:
    adapter = at(simulator)
    case_id = adapter.file_case(draft()).vendor_id
    adapter.add_note(case_id, NoteDraft("It is worse today.", f"{MARKER}-3"))
    unmarked = {"comment": "It is  worse today."}
    adapter.client.call(
        "POST", f"/case-management/v2/cases/{case_id}/notes", operation="note", json=unmarked
    )
    finding = adapter.find(
        sought(
            Kind.NOTE,
            MarkerHome.TEXT,
            case_id=case_id,
            marker=f"{MARKER}-2",
            text="It is worse today.",
        )
    )
    assert (finding.found, finding.matches, len(finding.candidates)) == (None, 0, 1)


def test_an_engineers_quote_of_our_note_does_not_make_it_two(simulator: Simulator) -> None:
    adapter = at(simulator)
    case_id = adapter.file_case(draft()).vendor_id
    adapter.add_note(case_id, note())
    act(simulator, case_id, action="reply", text=f"Seen.\n> It is worse today.\n> [ref {MARKER}-2]")
    finding = adapter.find(
        sought(Kind.NOTE, MarkerHome.TEXT, case_id=case_id, marker=f"{MARKER}-2")
    )
    assert finding.matches == 1


def test_a_reply_that_ends_with_our_note_unmarked_does_not_make_it_two(
    simulator: Simulator,
) -> None:
    adapter = at(simulator)
    case_id = adapter.file_case(draft()).vendor_id
    adapter.add_note(case_id, note())
    quoting = f"We see it.\n\n{note().text}\n[ref {note().marker}]"
    act(simulator, case_id, action="reply", text=quoting)
    lost = sought(
        Kind.NOTE, MarkerHome.TEXT, case_id=case_id, marker=note().marker, text=note().text
    )
    assert adapter.find(lost).matches == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={"items": 42}),
        httpx.Response(200, json=[42]),
        httpx.Response(200, json=[{"subject": "x"}]),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(503),
        httpx.Response(429),
        httpx.Response(404, json=sample("error-404")),
    ],
    ids=range(7),
)
@pytest.mark.parametrize("kind", sorted(AkamaiV2.capabilities.kinds))
def test_a_look_that_fails_is_no_clean_look(kind: Kind, answer: httpx.Response) -> None:
    adapter = answering(lambda request: httpx.Response(answer.status_code, content=answer.content))
    with pytest.raises((Unclear, Busy, NotFound)):
        adapter.find(sought(kind, case_id="F-CS-1", subject="x"))
