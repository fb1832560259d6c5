"""What every vendor must keep, whatever it can do: rules run against each one's double.

A vendor brings a `Bench`; test_contract.py runs every rule on every bench.
"""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from vendors import markers
from vendors.contract import Metadata, Unsupported, Vendor
from vendors.http.errors import Busy, Refused, Unauthorised, Unclear, VendorError
from vendors.schema import Answers, Field
from vendors.vocabulary import (
    CaseDraft,
    FileDraft,
    FilingContext,
    Find,
    Kind,
    MarkerHome,
    NoteDraft,
    Sought,
    Status,
)

MARKER = "P-7Q2MK4XD"
SUBJECT = "A case of the contract suite"
TEXT = "It is worse today."
FILE_NAME = "trace.txt"

# what a double can be told to do with the next call of a kind
LOST, REFUSED, UNAUTHORISED, BUSY, BROKEN = "lost", "refused", "unauthorised", "busy", "broken"
ERRORS: Mapping[str, type[VendorError]] = {
    REFUSED: Refused,
    UNAUTHORISED: Unauthorised,
    BUSY: Busy,
    BROKEN: Unclear,
}


@dataclass
class Bench:
    """A vendor opened at its double, and what of it the rules cannot know."""

    vendor: Vendor
    line: httpx.BaseTransport  # to its double
    over: Callable[[httpx.BaseTransport], Vendor]  # it again, over another line
    secrets: Mapping[str, str]
    draft: CaseDraft  # with MARKER and SUBJECT
    answers: Answers  # of a complete form
    context: FilingContext
    effects: Callable[[], list[str]]  # the kinds of what was really done, in order
    fault: Callable[[Kind, str], None]
    refuses: Callable[[Kind], bool] = lambda kind: True  # can its double be told to refuse?


class LiveCatalogue:
    """Form metadata asked for each time, as on the first visit of a form."""

    def __init__(self) -> None:
        self.vendor: Vendor | None = None

    def read(self, operation: str, params: Mapping[str, str]) -> Metadata:
        assert self.vendor is not None
        value = self.vendor.fetch_metadata(operation, params)
        return Metadata(value, datetime.now(UTC))


def send(bench: Bench, kind: Kind, case_id: str) -> Any:
    """Do one step of this kind, under its own marker."""
    marker = MARKERS[kind]
    data = b"some bytes"
    file = FileDraft(FILE_NAME, len(data), "text/plain", lambda: io.BytesIO(data), TEXT, marker)
    match kind:
        case Kind.CREATE:
            return bench.vendor.file_case(bench.draft)
        case Kind.NOTE:
            return bench.vendor.add_note(case_id, NoteDraft(TEXT, marker))
        case Kind.FILE:
            return bench.vendor.attach_file(case_id, file)
        case Kind.CLOSE:
            return bench.vendor.request_close(case_id, NoteDraft(TEXT, marker))


def a_case(bench: Bench) -> str:
    """A case that is there already, under a marker of its own."""
    other = CaseDraft("P-00000000", bench.draft.account, bench.draft.contact, bench.draft.answers)
    return bench.vendor.file_case(other).vendor_id


# each kind's step has a marker of its own, as the steps of one draft have
MARKERS = {
    Kind.CREATE: MARKER,
    Kind.NOTE: markers.step(MARKER, 2),
    Kind.FILE: markers.step(MARKER, 3),
    Kind.CLOSE: markers.step(MARKER, 4),
}


def overrides(vendor: type[Vendor], verb: str) -> bool:
    return getattr(vendor, verb) is not getattr(Vendor, verb)


VERBS = {
    Kind.CREATE: "file_case",
    Kind.NOTE: "add_note",
    Kind.FILE: "attach_file",
    Kind.CLOSE: "request_close",
}


# facts


def facts_are_complete(bench: Bench) -> None:
    vendor = type(bench.vendor)
    assert re.fullmatch(r"[a-z][a-z0-9_]{1,29}", vendor.key)
    assert vendor.name
    assert vendor.credential_fields
    assert any(field.secret for field in vendor.credential_fields)
    assert {field.key for field in vendor.credential_fields if field.required} <= set(bench.secrets)
    assert vendor.host_pattern.fullmatch("127.0.0.1") is None
    assert vendor.quiet_horizon == tuple(sorted(vendor.quiet_horizon))
    assert min(vendor.quiet_horizon) > 0
    assert vendor.vendor_space("https://a.example")


def what_is_declared_is_what_is_there(bench: Bench) -> None:
    vendor = type(bench.vendor)
    for kind, verb in VERBS.items():
        assert overrides(vendor, verb) is (kind in vendor.capabilities.kinds), verb
    for verb in ("check", "form_schema", "steps", "summary", "fetch_case"):
        assert overrides(vendor, verb), verb
    looks = any(how is not Find.NONE for how in vendor.can_find.values())
    assert overrides(vendor, "find") is looks
    assert set(vendor.can_find) <= set(vendor.capabilities.kinds)


def what_it_cannot_do_it_refuses_loudly(bench: Bench) -> None:
    for kind in set(VERBS) - set(bench.vendor.capabilities.kinds):
        with pytest.raises(Unsupported):
            send(bench, kind, "C-1")


def a_credential_signs_requests_and_tells_no_secret(bench: Bench) -> None:
    vendor = type(bench.vendor)
    assert isinstance(vendor.auth(bench.secrets), httpx.Auth)
    identity = vendor.credential_identity(bench.secrets)
    assert 0 < len(identity) <= 200
    for field in vendor.credential_fields:
        assert not field.secret or bench.secrets[field.key] not in identity


def status_words_end_in_unknown(bench: Bench) -> None:
    vendor = bench.vendor
    assert all(word == word.strip().casefold() for word in vendor.statuses)
    for word, status in vendor.statuses.items():
        assert vendor.status_of(f" {word.upper()} ") is status
    for word in ("", "Never heard of", "\u2603"):
        assert vendor.status_of(word) is Status.UNKNOWN


# schema


def keys_of(fields: tuple[Field, ...]) -> list[str]:
    return [field.key for field in fields]


def the_form_begins_with_a_question(bench: Bench) -> None:
    schema = bench.vendor.form_schema({}, bench.context)
    assert any(field.required for field in schema.fields)
    assert {field.section for field in schema.fields} <= {each.key for each in schema.sections}
    assert len(set(keys_of(schema.fields))) == len(schema.fields)


def the_form_is_complete_when_all_is_answered(bench: Bench) -> None:
    schema = bench.vendor.form_schema(bench.answers, bench.context)
    assert schema.complete
    assert not schema.loading
    assert not [field.errors for field in schema.fields if field.errors]
    required = {field.key for field in schema.fields if field.required and field.default is None}
    assert required <= set(bench.answers)
    for field in schema.fields:
        values = [choice.value for choice in field.choices]
        assert len(set(values)) == len(values), field.key


def the_same_answers_give_the_same_form(bench: Bench) -> None:
    first, again = (bench.vendor.form_schema(bench.answers, bench.context) for _ in range(2))
    assert first.digest == again.digest


def answers_nobody_offered_do_not_break_the_form(bench: Bench) -> None:
    for key in (*bench.answers, "no/such/field"):
        for junk in ("", "\u2603" * 400, ("a", "b"), ()):
            bench.vendor.form_schema({**bench.answers, key: junk}, bench.context)


# filing


def a_draft_becomes_steps_in_order_with_markers_of_their_own(bench: Bench) -> None:
    first, again = (bench.vendor.steps(bench.draft) for _ in range(2))
    assert first == again
    assert [step.marker for step in first] == [
        markers.step(MARKER, number) for number in range(1, len(first) + 1)
    ]
    assert [step.kind is Kind.CREATE for step in first] == [True] + [False] * (len(first) - 1)
    assert all(step.title for step in first)


def the_marker_is_in_the_body_where_it_is_said_to_travel(bench: Bench) -> None:
    create = bench.vendor.steps(bench.draft)[0]
    carried = MARKER in repr(create.body)
    assert carried is (create.marker_home is not MarkerHome.NONE)


def a_summary_shows_the_case_before_the_vendor_has_it(bench: Bench) -> None:
    assert bench.vendor.summary(bench.draft).subject == SUBJECT


def a_case_filed_can_be_read_back(bench: Bench) -> None:
    receipt = bench.vendor.file_case(bench.draft)
    assert bench.effects() == ["create"]
    case = bench.vendor.fetch_case(receipt.vendor_id)
    assert (case.vendor_id, case.subject) == (receipt.vendor_id, SUBJECT)
    assert MARKER not in f"{case.subject} {case.description} {case.references}"
    home = bench.vendor.steps(bench.draft)[0].marker_home
    assert case.marker == ("" if home is MarkerHome.NONE else MARKER)


def a_note_comes_back_as_it_was_written_with_its_marker_apart(bench: Bench) -> None:
    case_id = a_case(bench)
    send(bench, Kind.NOTE, case_id)
    entries = bench.vendor.fetch_case(case_id).entries
    assert (TEXT, MARKERS[Kind.NOTE]) in [(entry.text, entry.marker) for entry in entries]
    assert bench.vendor.strip_marker(markers.append(TEXT, MARKER)) == (TEXT, MARKER)


def two_readings_of_a_case_are_the_same(bench: Bench) -> None:
    case_id = a_case(bench)
    send(bench, Kind.NOTE, case_id)
    assert bench.vendor.fetch_case(case_id) == bench.vendor.fetch_case(case_id)


def keys_of_entries_name_one_entry_each(bench: Bench) -> None:
    case_id = a_case(bench)
    for kind in bench.vendor.capabilities.kinds - {Kind.CREATE}:
        send(bench, kind, case_id)
    keys = [each.vendor_key for each in bench.vendor.fetch_case(case_id).entries if each.vendor_key]
    assert len(set(keys)) == len(keys)


def a_file_comes_back_the_same(bench: Bench) -> None:
    case_id = a_case(bench)
    send(bench, Kind.FILE, case_id)
    files = [file for entry in bench.vendor.fetch_case(case_id).entries for file in entry.files]
    if not overrides(type(bench.vendor), "fetch_file"):
        assert files == []
        return
    assert [file.name for file in files] == [FILE_NAME]
    with bench.vendor.fetch_file(case_id, files[0].vendor_id) as pieces:
        assert b"".join(pieces) == b"some bytes"


def a_list_shows_the_case_filed_or_there_is_none(bench: Bench) -> None:
    case_id = a_case(bench)
    if not overrides(type(bench.vendor), "changed_cases"):
        with pytest.raises(Unsupported):
            bench.vendor.changed_cases(None)
        return
    recently = datetime.now(UTC) - timedelta(minutes=5)
    for since in (None, recently):
        assert case_id in [listed.vendor_id for listed in bench.vendor.changed_cases(since)]


def a_test_of_the_connection_changes_nothing(bench: Bench) -> None:
    assert bench.vendor.check().proven
    assert bench.effects() == []


def a_text_over_the_limit_is_told_before_it_is_sent(bench: Bench) -> None:
    longest = bench.vendor.capabilities.note_max_length
    assert bench.vendor.limit_problem(Kind.NOTE, TEXT) == ""
    if longest is not None:
        assert bench.vendor.limit_problem(Kind.NOTE, "x" * longest)  # the marker counts too


# what may have been done, and what surely was not


def each_kind_of_error_is_told_apart(bench: Bench) -> None:
    case_id = a_case(bench)
    for kind in sorted(bench.vendor.capabilities.kinds):
        for fault, error in ERRORS.items():
            if fault == REFUSED and not bench.refuses(kind):
                continue
            before = bench.effects()
            bench.fault(kind, fault)
            with pytest.raises(error) as caught:
                send(bench, kind, case_id)
            assert isinstance(caught.value, error), (kind, fault)
            assert bench.effects() == before, (kind, fault)
            if isinstance(caught.value, Busy):
                assert caught.value.retry_after == 7


def a_step_done_and_lost_is_found_or_declared_past_finding(bench: Bench) -> None:
    case_id = a_case(bench)
    for kind in sorted(bench.vendor.capabilities.kinds):
        before = bench.effects()
        bench.fault(kind, LOST)
        with pytest.raises(Unclear):
            send(bench, kind, case_id)
        assert bench.effects() == [*before, kind.value]
        _look(bench, kind, case_id)


def _look(bench: Bench, kind: Kind, case_id: str) -> None:
    lost = sought(bench, kind, case_id)
    if bench.vendor.can_find.get(kind, Find.NONE) is Find.NONE:
        with pytest.raises(Unsupported):
            bench.vendor.find(lost)
    else:
        finding = bench.vendor.find(lost)
        assert finding.found is not None, kind
        assert finding.matches == 1


def sought(bench: Bench, kind: Kind, case_id: str) -> Sought:
    is_create = kind is Kind.CREATE
    home = bench.vendor.steps(bench.draft)[0].marker_home if is_create else MarkerHome.TEXT
    return Sought(
        kind=kind,
        marker=MARKERS[kind],
        marker_home=home,
        sent_at=datetime.now(UTC),
        case_id="" if is_create else case_id,
        subject=SUBJECT if is_create else "",
        text="" if is_create else TEXT,
        file_name=FILE_NAME if kind is Kind.FILE else "",
    )


def a_step_never_done_is_not_found(bench: Bench) -> None:
    case_id = a_case(bench)
    for kind, how in bench.vendor.can_find.items():
        if how is not Find.NONE:
            finding = bench.vendor.find(sought(bench, kind, case_id))
            assert (finding.found, finding.matches) == (None, 0)


RULES: tuple[Callable[[Bench], None], ...] = (
    facts_are_complete,
    what_is_declared_is_what_is_there,
    what_it_cannot_do_it_refuses_loudly,
    a_credential_signs_requests_and_tells_no_secret,
    status_words_end_in_unknown,
    the_form_begins_with_a_question,
    the_form_is_complete_when_all_is_answered,
    the_same_answers_give_the_same_form,
    answers_nobody_offered_do_not_break_the_form,
    a_draft_becomes_steps_in_order_with_markers_of_their_own,
    the_marker_is_in_the_body_where_it_is_said_to_travel,
    a_summary_shows_the_case_before_the_vendor_has_it,
    a_case_filed_can_be_read_back,
    a_note_comes_back_as_it_was_written_with_its_marker_apart,
    two_readings_of_a_case_are_the_same,
    keys_of_entries_name_one_entry_each,
    a_file_comes_back_the_same,
    a_list_shows_the_case_filed_or_there_is_none,
    a_test_of_the_connection_changes_nothing,
    a_text_over_the_limit_is_told_before_it_is_sent,
    each_kind_of_error_is_told_apart,
    a_step_done_and_lost_is_found_or_declared_past_finding,
    a_step_never_done_is_not_found,
)
