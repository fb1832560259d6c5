"""Answers a form asks for no more: kept beside it, shown, and put back when it asks again.

A parked answer is {"key", "label", "display", "answer"}, as the draft stores it. A path of a tree
that a choice above cut short has a key of its own and names its question in "of".
"""

from collections.abc import Iterable, Mapping
from typing import Any

from vendors.connections import schema_form
from vendors.schema import Answer, Control, Field, FileRef, FormSchema, from_json, to_json

Parked = dict[str, Any]
NOTHING = ("", ())
SEVERAL = (Control.TREE, Control.CHECKBOXES)


class Parking:
    """What one draft has parked, while its form is being settled."""

    def __init__(self, parked: Mapping[str, Parked], zone: str) -> None:
        self.items = dict(parked)
        self.zone = zone
        self.first: dict[str, Field] = {}  # each question as it was first asked this time

    def meet(self, schema: FormSchema) -> None:
        """Remember the questions: their options and words describe what is parked later."""
        for question in schema.fields:
            self.first.setdefault(question.key, question)

    def sort_out(self, question: Field, answers: dict[str, Answer]) -> None:
        """Leave in `answers` what this question offers, and give back what was parked for it.

        What it offered before another answer changed it is parked. What the vendor withdrew from
        the very same question stays an answer, to be told at its field.
        """
        key = question.key
        offered, gone = schema_form.parted(question, answers.get(key, ""))
        moved, _ = schema_form.parted(self.first.get(key, question), gone)
        if moved not in NOTHING:
            del answers[key]
            gone = ""
            if offered not in NOTHING:
                answers[key] = offered
        if offered in NOTHING and gone in NOTHING:
            back = self._take(question)
            if back not in NOTHING:
                answers[key] = back
        if moved not in NOTHING:
            self._keep(key, moved)

    @property
    def aside(self) -> dict[str, tuple[str, ...]]:
        """The paths set aside of each tree, the latest first."""
        found: dict[str, tuple[str, ...]] = {}
        for item in self.items.values():
            if "of" in item:
                found[item["of"]] = (*item["answer"], *found.get(item["of"], ()))
        return found

    def set_aside(self, question: Field, paths: Mapping[str, str]) -> None:
        """Keep these paths, given with their words, until somebody goes back to their beginning."""
        for entry, words in paths.items():
            key = f"{question.key} {entry}"
            named = {"key": key, "of": question.key, "label": question.label}
            self.items[key] = {**named, "display": words, "answer": [entry]}

    def leave(self, answers: Mapping[str, Answer], schema: FormSchema) -> list[Parked]:
        """What stays parked once `schema` is the form, and so is answered no more.

        What nobody entered (a default, an empty answer) is not kept. While part of a form is
        missing nothing is parked anew: it may be asked for again.
        """
        for key, item in [*self.items.items()]:
            taken_up = answers.get(item.get("of", ""))
            if isinstance(taken_up, tuple) and item["answer"][0] in taken_up:
                del self.items[key]
        asked = {question.key: question for question in schema.fields}
        for key in asked.keys() & self.items.keys():
            _, gone = schema_form.parted(asked[key], parked_answer(self.items[key]))
            if gone in NOTHING:  # the question has another answer by now
                del self.items[key]
        if not (schema.loading or schema.unavailable):
            for key, answer in answers.items():
                if key not in asked and self._is_worth_keeping(key, answer):
                    self._keep(key, answer)
        return list(self.items.values())

    def _take(self, question: Field) -> Answer:
        """The part of what is parked that this question offers; the rest stays parked."""
        item = self.items.pop(question.key, None)
        if item is None:
            return ""
        offered, gone = schema_form.parted(question, parked_answer(item))
        if gone not in NOTHING:
            given_back = schema_form.display(question, offered, zone=self.zone).split("\n")
            lines = [line for line in item["display"].split("\n") if line not in given_back]
            rest = {"answer": to_json(gone), "display": "\n".join(lines)}
            self.items[question.key] = item | rest
        return offered

    def _keep(self, key: str, answer: Answer) -> None:
        question, earlier = self.first.get(key), self.items.get(key)
        if question is None and earlier is not None:
            return  # it was parked before, and better described
        plain = Field(key, key.rpartition("/")[2], Control.TEXT)
        display = schema_form.display(question or plain, answer, zone=self.zone)
        if earlier is not None and question is not None and question.control in SEVERAL:
            answer = (*parked_answer(earlier), *answer)  # type: ignore[misc]  # both of several texts
            display = f"{earlier['display']}\n{display}"
        self.items[key] = {
            "key": key,
            "label": (question or plain).label,
            "display": display,
            "answer": to_json(answer),
        }

    def _is_worth_keeping(self, key: str, answer: Answer) -> bool:
        question = self.first.get(key)
        if answer in NOTHING:
            return False
        return question is None or (answer != question.default and not question.disabled)


def parked_answer(item: Mapping[str, Any]) -> Answer:
    return from_json(item["answer"])


def file_ids(items: Iterable[Parked], key: str) -> list[str]:
    """The files in the parked answer `key`, if it is one of files."""
    answers = (parked_answer(item) for item in items if item["key"] == key)
    return [f.file_id for answer in answers for f in answer if isinstance(f, FileRef)]  # type: ignore[union-attr]  # a zoned time holds none
