"""A questionnaire's questions, given the answers so far: dependent at any depth, options gated.

The page tells two stories of `dependentQuestions` under an option. Its steps: further questions,
asked once the option is chosen. Its table: already answered questions that decide whether the
option is offered. An item with a question's own text or controls is read the first way, one with
nothing but a questionId and currentAnswers the second.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from vendors.akamai_v2.controls import OPTIONS, Option, make_field, matching, options
from vendors.akamai_v2.shapes import items, member, members, text, texts
from vendors.akamai_v2.wording import MORE_OPTIONS
from vendors.schema import Answer, Answers, Field, FileRef

PREFIX = "questionnaire"
MAX_DEPTH = 40
MAX_ROUNDS = 20  # gates opened by answers further down; a longer chain of them stays shut


def key_part(value: str) -> str:
    """A vendor's id or value as one part of a key, where `/` may not stand."""
    return quote(value, safe=" ")


def question_fields(questionnaire_id: str, answer: Any, answers: Answers) -> tuple[Field, ...]:
    """The questions asked now, in order, a dependent one right after the one that brought it."""
    questions = items(members(answer).get("questions"))
    gating = frozenset(_gating(questions))
    given: dict[str, frozenset[str]] = {}
    asking = _Asking(gating, answers, given)
    for _ in range(MAX_ROUNDS):
        asking = _Asking(gating, answers, given)
        asking.ask_all(questions, f"{PREFIX}/{key_part(questionnaire_id)}", "", 0)
        if asking.now == given:
            break
        given = asking.now
    return tuple(asking.fields)


def is_question(dependent: Any) -> bool:
    """Is this item of dependentQuestions a question of its own, rather than a condition?"""
    return bool(text(members(dependent).get("questionText"))) or isinstance(
        member(dependent, "uiControls"), dict
    )


def is_gate(dependent: Any) -> bool:
    return "currentAnswers" in members(dependent) and not is_question(dependent)


def _gating(questions: Iterable[Any], depth: int = 0) -> Iterator[str]:
    """The ids of the questions whose answers open options of others."""
    if depth > MAX_DEPTH:
        return
    for question in questions:
        for option in options(question):
            for dependent in option.dependents:
                if is_gate(dependent):
                    yield text(dependent.get("questionId"))
            yield from _gating(filter(is_question, option.dependents), depth + 1)


@dataclass(slots=True)
class _Asking:
    """One pass over the questions: a gate is judged by answers above it and by the pass before."""

    gating: frozenset[str]
    answers: Answers
    before: dict[str, frozenset[str]]
    now: dict[str, frozenset[str]] = field(default_factory=dict)  # question id -> values and ids
    fields: list[Field] = field(default_factory=list)

    def ask_all(self, questions: Iterable[Any], prefix: str, parent: str, depth: int) -> None:
        for question in questions:
            self._ask(question, prefix, parent, depth)

    def _ask(self, question: Any, prefix: str, parent: str, depth: int) -> None:
        number = text(members(question).get("questionId")).strip()
        if not number or number in self.now or depth > MAX_DEPTH:
            return  # without an id it cannot be answered, and one id is one answer
        key = f"{prefix}/{key_part(number)}"
        known = options(question)
        offered = tuple(option for option in known if self._is_open(option))
        asked = make_field(
            question,
            key=key,
            member_name=number,
            section="questions",
            label=text(question.get("questionText")).strip(),
            offered=offered,
        )
        brings = any(is_question(below) for option in known for below in option.dependents)
        closed = len(known) - len(offered) if asked.control in OPTIONS else 0
        asked = replace(
            asked,
            depends_on=parent,
            depth=depth,
            reveals_more=brings or number in self.gating,
            help="\n".join(filter(None, [asked.help, MORE_OPTIONS if closed else ""])),
        )
        self.fields.append(asked)
        self._go_below(asked, number, offered, depth)

    def _go_below(self, asked: Field, number: str, offered: tuple[Option, ...], depth: int) -> None:
        values = spoken(asked, self.answers)
        chosen = [option for option in offered if option.value in values]
        is_choice = asked.control in OPTIONS
        self.now[number] = frozenset(
            name
            for name in (
                [name for o in chosen for name in (o.value, o.answer_id)] if is_choice else values
            )
            if name
        )
        for option in chosen:
            below = f"{asked.key}/{key_part(option.answer_id or option.value)}"
            self.ask_all(filter(is_question, option.dependents), below, asked.key, depth + 1)

    def _is_open(self, option: Option) -> bool:
        return all(self._holds(gate) for gate in option.dependents if is_gate(gate))

    def _holds(self, gate: Any) -> bool:
        number = text(gate.get("questionId")).strip()
        found = self.now.get(number) or self.before.get(number, frozenset())
        wanted = tuple(texts(gate.get("currentAnswers")))
        if not wanted:
            return bool(found)  # any answer will do
        return bool(matching(wanted, [Option(value, "") for value in found]))


def spoken(asked: Field, answers: Answers) -> tuple[str, ...]:
    """The texts that stand as the answer of a field now: given, fixed or prefilled."""
    answer: Answer | None = asked.default
    if not asked.disabled:
        answer = answers.get(asked.key, asked.default)
    match answer:
        case str():
            return (answer,) if answer.strip() else ()
        case tuple():
            return tuple(a.name if isinstance(a, FileRef) else a for a in answer)
    return ()
