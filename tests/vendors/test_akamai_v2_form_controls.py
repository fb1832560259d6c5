"""Every uiControls fieldType with its limits, prefilled values and odd spellings."""

import logging
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.vendors.akamai_v2_metadata import (
    Desk,
    Json,
    attribute,
    attributes,
    field_of,
    form,
    option,
    question,
    ui,
    with_questions,
)
from vendors.akamai_v2 import controls
from vendors.schema import Control, Field, ZonedTime

YES_NO = (option("Yes", 1), option("No", 2))


def asked(kind: str, *options: Json, **more: Any) -> Field:
    """The field of one question of this fieldType."""
    return field_of(
        form(with_questions(question(1, kind, *options, **more))), "questionnaire/100/1"
    )


@pytest.mark.parametrize(
    ("kind", "options", "control"),
    [
        ("checkbox", (), Control.CHECKBOX),
        ("checkbox", YES_NO, Control.CHECKBOXES),
        ("date-time", (), Control.DATETIME),
        ("date-time-timezone", (), Control.DATETIME_ZONE),
        ("decimal", (), Control.DECIMAL),
        ("dropdown", YES_NO, Control.SELECT),
        ("file-upload", (), Control.FILE),
        ("number", (), Control.INTEGER),
        ("radio", YES_NO, Control.RADIO),
        ("text", (), Control.TEXT),
        ("textarea", (), Control.LONG_TEXT),
        ("Date", (), Control.DATETIME),
        ("DropDown", YES_NO, Control.SELECT),
        ("DATE-TIME-TIMEZONE", (), Control.DATETIME_ZONE),
        ("TextArea", (), Control.LONG_TEXT),
        ("slider", (), Control.TEXT),
        ("", (), Control.TEXT),
    ],
)
def test_each_field_type_has_its_control(
    kind: str, options: tuple[Json, ...], control: Control
) -> None:
    assert asked(kind, *options).control is control


def test_an_unknown_field_type_is_asked_as_text_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    kind = "hologram-of-this-test"
    with caplog.at_level(logging.WARNING, "caseport.vendor"):
        assert asked(kind, maxLength=9).max_length == 9
        asked(kind.upper())
    assert len([r for r in caplog.records if kind in r.getMessage()]) == 1


@pytest.mark.parametrize("kind", ["dropdown", "radio"])
def test_a_list_without_options_can_still_be_answered(kind: str) -> None:
    assert asked(kind).control is Control.TEXT


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        (["Yes", "2"], ("Yes", "No")),
        (["2", "1"], ("Yes", "No")),
        (["3"], ("3",)),
        (["3", "Yes"], ("Yes", "3")),
        ([" ", "9"], None),
    ],
)
def test_options_are_named_by_value_and_by_id_side_by_side(
    given: list[str], chosen: tuple[str, ...] | None
) -> None:
    options = (*YES_NO, option("Perhaps", 3), option("3", 4))
    assert asked("checkbox", *options, currentAnswers=given).default == chosen


def test_options_are_offered_by_their_value_each_once() -> None:
    field = asked("radio", *YES_NO, option("Yes", 3), {"answerId": 4}, {"answerValue": " "})
    assert [(c.value, c.label) for c in field.choices] == [("Yes", "Yes"), ("No", "No"), ("4", "4")]


def test_the_controls_own_switches_reach_the_field() -> None:
    field = asked("textarea", isRequired=True, isClearable=True, maxLength=400, rows=5)
    assert (field.required, field.clearable, field.max_length, field.rows) == (True, True, 400, 5)


@pytest.mark.parametrize("name", ["maxLength", "maxlength", "MAXLENGTH"])
@pytest.mark.parametrize(("value", "limit"), [(100, 100), ("100", 100), (0, None), ("x", None)])
def test_a_length_is_read_however_it_is_spelt(name: str, value: object, limit: int | None) -> None:
    assert asked("text", **{name: value}).max_length == limit


def test_only_texts_have_a_length() -> None:
    assert asked("number", maxLength=3).max_length is None


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("5MB", 5_000_000),
        ("500 KB", 500_000),
        ("1GB", 1_000_000_000),
        ("1.5 mb", 1_500_000),
        ("4 MiB", 4 * 2**20),
        ("2048", 2048),
        (2048, 2048),
        ("12 bytes", 12),
        ("a lot", None),
        ("-5MB", None),
        ("0", None),
        ("", None),
        (None, None),
        ([], None),
    ],
)
def test_a_size_is_read_from_its_text(words: object, size: int | None) -> None:
    assert controls.size(words) == size
    assert asked("file-upload", maxSize=words).max_size == size


def test_a_question_shows_its_text_then_its_name_and_help() -> None:
    field = asked("text", questionText="Where?", displayName="Address", helpText="As typed.")
    assert (field.label, field.help, field.member) == ("Where?", "Address\nAs typed.", "1")


def test_a_question_without_text_goes_by_its_name() -> None:
    assert asked("text", questionText="", displayName="Address").label == "Address"


def test_an_attribute_shows_the_vendors_name_and_prefilled_value() -> None:
    made = attributes(subject=attribute(value="Object: ", displayName="Title"))
    subject = field_of(form(Desk(attributes=made)), "subject")
    assert (subject.label, subject.default, subject.member) == ("Title", "Object: ", "subject")


@pytest.mark.parametrize(
    ("kind", "options", "given", "default"),
    [
        ("text", (), ["as before"], "as before"),
        ("textarea", (), ["one", "two"], "one\ntwo"),
        ("number", (), [10], "10"),
        ("decimal", (), [1.5], "1.5"),
        ("radio", YES_NO, ["No"], "No"),
        ("radio", YES_NO, [2], "No"),
        ("dropdown", YES_NO, ["Gone"], None),
        ("checkbox", YES_NO, ["No", "Yes"], ("Yes", "No")),
        ("checkbox", (), ["true"], "true"),
        ("checkbox", (), [False], None),
        ("file-upload", (), ["old.txt"], None),
        ("date-time", (), ["answer for question 1"], None),
        ("text", (), "alone", "alone"),
        ("text", (), None, None),
        ("text", (), [{}, [], None, ""], None),
    ],
)
def test_current_answers_stand_in_the_field_where_they_fit(
    kind: str, options: tuple[Json, ...], given: object, default: object
) -> None:
    assert asked(kind, *options, currentAnswers=given).default == default


@pytest.mark.parametrize("words", ["2026-03-02T08:00:00.000Z", "2026-03-02T09:00:00+0100"])
def test_a_time_stands_in_the_field_as_the_moment_it_is(words: str) -> None:
    moment = ZonedTime(datetime(2026, 3, 2, 8, tzinfo=ZoneInfo("UTC")), "UTC")
    assert asked("date-time", currentAnswers=[words]).default == moment


@pytest.mark.parametrize("kind", ["date-time", "number", "decimal", "text"])
def test_a_disabled_field_keeps_its_given_value_to_the_letter(kind: str) -> None:
    field = asked(kind, isDisabled=True, isRequired=True, currentAnswers=["2026-03-02T08:00Z"])
    assert (field.disabled, field.required, field.default) == (True, False, "2026-03-02T08:00Z")


def test_a_disabled_choice_shows_the_option_given() -> None:
    field = asked("radio", *YES_NO, isDisabled=True, currentAnswers=["No"])
    assert (field.control, field.default, field.disabled) == (Control.RADIO, "No", True)


def test_a_disabled_choice_given_what_is_no_option_keeps_it_as_text() -> None:
    field = asked("radio", *YES_NO, isDisabled=True, currentAnswers=["Perhaps"])
    assert (field.control, field.default) == (Control.TEXT, "Perhaps")


def test_the_upload_attribute_is_not_asked() -> None:
    schema = form(Desk())
    assert schema.field("upload") is None
    assert field_of(schema, "files").max_files == 10


def test_an_attribute_the_page_does_not_list_is_asked_under_its_own_name() -> None:
    made = attributes(siteCode=attribute("number", displayName="Site code", isRequired=True))
    field = field_of(form(Desk(attributes=made)), "siteCode")
    assert (field.control, field.label, field.required) == (Control.INTEGER, "Site code", True)


def test_members_that_are_no_attributes_are_passed_over() -> None:
    made = attributes(note="plain", **{"a/b": attribute(), "empty": {}, "list": [1]})
    keys = {f.key for f in form(Desk(attributes=made)).fields}
    assert not keys & {"note", "a/b", "empty", "list"}


def test_what_every_case_needs_is_asked_even_if_the_vendor_lists_nothing() -> None:
    schema = form(Desk(attributes={}))
    needed = {f.key for f in schema.fields if f.required}
    assert needed == {
        "categoryType",
        "subCategories",
        "subject",
        "description",
        "severity",
        "userDetail/userName",
        "userDetail/userEmail",
        "userDetail/userPhone",
        "userDetail/userCompany",
    }
    assert field_of(schema, "description").control is Control.LONG_TEXT
    assert schema.complete


def test_without_a_questionnaire_description_and_additional_details_are_two_fields() -> None:
    made = attributes(additionalDetails=attribute("textarea", displayName="Path", maxLength=90))
    schema = form(Desk(attributes=made))
    assert field_of(schema, "description").required
    assert field_of(schema, "additionalDetails").label == "Path"


def test_with_a_questionnaire_one_text_takes_the_place_of_the_ignored_description() -> None:
    both = with_questions(question(1))
    both.attributes = {
        **both.attributes,
        "description": attribute("textarea", isRequired=True),
        "additionalDetails": attribute("textarea", displayName="Anything else", maxLength=90),
    }
    schema = form(both)
    text = field_of(schema, "description")
    assert schema.field("additionalDetails") is None
    assert (text.label, text.required, text.max_length) == ("Anything else", True, 90)
    assert "in place of a description" in text.help


def test_the_person_can_describe_the_problem_though_only_a_description_is_offered() -> None:
    desk = with_questions(question(1, isRequired=True))
    desk.attributes = {
        **desk.attributes,
        "description": attribute("textarea", displayName="Tell us", maxLength=70, isRequired=True),
    }
    schema = form(desk)
    text = field_of(schema, "description")
    assert (text.label, text.max_length, text.required) == ("Tell us", 70, True)
    assert text.member == "additionalDetails"
    assert schema.field("additionalDetails") is None


def test_beside_questions_that_must_be_answered_the_text_may_be_left_out() -> None:
    text = field_of(form(with_questions(question(1, isRequired=True))), "description")
    assert not text.required
    assert text.label == "Describe the problem"


def test_beside_questions_that_may_all_be_left_out_the_text_is_needed() -> None:
    assert field_of(form(with_questions(question(1))), "description").required


def test_the_description_leaves_room_for_our_marker_once_both_numbers_are_taken() -> None:
    def limit(**numbers: str) -> int | None:
        return field_of(form(Desk(), answers=numbers), "description").max_length

    assert limit() == limit(customerTrackingNumber="T-1") == 1000
    both = limit(customerTrackingNumber="T-1", partnerTicketNumber="P-1")
    assert both == 1000 - len("\n[ref P-7Q2MK4XD]")


def test_a_dropdown_attribute_is_read_like_a_question() -> None:
    made = {"answerOptions": [option("Red", 7)], "currentAnswers": ["7"], "uiControls": ui("radio")}
    field = field_of(form(Desk(attributes=attributes(colour=made))), "colour")
    assert (field.control, field.default) == (Control.RADIO, "Red")
