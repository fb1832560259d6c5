"""What an answer of Akamai v2 means: a receipt, or the error that decides what happens next."""

from typing import Any

import pytest

from tests.vendors.akamai_v2_samples import CASE, problem, sample
from vendors.akamai_v2 import answers
from vendors.http.errors import (
    Busy,
    NotFound,
    Refused,
    Unauthorised,
    Unclear,
    VendorError,
)


def test_a_create_is_accepted_by_its_case_id() -> None:
    receipt = answers.created(sample("created"))
    assert receipt.vendor_id == "F-CS-1778108"
    assert receipt.facts == {
        "diagnostic-url": "http://diagnostics.vendor.example/request?case=F-CS-1778108"
    }
    assert answers.created({"caseId": "F-CS-1"}).vendor_id == "F-CS-1"


def test_success_false_is_a_refusal_in_the_vendors_words() -> None:
    with pytest.raises(Refused, match="Case could not be created"):
        answers.created(sample("created-not"))
    with pytest.raises(Refused):
        answers.updated({"success": False, "caseId": CASE, "statusMessage": "No"}, CASE)


@pytest.mark.parametrize(
    "raw",
    [None, [42], {}, {"success": True}, {"caseId": ""}, {"success": False, "caseId": "F-CS-1"}],
)
def test_a_create_without_a_plain_answer_is_unclear(raw: Any) -> None:
    with pytest.raises(Unclear):
        answers.created(raw)


@pytest.mark.parametrize("raw", [None, [42], {}, {"caseId": "F-CS-2"}, {"success": True}])
def test_an_update_that_does_not_name_the_case_is_unclear(raw: Any) -> None:
    with pytest.raises(Unclear):
        answers.updated(raw, CASE)


@pytest.mark.parametrize("name", ["note", "file", "close"])
def test_an_update_is_accepted_by_its_case_id(name: str) -> None:
    assert answers.updated(sample(name), CASE).words.startswith("Ticket has been updated")


# errors


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, sample("error-400"), Refused),
        (402, sample("error-400"), Refused),
        (403, sample("error-400"), Refused),
        (404, sample("error-404"), NotFound),
        (405, sample("error-400"), Refused),
        (415, sample("error-400"), Refused),
        (401, sample("error-400"), Unauthorised),
        (401, {"type": "about:blank", "title": "Unauthorized", "status": 401}, Unauthorised),
        (401, b"", Unclear),
        (401, b"<html>a proxy</html>", Unclear),
        (401, {"message": "Log in to the proxy"}, Unclear),
        (429, b"", Busy),
        (400, sample("gateway-clock"), Busy),
        (400, sample("gateway-client-token"), Unauthorised),
        (401, sample("gateway-signature"), Unauthorised),
        (401, sample("gateway-inactive"), Unauthorised),
        (403, sample("gateway-grant"), Unauthorised),
        (400, sample("gateway-nonce"), Unclear),
        (500, sample("error-500"), Unclear),
        (502, b"<html>", Unclear),
        (503, sample("error-500"), Unclear),
        (302, b"", Unclear),
        (400, b"<html>a proxy</html>", Unclear),
        (403, b"", Unclear),
        (404, b"{}", Unclear),
        (400, b"[42]", Unclear),
        (418, sample("error-400"), Unclear),
    ],
)
def test_an_error_is_decided_by_status_and_body_together(
    status: int, body: Any, kind: type[VendorError]
) -> None:
    assert type(problem(status, body)) is kind


def test_a_refusal_shows_every_message_at_the_members_they_name() -> None:
    error = problem(400, sample("error-400"))
    assert isinstance(error, Refused)
    assert error.words == (
        "userDetail.userPhone is required · question 671: 'Perhaps' is not one of its options"
        " · The case cannot be taken today"
    )
    assert error.fields == {
        "userDetail.userPhone": "userDetail.userPhone is required",
        "671": "question 671: 'Perhaps' is not one of its options",
    }
    assert error.incident == "0c296a9e-0000-4000-8000-35228becc4ab"


@pytest.mark.parametrize(
    ("message", "member"),
    [
        ("severity '9-Nil' is not offered", "severity"),
        ("The subject is too long", "subject"),
        ("customerTrackingNumber is too long", "customerTrackingNumber"),
        ("subCategories[2]: problem 'x' does not exist", "subCategories"),
        ("QuestionId 12 is unknown", "12"),
        ("customers are many", ""),
        ("subjective", ""),
    ],
)
def test_a_message_is_shown_at_the_member_it_names(message: str, member: str) -> None:
    error = problem(400, {"title": "x", "details": [{"message": message}]})
    assert isinstance(error, Refused)
    assert list(error.fields) == ([member] if member else [])


def test_a_single_detail_may_stand_without_a_list() -> None:
    assert problem(400, {"code": "x", "details": {"message": "No"}}).words == "No"


def test_a_busy_vendor_says_when_to_come_back() -> None:
    error = problem(429, sample("error-500"), {"Retry-After": "30"})
    assert isinstance(error, Busy)
    assert error.retry_after == 30


def test_a_vendor_that_is_down_is_only_busy_for_a_read() -> None:
    assert isinstance(problem(503, b"", reading=True), Busy)
    assert isinstance(problem(503, b"", {"Retry-After": "30"}), Unclear)


def test_a_wrong_clock_is_told_as_such() -> None:
    error = problem(400, sample("gateway-clock"), {"Date": "Mon, 02 Mar 2026 09:01:05 GMT"})
    assert "clock differs from the vendor's (it is 65 s ahead)" in error.words


def test_what_is_private_in_a_gateways_answer_is_not_shown() -> None:
    for name in ("gateway-grant", "gateway-signature", "gateway-clock"):
        words = problem(403, sample(name)).words
        assert "192.0.2.1" not in words
        assert "198.51.100.7" not in words
