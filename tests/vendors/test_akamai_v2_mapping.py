"""Akamai v2's cases and lists in our words, on reconstructed samples."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.vendors.akamai_v2_samples import CASE, sample
from vendors.akamai_v2 import mapping, severity
from vendors.akamai_v2.events import moment
from vendors.http.errors import (
    Unclear,
)
from vendors.vocabulary import EntryKind, FileSnapshot, NextAction, Permissions, Status


def test_a_case_comes_over_in_our_words_and_theirs() -> None:
    case = mapping.snapshot(sample("case"), CASE)
    assert (case.vendor_id, case.subject) == (CASE, "Images load slowly from Lisbon")
    assert (case.vendor_status, case.status) == ("Work in Progress", Status.OPEN)
    assert (case.vendor_severity, case.severity_rank) == ("2-Major", 2)
    assert case.next_action is NextAction.VENDOR
    assert case.category_path == ("Technical", "Alta", "Slow delivery")
    assert case.created_at == datetime(2026, 2, 27, 14, 15, 40, tzinfo=UTC)
    assert case.modified_at == datetime(2026, 3, 2, 8, 57, 13, tzinfo=UTC)
    assert case.permissions == Permissions(add_note=True, attach_file=True, request_close=False)
    assert case.contact.phone == "+44 20 7946 0999"
    assert case.account_id == "Northwind Traders"
    assert case.filer == "Rita Example"
    assert case.raw == sample("case")


def test_the_contact_and_the_user_we_call_as_do_not_write_for_the_vendor() -> None:
    raw = sample("case")
    contact, ours = raw["userDetail"]["userName"], raw["ticketInfo"]["submittedBy"]
    raw["activities"] = [
        {"activityType": "email", "activityCreatedBy": name, "activityDescription": "x"}
        for name in (f" {contact.upper()}", ours, "Maya Olsen", "")
    ]

    def are_customers() -> list[bool]:
        entries = mapping.snapshot(raw, CASE).entries
        return [entry.is_customers for entry in entries if entry.kind is EntryKind.EMAIL]

    assert are_customers() == [True, True, False, False]
    raw["ticketInfo"]["assignedTo"] = ours
    assert are_customers() == [True, False, False, False]


def test_our_marker_is_read_and_not_shown() -> None:
    case = mapping.snapshot(sample("case"), CASE)
    assert (case.description, case.marker) == ("Since Monday.", "P-7Q2MK4XD")
    files = [entry for entry in case.entries if entry.kind is EntryKind.FILE]
    assert [(entry.text, entry.marker) for entry in files] == [("The trace", "P-7Q2MK4XD-2")]


def test_numbers_of_others_are_references_and_our_marker_among_them_is_not() -> None:
    raw = sample("case")
    assert mapping.snapshot(raw, CASE).references == {
        "vendor": CASE,
        "customer": "NW-4711",
        "reseller": "HR-42",
        "external": "AD-1432",
        "related": "1-HGAJ",
    }
    raw["ticketInfo"] |= {"customerTrackingNumber": "P-0123ABCD", "description": "x"}
    case = mapping.snapshot(raw, CASE)
    assert "customer" not in case.references
    assert case.marker == "P-0123ABCD"


def test_activities_and_milestones_stand_in_order_of_time_with_their_kinds() -> None:
    case = mapping.snapshot(sample("case"), CASE)
    assert [(entry.kind, entry.vendor_key or entry.text) for entry in case.entries] == [
        (EntryKind.MILESTONE, "milestone:created"),
        (EntryKind.MILESTONE, "milestone:inProgress"),
        (EntryKind.MILESTONE, "milestone:assigned"),
        (EntryKind.MILESTONE, "milestone:initialResponse"),
        (EntryKind.EMAIL, "Thanks, we look at it."),
        (EntryKind.FILE, "file:00Pm0000009XDiiEAG"),
        (EntryKind.NOTE, "It is worse today."),
    ]


def test_a_file_is_named_by_the_id_in_its_link() -> None:
    case = mapping.snapshot(sample("case"), CASE)
    assert [entry.files for entry in case.entries if entry.files] == [
        (FileSnapshot("00Pm0000009XDiiEAG", "trace.har"),)
    ]


@pytest.mark.parametrize(
    "href",
    [
        "https://evil.example/case-management/v2/cases/F-CS-1/files/1",
        "//evil.example/case-management/v2/cases/F-CS-1/files/1",
        "/case-management/v2/../../files/1",
        "/case-management/v2/cases/F-CS-1/files/",
        "/case-management/v2/cases/F-CS-1",
        None,
        7,
    ],
)
def test_a_link_that_leads_elsewhere_gives_no_file_and_keeps_the_entry(href: Any) -> None:
    raw = sample("case")
    raw["activities"][0]["links"][0]["href"] = href
    files = [entry.files for entry in mapping.snapshot(raw, CASE).entries if entry.files]
    assert files == [(FileSnapshot("", "trace.har"),)]


def test_facts_hold_what_the_vendor_says_beside_the_status() -> None:
    told = mapping.snapshot(sample("case"), CASE).facts
    facts = {fact.label: fact.value for fact in told}
    assert len(facts) == len(told)  # the first subcategory is told as the case's category, once
    assert facts == {
        "Product › Problem": "Alta › Stale content",
        "Assigned to": "Technical Support Group",
        "Next step": "We wait for a trace",
        "Akamai user": "Rita Example",
        "Customer at Akamai": "Northwind Traders",
        "End customer": "Northwind Retail",
        "Solution": "A cold cache in Lisbon",
        "Investigation": "The cache was emptied by a deployment.",
        "Resolution": "It is warm again.",
    }


@pytest.mark.parametrize("nothing", ["NA", "n/a", " ", "-", "None", None])
def test_what_the_desk_left_empty_is_no_fact(nothing: str | None) -> None:
    raw = sample("case")
    raw["ticketInfo"]["nextStepExternal"] = nothing
    labels = [fact.label for fact in mapping.snapshot(raw, CASE).facts]
    assert "Next step" not in labels


def test_a_second_subcategory_shares_the_steps_above_it() -> None:
    info = sample("case")["ticketInfo"]
    assert mapping.subcategory_paths(info) == [
        [("Product", "Alta"), ("Problem", "Slow delivery")],
        [("Product", "Alta"), ("Problem", "Stale content")],
    ]


def test_nulls_unknown_words_and_new_members_lose_nothing_else() -> None:
    case = mapping.snapshot(sample("case-least"), "F-CS-1")
    assert (case.vendor_status, case.status) == ("Being pondered", Status.UNKNOWN)
    assert (case.vendor_severity, case.severity_rank) == ("Unheard of", None)
    assert (case.subject, case.created_at, case.modified_at) == ("", None, None)
    assert case.permissions == Permissions()
    assert case.entries == ()


def test_a_closed_case_tells_when_it_closed() -> None:
    raw = sample("case")
    raw["ticketInfo"]["status"] = "CLOSED"
    closed = {"caseMilestoneId": "closed", "caseMilestoneDate": "2026-03-02T08:00:00+0000"}
    raw["caseMilestones"].append(closed)
    case = mapping.snapshot(raw, CASE)
    assert (case.status, case.next_action) == (Status.CLOSED, NextAction.NOBODY)
    assert case.closed_at == datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Unassigned", Status.NEW),
        (" assigned ", Status.OPEN),
        ("Pending Customer Response", Status.WAITING),
        ("Mitigated/Solved", Status.SOLVED),
        ("Closed", Status.CLOSED),
        ("Quantum", Status.UNKNOWN),
        ("", Status.UNKNOWN),
    ],
)
def test_status_words_are_read_without_regard_to_case(word: str, status: Status) -> None:
    assert mapping.status_of(word) is status


@pytest.mark.parametrize(
    ("word", "rank"),
    [
        ("1-Critical", 1),
        ("4-Low Impact", 4),
        (" 3 - Moderate", 3),
        ("2 Major", 2),
        ("5-Other", None),
        ("12-Odd", None),
        ("Critical", None),
        ("", None),
    ],
)
def test_a_case_and_its_form_rank_a_severity_by_the_same_digit(word: str, rank: int | None) -> None:
    raw = sample("case")
    raw["ticketInfo"]["severity"] = word
    assert mapping.snapshot(raw, CASE).severity_rank == rank
    assert severity.rank(word) == rank


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2016-02-29T14:15:40+0000", datetime(2016, 2, 29, 14, 15, 40, tzinfo=UTC)),
        ("2016-02-29T15:15:40+01:00", datetime(2016, 2, 29, 14, 15, 40, tzinfo=UTC)),
        ("2016-02-29T14:15:40Z", datetime(2016, 2, 29, 14, 15, 40, tzinfo=UTC)),
        ("2016-02-29T14:15:40", datetime(2016, 2, 29, 14, 15, 40, tzinfo=UTC)),
        ("0001-01-01T00:00:00+23:00", None),
        ("2016-02-30", None),
        ("yesterday", None),
    ],
)
def test_times_are_read_as_the_vendor_writes_them(text: str, at: datetime | None) -> None:
    assert moment(text) == at


@pytest.mark.parametrize(
    "raw", [None, [], {}, {"ticketInfo": {}}, {"ticketInfo": {"caseId": "F-CS-2"}}]
)
def test_an_answer_that_is_not_the_case_is_unclear(raw: Any) -> None:
    with pytest.raises(Unclear):
        mapping.snapshot(raw, CASE)


def test_a_list_gives_each_case_a_name_for_its_state() -> None:
    raw = sample("cases")
    first, second = mapping.listed(raw)
    assert (first.vendor_id, second.vendor_id) == (CASE, "F-CS-1013252")
    assert first.modified_at == datetime(2026, 3, 2, 8, 57, 13, tzinfo=UTC)
    raw[0]["status"] = "Closed"
    changed, same = mapping.listed(raw)
    assert changed.digest != first.digest
    assert same == second


def test_a_line_without_an_id_does_not_stop_the_list() -> None:
    assert len(list(mapping.listed([None, {"caseId": None}, *sample("cases")]))) == 2


def test_a_list_that_is_none_is_unclear() -> None:
    with pytest.raises(Unclear):
        list(mapping.listed({"items": 42}))
