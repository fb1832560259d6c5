"""What is parked of an answer whose question now offers something else."""

from typing import Any

import pytest

from cases.filing.parking import Parking
from vendors.schema import Answer, Choice, Control, Field, FormSchema, TreeNode


def pick(*offered: str, control: Control = Control.CHECKBOXES) -> Field:
    return Field("k", "Networks", control, choices=tuple(Choice(o, o.upper()) for o in offered))


def paths(*offered: str) -> Field:
    nodes = tuple(TreeNode(o.upper(), value=o) for o in offered)
    return Field("k", "Paths", Control.TREE, tree=TreeNode("", children=nodes), max_leaves=5)


def moved(
    before: Field, now: Field, answer: Answer, parked: dict[str, Any] | None = None
) -> tuple[Answer | None, dict[str, Any]]:
    """The answer that remains when `before` becomes `now`, and what is parked."""
    parking = Parking(parked or {}, "UTC")
    parking.meet(form(before))
    answers = {"k": answer}
    parking.sort_out(now, answers)
    parking.leave(answers, form(now))
    return answers.get("k"), parking.items


def form(question: Field) -> FormSchema:
    return FormSchema((), (question,), True)


@pytest.mark.parametrize("asked", [pick, paths])
def test_what_still_is_offered_stays_and_the_rest_is_parked(asked: Any) -> None:
    answer, parked = moved(asked("a", "b"), asked("b", "c"), ("a", "b"))
    assert answer == ("b",)
    assert (parked["k"]["answer"], parked["k"]["display"]) == (["a"], "A")


@pytest.mark.parametrize("asked", [pick, paths])
def test_what_was_parked_comes_back_in_part(asked: Any) -> None:
    _, parked = moved(asked("a", "b", "c"), asked("c"), ("a", "b"))
    answer, parked = moved(asked("c"), asked("b", "c"), (), parked)
    assert answer == ("b",)
    assert (parked["k"]["answer"], parked["k"]["display"]) == (["a"], "A")


@pytest.mark.parametrize("asked", [pick, paths])
def test_what_is_parked_twice_is_kept_together(asked: Any) -> None:
    _, parked = moved(asked("a", "b"), asked("b"), ("a",))
    _, parked = moved(asked("b"), asked("c"), ("b",), parked)
    assert (parked["k"]["answer"], parked["k"]["display"]) == (["a", "b"], "A\nB")
    answer, parked = moved(asked("c"), asked("a", "b", "c"), (), parked)
    assert (answer, parked) == (("a", "b"), {})


def test_a_path_half_chosen_in_another_tree_does_not_keep_the_parked_ones_away() -> None:
    _, parked = moved(paths("a"), paths("b"), ("a",))
    answer, _ = moved(paths("b"), paths("a"), ('?["B"]',), parked)
    assert answer == ("a",)


def test_a_forged_option_is_never_parked() -> None:
    answer, parked = moved(pick("a"), pick("b"), ("forged",))
    assert (answer, parked) == (("forged",), {})


def test_an_answer_given_anew_replaces_what_was_parked() -> None:
    text = Field("k", "Host", Control.TEXT)
    old = {"k": {"key": "k", "label": "Host", "display": "old", "answer": "old"}}
    assert moved(text, text, "new", old) == ("new", {})
