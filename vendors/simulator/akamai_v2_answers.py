"""Checks the answers to an Akamai v2 questionnaire: types, options, dependent questions."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from .wire import Json

UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ZONED_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?[+-]\d\d:?\d\d")
ONE_OPTION = frozenset({"radio", "dropdown"})


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_utc_time(text: str) -> bool:
    return UTC_TIME.fullmatch(text) is not None and _is_moment(text)


def _is_zoned_time(text: str) -> bool:
    return ZONED_TIME.fullmatch(text) is not None and _is_moment(text)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]+", text) is not None


def _is_decimal(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) is not None


def _is_file_name(text: str) -> bool:
    return 0 < len(text) <= 255 and not re.search(r"[/\\\x00-\x1f]", text)


FORMS: dict[str, tuple[Callable[[str], bool], str]] = {
    "date": (_is_utc_time, "a time as 2015-11-29T11:58:53.273Z"),
    "date-time": (_is_utc_time, "a time as 2015-11-29T11:58:53.273Z"),
    "date-time-timezone": (
        _is_zoned_time,
        "a time with its offset as 2015-11-29T11:58:53.273+01:00",
    ),
    "number": (_is_number, "a whole number"),
    "decimal": (_is_decimal, "a decimal number"),
    "file-upload": (_is_file_name, "a file's name"),
}
"""What a single answer must look like by fieldType; other types take any text."""


def check_answers(questions: list[Json], given: Any) -> Iterator[str]:
    """Yield what is wrong with ``given``, the ``questions`` member of a posted questionnaire."""
    answers, wrong = _by_id(given)
    if wrong:
        yield from wrong
        return
    open_questions = list(_open(questions, answers))
    known = {str(question["questionId"]) for question in open_questions}
    for number in answers:
        if number not in known:
            yield f"question {number} is not asked, given the other answers"
    for question in open_questions:
        yield from _check(question, answers)


def _by_id(given: Any) -> tuple[dict[str, list[str]], list[str]]:
    """Return the answers by question id, or what is wrong with their shape."""
    if not isinstance(given, list):
        return {}, ["questionnaire.questions must be an array"]
    answers: dict[str, list[str]] = {}
    for place, one in enumerate(given):
        name = f"questionnaire.questions[{place}]"
        if not isinstance(one, dict) or set(one) != {"questionId", "currentAnswers"}:
            return {}, [f"{name} needs exactly the members questionId and currentAnswers"]
        number, texts = one["questionId"], one["currentAnswers"]
        if not isinstance(number, str):
            return {}, [f"{name}.questionId must be a string"]
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            return {}, [f"question {number}: currentAnswers must be an array of strings"]
        if number in answers:
            return {}, [f"question {number} is answered twice"]
        answers[number] = texts
    return answers, []


def _open(questions: list[Json], answers: dict[str, list[str]]) -> Iterator[Json]:
    """Yield the questions asked: all of the list, and those below each chosen option."""
    for question in questions:
        yield question
        chosen = answers.get(str(question["questionId"]), [])
        for option in question.get("answerOptions", []):
            below = option.get("dependentQuestions")
            if option["answerValue"] in chosen and not is_gate(below):
                yield from _open(below or [], answers)


def is_gate(dependent: Any) -> bool:
    """Tell already answered questions, which gate an option, from questions of their own."""
    conditions = dependent if isinstance(dependent, list) else [dependent]
    return any(isinstance(one, dict) and "questionText" not in one for one in conditions)


def _check(question: Json, answers: dict[str, list[str]]) -> Iterator[str]:
    number = str(question["questionId"])
    controls = question["uiControls"]
    texts = answers.get(number)
    if texts is None or not any(text.strip() for text in texts):
        if controls["isRequired"]:
            yield f"question {number} is required"
        elif texts is not None:
            yield f"question {number}: leave the question out rather than answer it with nothing"
        return
    if controls["isDisabled"] and texts != question.get("currentAnswers"):
        yield f"question {number} is disabled and its answer cannot change"
    if controls["fieldType"].lower() != "checkbox" and len(texts) != 1:
        yield f"question {number} takes one answer"
    if "answerOptions" in question:
        yield from _check_options(question, texts, answers)
        return
    longest = controls.get("maxLength", 32_000)
    is_well, words = FORMS.get(controls["fieldType"].lower(), (bool, "a text"))
    for text in texts:
        if not is_well(text):
            yield f"question {number}: '{text[:60]}' is not {words}"
        if len(text) > longest:
            yield f"question {number}: the answer is longer than {longest} characters"


def _check_options(
    question: Json, texts: list[str], answers: dict[str, list[str]]
) -> Iterator[str]:
    number = question["questionId"]
    options = {option["answerValue"]: option for option in question["answerOptions"]}
    if len(set(texts)) != len(texts):
        yield f"question {number}: an option is chosen twice"
    for text in texts:
        if text not in options:
            yield f"question {number}: '{text[:60]}' is not one of its options"
        elif not _passes(options[text].get("dependentQuestions"), answers):
            yield f"question {number}: '{text}' is not open to choose, given the other answers"


def _passes(dependent: Any, answers: dict[str, list[str]]) -> bool:
    if not is_gate(dependent):
        return True
    conditions = dependent if isinstance(dependent, list) else [dependent]
    return all(
        set(answers.get(str(one["questionId"]), [])) & set(one["currentAnswers"])
        for one in conditions
    )
