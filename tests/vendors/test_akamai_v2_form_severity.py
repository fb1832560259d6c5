"""Severities of the Akamai v2 form: options with what the vendor says of each."""

import pytest

from tests.vendors.akamai_v2_metadata import (
    DEFINITIONS,
    Desk,
    attribute,
    attributes,
    field_of,
    form,
    severities,
)
from vendors.schema import Control


def test_a_severity_carries_definition_escalation_and_response_times() -> None:
    schema = form(Desk())
    critical, major, low = field_of(schema, "severity").choices

    assert critical.description == "Nothing works.\nCall +1-855-555-0142."
    assert critical.response == ("Premium: first response 30 minutes, status updates hourly",)
    assert (major.description, major.response) == ("Much is slow.", ())
    assert (low.description, low.response) == ("", ())


def test_the_standard_response_time_stands_in_where_no_other_is_stated() -> None:
    critical = field_of(form(Desk(times={})), "severity").choices[0]
    assert critical.response == ("Usual response: 1 hour",)


def test_additional_information_stands_beside_the_severities() -> None:
    section = next(s for s in form(Desk()).sections if s.key == "severity")
    assert section.help == "Initial Response = the first call\n* holds when phoned"


def test_a_severity_worded_otherwise_is_explained_by_its_rank() -> None:
    desk = Desk(attributes=attributes(severity=severities("1-Major Impact")))
    (choice,) = field_of(form(desk), "severity").choices
    assert choice.description.startswith("Nothing works.")


def test_two_definitions_of_one_rank_explain_no_other_wording() -> None:
    twice = [{**DEFINITIONS[0], "severityLevelType": name} for name in ("1-Critical", "1-Down")]
    desk = Desk(attributes=attributes(severity=severities("1-Major Impact")), definitions=twice)
    assert field_of(form(desk), "severity").choices[0].description == ""


@pytest.mark.parametrize("value", ["2-Major", "S2"])
def test_the_severity_begins_as_the_vendor_proposes(value: str) -> None:
    desk = Desk(attributes=attributes(severity=severities(value=value)))
    severity = field_of(form(desk), "severity")
    assert severity.default == "2-Major"
    assert "suggests “2-Major”" in severity.help  # what is chosen already is easily passed over


@pytest.mark.parametrize("value", [None, "9-Unheard of"])
def test_without_a_known_proposal_no_severity_is_chosen(value: str | None) -> None:
    desk = Desk(attributes=attributes(severity=severities(value=value)))
    severity = field_of(form(desk), "severity")
    assert severity.default is None
    assert "suggests" not in severity.help
    assert severity.required


def test_without_options_in_the_attributes_the_defined_severities_are_offered() -> None:
    severity = field_of(
        form(Desk(attributes=attributes(severity=attribute("dropdown")))), "severity"
    )
    assert [choice.value for choice in severity.choices] == ["1-Critical", "2-Major"]


def test_without_any_list_of_severities_it_is_a_text() -> None:
    desk = Desk(attributes=attributes(severity=None), definitions=[])
    severity = field_of(form(desk), "severity")
    assert (severity.control, severity.required) == (Control.TEXT, True)
