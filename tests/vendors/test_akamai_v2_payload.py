"""What a checked draft becomes: the exact case, the files behind it, where the marker travels."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.vendors.akamai_v2_metadata import CASEY, NORTHWIND, path_to
from vendors.akamai_v2 import payload
from vendors.schema import Answer, Control, FileRef, ZonedTime
from vendors.vocabulary import Answered, CaseDraft, Kind, MarkerHome

Given = Mapping[str, Answer]
NONE: Given = {}
MARKER = "P-7Q2MK4XD"
LONDON = ZonedTime(
    datetime(2026, 7, 1, 9, 30, 15, tzinfo=ZoneInfo("Europe/London")), "Europe/London"
)
HAR = FileRef("f-1", "one slow request.har", 900)
LOG = FileRef("f-2", "edge.log", 70)
LOG2 = FileRef("f-3", "origin.log", 71)

BASE: dict[str, Answer] = {
    "categoryType": "Technical",
    "subCategories": (path_to("Alta", "Slow", "Origin"),),
    "subject": "Images load slowly",
    "description": "Since Monday.\nAll of them.",
    "severity": "2-Major",
    "userDetail/userName": "Casey Moss",
    "userDetail/userEmail": "casey@northwind.example",
    "userDetail/userPhone": "+44 20 7946 0999",
    "userDetail/userCompany": "Northwind",
}
CONTROLS = {
    "questionnaire/100/1": Control.DATETIME,
    "questionnaire/100/2": Control.DATETIME_ZONE,
    "questionnaire/100/8": Control.FILE,
    "files": Control.FILE,
}


def filed(answers: Given = NONE, without: tuple[str, ...] = ()) -> CaseDraft:
    given = {key: value for key, value in {**BASE, **answers}.items() if key not in without}
    return CaseDraft(
        MARKER,
        NORTHWIND,
        CASEY,
        tuple(
            Answered(
                key,
                f"Label of {key}",
                CONTROLS.get(key, Control.TEXT),
                value,
                "Technical issue" if key == "categoryType" else "",
            )
            for key, value in given.items()
        ),
    )


def questioned(answers: Given = NONE) -> CaseDraft:
    return filed({"description": "It began on Monday.", **Q, **answers})


Q: dict[str, Answer] = {"questionnaire/100/5": "an answer"}


def answers_of(draft: CaseDraft) -> dict[str, list[str]]:
    asked = payload.case_body(draft)["questionnaire"]["questions"]
    return {question["questionId"]: question["currentAnswers"] for question in asked}


def test_a_case_without_questionnaire_is_exactly_this() -> None:
    assert payload.case_body(filed()) == {
        "categoryType": "Technical",
        "subCategories": [
            {"subCategoryType": "product", "subCategoryValue": "Alta", "displayName": "Product"},
            {"subCategoryType": "problem", "subCategoryValue": "Slow", "displayName": "Problem"},
            {
                "subCategoryType": "component",
                "subCategoryValue": "Origin",
                "displayName": "Component",
            },
        ],
        "subject": "Images load slowly",
        "description": "Since Monday.\nAll of them.",
        "severity": "2-Major",
        "customerTrackingNumber": MARKER,
        "userDetail": {
            "userName": "Casey Moss",
            "userEmail": "casey@northwind.example",
            "userPhone": "+44 20 7946 0999",
            "userCompany": "Northwind",
        },
    }


def test_each_of_several_subcategories_sends_its_whole_path_in_the_persons_order() -> None:
    chosen = (path_to("Ion", "Stale"), path_to("Alta", "Slow", "Edge", "Stalls"))
    levels = payload.case_body(filed({"subCategories": chosen}))["subCategories"]
    assert [level["subCategoryValue"] for level in levels] == [
        "Ion",
        "Stale",
        "Alta",
        "Slow",
        "Edge",
        "Stalls",
    ]


def test_the_resellers_members_are_sent_as_given() -> None:
    body = payload.case_body(
        filed(
            {
                "customer": "Northwind Traders",
                "endCustomerName": "A shop",
                "customerTrackingNumber": " T-1 ",
                "partnerTicketNumber": "R-2",
            }
        )
    )
    assert body["customer"] == "Northwind Traders"
    assert body["endCustomerName"] == "A shop"
    assert body["customerTrackingNumber"] == "T-1"
    assert body["partnerTicketNumber"] == "R-2"


@pytest.mark.parametrize("key", ["endCustomerName", "additionalDetails", "partnerTicketNumber"])
def test_members_left_empty_are_left_out(key: str) -> None:
    assert key not in payload.case_body(filed({key: "  "}))


@pytest.mark.parametrize(("ticked", "sent"), [("true", {True}), ("", set()), (None, set())])
def test_the_hidden_flag_is_sent_only_when_staff_ticked_it(ticked: Any, sent: set[bool]) -> None:
    answers = {} if ticked is None else {"doNotShowInPortalFlag": ticked}
    body = payload.case_body(filed(answers))
    assert {body[name] for name in body if name == "doNotShowInPortalFlag"} == sent


# questionnaires


def test_ids_of_a_questionnaire_are_sent_as_texts() -> None:
    asked = payload.case_body(questioned())["questionnaire"]
    assert asked == {
        "questionnaireId": "100",
        "questions": [{"questionId": "5", "currentAnswers": ["an answer"]}],
    }


def test_with_a_questionnaire_the_text_goes_to_additional_details_and_description_is_empty() -> (
    None
):
    body = payload.case_body(questioned())
    assert body["additionalDetails"] == "It began on Monday."
    assert body["description"] == ""


def test_when_no_question_was_answered_the_text_is_the_description() -> None:
    body = payload.case_body(filed({"description": "It began on Monday."}))
    assert "questionnaire" not in body
    assert body["description"] == "It began on Monday."
    assert "additionalDetails" not in body


def test_details_asked_beside_the_description_are_sent_as_such() -> None:
    body = payload.case_body(filed({"description": "Slow.", "additionalDetails": "/a/path"}))
    assert (body["description"], body["additionalDetails"]) == ("Slow.", "/a/path")


@pytest.mark.parametrize(
    ("key", "value", "sent"),
    [
        ("questionnaire/100/1", LONDON, ["2026-07-01T08:30:15.000Z"]),
        ("questionnaire/100/2", LONDON, ["2026-07-01T09:30:15.000+01:00"]),
        ("questionnaire/100/3", ("HTTP/2", "TLS 1.3"), ["HTTP/2", "TLS 1.3"]),
        ("questionnaire/100/4", "1500", ["1500"]),
        ("questionnaire/100/5", "1.75", ["1.75"]),
        ("questionnaire/100/6", "true", ["true"]),
        ("questionnaire/100/7", "two\nlines", ["two\nlines"]),
        ("questionnaire/100/8", (HAR,), ["one slow request.har"]),
        ("questionnaire/100/1/11/22/33/9", "deep", ["deep"]),
        ("questionnaire/100/1/And%2For/9", "deep", ["deep"]),
    ],
)
def test_each_answer_is_a_list_of_texts(key: str, value: Answer, sent: list[str]) -> None:
    assert answers_of(questioned({key: value}))[key.rpartition("/")[2]] == sent


def test_milliseconds_are_always_written() -> None:
    at = datetime(2026, 7, 1, 9, 30, 15, 123456, tzinfo=ZoneInfo("UTC"))
    answers = answers_of(questioned({"questionnaire/100/1": ZonedTime(at, "UTC")}))
    assert answers["1"] == ["2026-07-01T09:30:15.123Z"]


def test_the_second_of_two_equal_hours_keeps_its_own_offset() -> None:
    zone = ZoneInfo("Europe/London")
    late = ZonedTime(datetime(2026, 10, 25, 1, 30, fold=1, tzinfo=zone), "Europe/London")
    early = ZonedTime(datetime(2026, 10, 25, 1, 30, fold=0, tzinfo=zone), "Europe/London")
    for moment, zoned, utc in (
        (late, "01:30:00.000+00:00", "01"),
        (early, "01:30:00.000+01:00", "00"),
    ):
        sent = answers_of(
            questioned({"questionnaire/100/1": moment, "questionnaire/100/2": moment})
        )
        assert sent["2"] == [f"2026-10-25T{zoned}"]
        assert sent["1"] == [f"2026-10-25T{utc}:30:00.000Z"]


def test_questions_left_empty_are_left_out() -> None:
    empty: dict[str, Answer] = {"questionnaire/100/6": "  ", "questionnaire/100/7": ()}
    assert list(answers_of(questioned(empty))) == ["5"]


# the marker

T, P = {"customerTrackingNumber": "T-1"}, {"partnerTicketNumber": "R-2"}


@pytest.mark.parametrize(
    ("numbers", "home"),
    [
        ({}, MarkerHome.TRACKING_NUMBER),
        (P, MarkerHome.TRACKING_NUMBER),
        (T, MarkerHome.PARTNER_NUMBER),
        ({**T, **P}, MarkerHome.TEXT),
        ({"customerTrackingNumber": "   "}, MarkerHome.TRACKING_NUMBER),
    ],
)
def test_the_marker_travels_in_the_first_home_that_is_free(
    numbers: dict[str, Answer], home: MarkerHome
) -> None:
    (create,) = payload.steps(filed(numbers))
    carriers = {
        MarkerHome.TRACKING_NUMBER: create.body["customerTrackingNumber"],
        MarkerHome.PARTNER_NUMBER: create.body.get("partnerTicketNumber"),
        MarkerHome.TEXT: create.body["description"].rpartition("[ref ")[2].rstrip("]"),
    }
    assert create.marker_home is home
    assert [where for where, found in carriers.items() if found == MARKER] == [home]


def test_in_the_description_the_marker_is_the_last_line() -> None:
    body = payload.case_body(filed({**T, **P}))
    assert body["description"] == f"Since Monday.\nAll of them.\n[ref {MARKER}]"


def test_beside_a_questionnaire_with_both_numbers_taken_the_marker_has_no_home() -> None:
    (create,) = payload.steps(questioned({**T, **P}))
    assert create.marker_home is MarkerHome.NONE
    assert MARKER not in repr(create.body)


# steps


def test_the_case_is_filed_first_and_files_follow_each_as_its_own_step() -> None:
    draft = questioned({"files": (LOG, LOG2), "questionnaire/100/8": (HAR,)})
    create, *files = payload.steps(draft)

    assert (create.kind, create.marker, create.body) == (
        Kind.CREATE,
        MARKER,
        payload.case_body(draft),
    )
    assert [(s.kind, s.marker, s.marker_home, s.file_id) for s in files] == [
        (Kind.FILE, f"{MARKER}-2", MarkerHome.TEXT, "f-1"),
        (Kind.FILE, f"{MARKER}-3", MarkerHome.TEXT, "f-2"),
        (Kind.FILE, f"{MARKER}-4", MarkerHome.TEXT, "f-3"),
    ]
    assert [dict(s.body) for s in files] == [
        {"file": "one slow request.har", "comment": "Answer to: Label of questionnaire/100/8"},
        {"file": "edge.log", "comment": ""},
        {"file": "origin.log", "comment": ""},
    ]


def test_general_files_are_no_member_of_the_case() -> None:
    assert "files" not in payload.case_body(filed({"files": (LOG,)}))


# what the list shows


def test_the_summary_says_what_the_list_shows_until_the_vendor_has_the_case() -> None:
    summary = payload.summary(filed(T))
    assert summary.subject == "Images load slowly"
    assert summary.description == "Since Monday.\nAll of them."
    assert summary.category_path == ("Technical issue", "Alta", "Slow", "Origin")
    assert (summary.severity, summary.severity_rank) == ("2-Major", 2)
    assert summary.contact == CASEY
    assert summary.references == {"customer": "T-1"}


def test_the_summary_never_takes_our_marker_for_a_reference() -> None:
    assert payload.summary(filed()).references == {}
    assert payload.summary(filed({**T, **P})).references == {"customer": "T-1", "reseller": "R-2"}
    assert MARKER not in repr(payload.summary(filed({**T, **P})))


def test_beside_a_questionnaire_the_summary_shows_the_text_of_additional_details() -> None:
    assert payload.summary(questioned()).description == "It began on Monday."


@pytest.mark.parametrize(
    ("word", "rank"), [("1-Critical", 1), ("4-Low Impact", 4), ("High", None), ("12-Odd", None)]
)
def test_the_rank_is_the_severitys_leading_digit(word: str, rank: int | None) -> None:
    assert payload.summary(filed({"severity": word})).severity_rank == rank


def test_the_frozen_contact_stands_in_where_the_form_asked_for_no_person() -> None:
    without = tuple(key for key in BASE if key.startswith("userDetail/"))
    assert payload.case_body(filed(without=without))["userDetail"]["userName"] == CASEY.name
