"""A questionnaire: questions below options at any depth, and options that other answers open."""

from tests.vendors.akamai_v2_metadata import (
    Json,
    form,
    gate,
    option,
    question,
    with_questions,
)
from vendors.schema import Answer, Field

ROOT = "questionnaire/100"
DEEPEST = question(4, "textarea")
THIRD = question(3, "checkbox", option("Left", 31), option("Right", 32, DEEPEST))
SECOND = question(2, "dropdown", option("Near", 21), option("Far", 22, THIRD))
FIRST = question(1, "radio", option("Yes", 11, SECOND), option("No", 12))

CHAIN: dict[str, Answer] = {
    f"{ROOT}/1": "Yes",
    f"{ROOT}/1/11/2": "Far",
    f"{ROOT}/1/11/2/22/3": ("Left", "Right"),
}


def asked(*questions: Json, answers: dict[str, Answer] | None = None) -> list[Field]:
    schema = form(with_questions(*questions), answers=answers)
    return [field for field in schema.fields if field.section == "questions"]


def keys(*questions: Json, answers: dict[str, Answer] | None = None) -> list[str]:
    return [field.key.removeprefix(f"{ROOT}/") for field in asked(*questions, answers=answers)]


def offered(field: Field) -> list[str]:
    return [choice.value for choice in field.choices]


def test_a_dependent_question_waits_for_its_option() -> None:
    assert keys(FIRST, question(9)) == ["1", "9"]
    assert keys(FIRST, question(9), answers={f"{ROOT}/1": "No"}) == ["1", "9"]


def test_dependent_questions_follow_three_deep_right_below_what_brought_them() -> None:
    fields = asked(FIRST, question(9), answers=CHAIN)
    assert [(f.key.removeprefix(f"{ROOT}/"), f.depth, f.member) for f in fields] == [
        ("1", 0, "1"),
        ("1/11/2", 1, "2"),
        ("1/11/2/22/3", 2, "3"),
        ("1/11/2/22/3/32/4", 3, "4"),
        ("9", 0, "9"),
    ]
    assert [f.depends_on.removeprefix(f"{ROOT}/") for f in fields] == [
        "",
        "1",
        "1/11/2",
        "1/11/2/22/3",
        "",
    ]


def test_changing_an_answer_above_takes_everything_below_it_away() -> None:
    assert keys(FIRST, answers={**CHAIN, f"{ROOT}/1": "No"}) == ["1"]


def test_only_questions_that_bring_others_reveal_more() -> None:
    fields = asked(FIRST, question(9), answers=CHAIN)
    assert [f.reveals_more for f in fields] == [True, True, True, False, False]


def test_ten_levels_are_followed_like_three() -> None:
    below = question(10, "text")
    for number in range(9, -1, -1):
        below = question(number, "radio", option("Yes", f"o{number}", below))
    answers: dict[str, Answer] = {}
    key = f"{ROOT}/0"
    for number in range(10):
        answers[key] = "Yes"
        key = f"{key}/o{number}/{number + 1}"
    assert asked(below, answers=answers)[-1].depth == 10


def test_an_option_without_id_is_named_by_its_value_in_the_key() -> None:
    first = question(1, "radio", option("And/or", None, question(2)))
    assert keys(first, answers={f"{ROOT}/1": "And/or"}) == ["1", "1/And%2For/2"]


def test_a_prefilled_option_brings_its_questions_at_once() -> None:
    first = {**FIRST, "currentAnswers": ["Yes"]}
    assert keys(first) == ["1", "1/11/2"]
    assert keys(first, answers={f"{ROOT}/1": "No"}) == ["1"]


def test_a_disabled_questions_given_option_brings_its_questions() -> None:
    first = question(1, "radio", option("Yes", 11, SECOND), currentAnswers=["Yes"], isDisabled=True)
    assert keys(first, answers={f"{ROOT}/1": "forged"}) == ["1", "1/11/2"]


def test_a_lone_dependent_question_needs_no_list() -> None:
    first = question(1, "radio", {**option("Yes", 11), "dependentQuestions": question(2)})
    assert keys(first, answers={f"{ROOT}/1": "Yes"}) == ["1", "1/11/2"]


def test_one_question_id_is_asked_once() -> None:
    twice = question(1, "checkbox", option("A", 1, question(2)), option("B", 2, question(2)))
    assert keys(twice, question(2), answers={f"{ROOT}/1": ("A", "B")}) == ["1", "1/1/2"]


def test_a_question_without_id_cannot_be_asked() -> None:
    nameless = {name: value for name, value in question(1).items() if name != "questionId"}
    assert keys(nameless, question(2)) == ["2"]


# gates


REMOTE = question(1, "radio", option("Remotely", 11), option("On site", 12))
LENGTH = question(
    2,
    "dropdown",
    option("Two days", 21),
    option("One week", 22, gate(1, "On site")),
    option("One month", 23, gate(1, "On site", "Remotely")),
)


def test_a_gated_option_is_offered_only_after_the_answers_it_names() -> None:
    def lengths(**answers: Answer) -> list[str]:
        found = asked(REMOTE, LENGTH, answers={f"{ROOT}/1": a for a in answers.values()})
        return offered(found[1])

    assert lengths() == ["Two days"]
    assert lengths(where="Remotely") == ["Two days", "One month"]
    assert lengths(where="On site") == ["Two days", "One week", "One month"]


def test_a_gate_may_stand_before_the_question_it_looks_at() -> None:
    first, _ = asked(LENGTH, REMOTE, answers={f"{ROOT}/1": "On site"})
    assert offered(first) == ["Two days", "One week", "One month"]


def test_a_gate_may_name_the_answers_id() -> None:
    by_id = question(2, "radio", option("Later", 21, gate(1, "12")))
    assert offered(asked(REMOTE, by_id, answers={f"{ROOT}/1": "On site"})[1]) == ["Later"]


def test_a_gate_without_answers_opens_on_any() -> None:
    any_answer = question(2, "radio", option("Later", 21, gate(1)))
    assert offered(asked(REMOTE, any_answer)[1]) == []
    assert offered(asked(REMOTE, any_answer, answers={f"{ROOT}/1": "Remotely"})[1]) == ["Later"]


def test_all_of_several_gates_must_hold() -> None:
    both = question(3, "radio", option("Both", 31, gate(1, "On site"), gate(2, "Two days")))
    one: dict[str, Answer] = {f"{ROOT}/1": "On site"}
    assert offered(asked(REMOTE, LENGTH, both, answers=one)[2]) == []
    two = {**one, f"{ROOT}/2": "Two days"}
    assert offered(asked(REMOTE, LENGTH, both, answers=two)[2]) == ["Both"]


def test_gates_open_one_another_and_shut_again_together() -> None:
    third = question(3, "radio", option("Then", 31, gate(2, "One week"), question(4)))
    answers: dict[str, Answer] = {
        f"{ROOT}/1": "On site",
        f"{ROOT}/2": "One week",
        f"{ROOT}/3": "Then",
    }
    assert keys(third, LENGTH, REMOTE, answers=answers) == ["3", "3/31/4", "2", "1"]
    answers[f"{ROOT}/1"] = "Remotely"
    fields = asked(third, LENGTH, REMOTE, answers=answers)
    assert [offered(f) for f in fields] == [[], ["Two days", "One month"], ["Remotely", "On site"]]


def test_two_options_that_wait_for_each_other_stay_shut() -> None:
    one = question(1, "radio", option("A", 1, gate(2, "B")))
    two = question(2, "radio", option("B", 2, gate(1, "A")))
    answers: dict[str, Answer] = {f"{ROOT}/1": "A", f"{ROOT}/2": "B"}
    assert [offered(f) for f in asked(one, two, answers=answers)] == [[], []]


def test_an_option_may_be_gated_and_bring_questions() -> None:
    mixed = question(2, "radio", option("Deep", 21, gate(1, "On site"), question(3)))
    answers: dict[str, Answer] = {f"{ROOT}/1": "On site", f"{ROOT}/2": "Deep"}
    assert keys(REMOTE, mixed, answers=answers) == ["1", "2", "2/21/3"]
    assert keys(REMOTE, mixed, answers={**answers, f"{ROOT}/1": "Remotely"}) == ["1", "2"]


def test_the_question_a_gate_looks_at_reveals_more_and_the_hidden_options_are_said() -> None:
    where, length = asked(REMOTE, LENGTH)
    assert where.reveals_more
    assert "More options" in length.help
    _, whole = asked(REMOTE, LENGTH, answers={f"{ROOT}/1": "On site"})
    assert "More options" not in whole.help


def test_a_hundred_gates_in_a_row_open_down_the_page() -> None:
    many = [question(n, "radio", option("Yes", n, gate(n - 1, "Yes"))) for n in range(1, 100)]
    answers: dict[str, Answer] = {f"{ROOT}/{n}": "Yes" for n in range(100)}
    fields = asked(question(0, "radio", option("Yes", 0)), *many, answers=answers)
    assert [offered(field) for field in fields] == [["Yes"]] * 100
