"""The simulator's questionnaires: which answers Akamai v2 takes with a new case."""

from typing import Any

import pytest

from tests.vendors.simulator_client import Visitor, path
from vendors.simulator.app import Simulator

ALTA_SLOW = path(("product", "Alta"), ("problem", "Slow delivery"))
ANSWERS: dict[str, list[str]] = {
    "670": ["2026-02-28T09:15:00.000Z"],
    "671": ["Yes"],
    "677": ["Europe"],
    "678": ["HTTP/2", "TLS 1.3"],
    "679": ["handshake_failure (40)"],
    "672": ["2026-03-02T22:00:00.000+01:00"],
    "673": ["250"],
    "674": ["1.75"],
    "675": ["https://www.northwind.example/slow"],
    "680": ["Asked the browser twice.\nThen gave up."],
    "681": ["slow request.har"],
}


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(Simulator())


def questionnaire(**changes: list[str] | None) -> dict[str, Any]:
    """Return the answers that are accepted, with ``changes`` (q670=[...]); None leaves one out."""
    answers = ANSWERS | {name.removeprefix("q"): texts for name, texts in changes.items()}
    given = [
        {"questionId": question, "currentAnswers": texts}
        for question, texts in answers.items()
        if texts is not None
    ]
    return {"questionnaireId": "100", "questions": given}


def slow_alta(**changes: list[str] | None) -> dict[str, Any]:
    return {
        "subCategories": ALTA_SLOW,
        "description": "",
        "additionalDetails": "It began after the release.",
        "questionnaire": questionnaire(**changes),
    }


def test_a_questionnaire_makes_the_description_ignored(visitor: Visitor) -> None:
    visitor.file_case(severity="2-Medium Impact", **slow_alta() | {"description": "Not kept"})
    body = visitor.effects()[0]["body"]
    assert body["description"] == "Not kept"
    (item,) = visitor.get("/cases", type="user-active")
    case = visitor.get(f"/cases/{item['caseId']}")
    assert case["ticketInfo"]["description"] == "It began after the release."


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"q670": None}, "question 670 is required"),
        ({"q670": ["2026-02-28T09:15:00Z"]}, "question 670: '2026-02-28T09:15:00Z' is not a time"),
        ({"q670": ["2026-02-30T09:15:00.000Z"]}, "question 670"),
        ({"q672": ["2026-03-02T22:00:00.000Z"]}, "question 672"),
        ({"q673": ["2.5"]}, "question 673: '2.5' is not a whole number"),
        ({"q674": ["1,75"]}, "question 674: '1,75' is not a decimal number"),
        ({"q675": ["u" * 501]}, "question 675: the answer is longer than 500"),
        ({"q681": ["a/b.har"]}, "question 681"),
        ({"q671": ["Maybe"]}, "question 671: 'Maybe' is not one of its options"),
        ({"q671": ["Yes", "No"]}, "question 671 takes one answer"),
        ({"q678": ["HTTP/2", "HTTP/2", "TLS 1.3"]}, "question 678: an option is chosen twice"),
        ({"q679": None}, "question 679 is required"),
        ({"q678": ["HTTP/2"]}, "question 679 is not asked"),
        ({"q671": ["No"]}, "question 677 is not asked"),
        ({"q683": ["Priority"]}, "question 683 is disabled"),
        ({"q999": ["x"]}, "question 999 is not asked"),
        ({"q680": [""]}, "question 680: leave the question out"),
    ],
)
def test_an_answer_must_fit_its_question(
    visitor: Visitor, changes: dict[str, Any], words: str
) -> None:
    refusal = visitor.refusal(severity="2-Medium Impact", **slow_alta(**changes))
    assert words in refusal


def test_dependent_questions_are_asked_only_under_their_option(visitor: Visitor) -> None:
    unasked = dict.fromkeys(("q677", "q678", "q679"))
    visitor.file_case(severity="2-Medium Impact", **slow_alta(q671=["No"], **unasked))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"questionnaireId": 100}, "questionnaireId is required and must be a string"),
        ({"questionnaireId": "101"}, "'101' does not belong"),
        ({"questionnaireId": "100"}, "question 670 is required"),
        ({"questionnaireId": "100", "questions": None}, "questions must be an array"),
        (
            {"questionnaireId": "100", "questions": [{"questionId": 670, "currentAnswers": []}]},
            "questionId must be a string",
        ),
        (
            {"questionnaireId": "100", "questions": [{"questionId": "670", "currentAnswers": "x"}]},
            "currentAnswers must be an array of strings",
        ),
        ({"questionnaireId": "100", "version": 1}, "questionnaire.version is not a member"),
    ],
)
def test_a_questionnaire_must_have_the_documented_shape(
    visitor: Visitor, given: dict[str, Any], words: str
) -> None:
    case = slow_alta() | {"questionnaire": given}
    assert words in visitor.refusal(severity="2-Medium Impact", **case)


def test_a_gated_option_is_open_only_after_the_answer_that_opens_it(visitor: Visitor) -> None:
    def engagement(place: str, length: str) -> dict[str, Any]:
        answers = [("720", place), ("721", length)]
        given = [{"questionId": one, "currentAnswers": [text]} for one, text in answers]
        return {
            "categoryType": "Professional-Services",
            "subCategories": path(("product", "Alta"), ("service", "Migration")),
            "description": "",
            "questionnaire": {"questionnaireId": "104", "questions": given},
        }

    assert "'One week' is not open to choose" in visitor.refusal(
        **engagement("Remotely", "One week")
    )
    visitor.file_case(**engagement("On site", "One week"))
    visitor.file_case(**engagement("Remotely", "Two days"))
