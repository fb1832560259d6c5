"""A vendor's FormSchema as a Django form: one table from control to field and widget.

A SchemaForm stands over answers, not over a post: `read` turns a post into answers, which can be
stored as they are, and `build` draws and judges stored and posted answers alike.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict
from django.http import QueryDict

from vendors.connections import fields, tree, widgets
from vendors.schema import Answer, Answers, Control, Field, FormSchema, Section
from vendors.vocabulary import Answered

CONTROLS: Mapping[str, tuple[type[fields.AnswerField], type[widgets.AnswerWidget]]] = {
    Control.TEXT: (fields.LineField, widgets.LineBox),
    Control.LONG_TEXT: (fields.AnswerField, widgets.TextBox),
    Control.INTEGER: (fields.WholeField, widgets.WholeBox),
    Control.DECIMAL: (fields.DecimalField, widgets.DecimalBox),
    Control.DATE: (fields.DayField, widgets.DayBox),
    Control.DATETIME: (fields.MomentField, widgets.MomentBox),
    Control.DATETIME_ZONE: (fields.ZonedMomentField, widgets.ZonedMomentBox),
    Control.CHECKBOX: (fields.TickField, widgets.TickBox),
    Control.CHECKBOXES: (fields.ChoicesField, widgets.TickList),
    Control.RADIO: (fields.ChoiceField, widgets.RadioCards),
    Control.SELECT: (fields.ChoiceField, widgets.OptionList),
    Control.COMBOBOX: (fields.ChoiceField, widgets.SearchedList),
    Control.TREE: (fields.TreeField, widgets.TreeRows),
    Control.EMAIL: (fields.EmailField, widgets.EmailBox),
    Control.PHONE: (fields.LineField, widgets.PhoneBox),
    Control.TAGS: (fields.TagsField, widgets.TagBox),
    Control.FILE: (fields.FilesField, widgets.FileBox),
    Control.CONFIRM: (fields.TickField, widgets.TickBox),
    Control.NOTICE: (fields.NoticeField, widgets.Notice),
}
PLAIN = CONTROLS[Control.TEXT]  # a control nobody knows can still be answered in words


def field_id(key: str) -> str:
    """The id of a question's input; its whole field has the same with `-field`."""
    safe = (c if c.isascii() and c.isalnum() else "-" if c == "/" else f"_{ord(c):x}_" for c in key)
    return "f-" + "".join(safe)


class Spot(BoundField):
    """A bound field whose id is safe in a selector, whatever path the vendor's key is."""

    @property
    def auto_id(self) -> str:
        return field_id(self.html_name)

    @property
    def answering(self) -> fields.AnswerField:
        return cast(fields.AnswerField, self.field)

    @property
    def question(self) -> Field:
        return self.answering.question

    @property
    def is_notice(self) -> bool:
        return self.question.control == Control.NOTICE

    @property
    def is_optional(self) -> bool:
        return not self.question.required and not self.question.disabled

    @property
    def limit_id(self) -> str:
        """The id of the line that tells how long the text may be, if there is one."""
        limited = self.question.max_length is not None and not self.question.disabled
        return f"{self.auto_id}_limit" if limited and not self.use_fieldset else ""

    @property
    def aria_describedby(self) -> str | None:
        told = (super().aria_describedby, self.limit_id)
        return " ".join(each for each in told if each) or None

    @property
    def count(self) -> int:
        """Characters typed so far, as the vendor counts them."""
        value = self.value()
        return len(value) if isinstance(value, str) else 0

    @property
    def is_over(self) -> bool:
        """Whether the text is longer than may be."""
        return self.question.max_length is not None and self.count > self.question.max_length


@dataclass(frozen=True, slots=True)
class Group:
    """One section with its fields. `signature` names how it looks, apart from text in inputs."""

    section: Section
    spots: tuple[Spot, ...]
    signature: str


class SchemaForm(forms.Form):
    """The form of a schema over these answers.

    Unchecked it shows only what is wrong already (the vendor's own findings, options withdrawn);
    checked it is an ordinary bound form, whose answers `answered` gives once it is valid.
    """

    bound_field_class = Spot
    use_required_attribute = False

    def __init__(
        self,
        schema: FormSchema,
        answers: Answers,
        zone: str,
        *,
        check: bool,
        looking: Mapping[str, str],
    ) -> None:
        given = {f.key: "" if f.default is None else f.default for f in schema.fields if f.disabled}
        held: dict[str, Any] = {**answers, **given}
        super().__init__(data=held if check else None, initial=held, label_suffix="")
        self.schema = schema
        for question in schema.fields:
            self.fields[question.key] = make_field(
                question, zone, held.get(question.key), looking.get(question.key, "")
            )
        if not check:
            self.cleaned_data: dict[str, Any] = {}
            self._errors = ErrorDict(renderer=self.renderer)
            for spot in self.spots():
                self._tell(spot)

    def spots(self) -> Iterator[Spot]:
        for name in self.fields:
            yield cast(Spot, self[name])

    def groups(self) -> list[Group]:
        """The sections in order, each with its fields, also those without any."""
        found = []
        for section in self.schema.sections:
            spots = tuple(s for s in self.spots() if s.question.section == section.key)
            found.append(Group(section, spots, self._signature(section, spots)))
        return found

    def problems(self) -> list[tuple[Spot, str]]:
        """Every error with the field it belongs to, in the order of the page."""
        return [(spot, str(words)) for spot in self.spots() for words in spot.errors]

    def answered(self) -> tuple[Answered, ...]:
        """What a valid form says, without what was left empty: each answer as sent and as seen."""
        return tuple(
            Answered(
                key=spot.name,
                label=spot.question.label,
                control=spot.question.control,
                value=self.cleaned_data[spot.name],
                display=spot.answering.display(self.cleaned_data[spot.name]),
                section=spot.question.section,
            )
            for spot in self.spots()
            if not spot.answering.is_empty(self.cleaned_data[spot.name])
        )

    def clean(self) -> dict[str, Any]:
        for spot in self.spots():
            for words in spot.question.errors:
                self.add_error(spot.name, words)
        if not self.schema.complete and not self.errors:
            raise forms.ValidationError(
                "Some of this form is not here yet. Update it, then review."
            )
        return self.cleaned_data

    def _tell(self, spot: Spot) -> None:
        words = spot.answering.standing(self.initial.get(spot.name))
        if words:
            self.errors[spot.name] = self.error_class(
                words, renderer=self.renderer, field_id=spot.auto_id
            )

    def _signature(self, section: Section, spots: tuple[Spot, ...]) -> str:
        parts = [repr(section)]
        for spot in spots:
            widget = spot.field.widget
            shape = widget.shape(spot.value()) if isinstance(widget, widgets.AnswerWidget) else ""
            parts += [repr(spot.question), shape, *map(str, spot.errors)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def build(
    schema: FormSchema,
    answers: Answers,
    *,
    zone: str = "UTC",
    check: bool = False,
    looking: Mapping[str, str] | None = None,
) -> SchemaForm:
    """The form of `schema` over `answers`; `looking` is what stands in the search boxes, by key."""
    return SchemaForm(schema, answers, zone, check=check, looking=looking or {})


def make_field(
    question: Field, zone: str = "UTC", value: Answer | None = None, looking: str = ""
) -> fields.AnswerField:
    """The Django field of one question."""
    field_class, widget_class = CONTROLS.get(question.control, PLAIN)
    if question.secret:
        widget_class = widgets.SecretBox
    made = field_class(question, zone, widget_class(question, zone, looking))
    if question.disabled and question.control != Control.NOTICE:
        words = made.display(value)
        made = field_class(question, zone, widgets.Fixed(question, zone, words=words))
    return made


def read(
    schema: FormSchema,
    post: QueryDict,
    *,
    zone: str = "UTC",
    aside: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, Answer]:
    """The answers a post gives to the schema's questions, right or wrong; absent ones left out.

    `aside` are paths dropped before, by question: who goes back to one's beginning gets it again.
    """
    found = {}
    for question in schema.fields:
        widget = _widget(question, zone)
        if isinstance(widget, widgets.TreeRows):
            widget.aside = (aside or {}).get(question.key, ())
        found[question.key] = widget.read(post, question.key)
    return {key: answer for key, answer in found.items() if answer is not None}


def dropped(question: Field, post: QueryDict) -> dict[str, str]:
    """The paths a post cuts short by a choice changed above, each with its words."""
    widget = _widget(question, "UTC")
    return widget.dropped(post, question.key) if isinstance(widget, widgets.TreeRows) else {}


def looking(schema: FormSchema, post: QueryDict) -> dict[str, str]:
    """What stands in the form's search boxes; one that led to a choice is emptied."""
    names = ((q.key, f"{q.key}.find") for q in schema.fields)
    return {
        key: str(post[name]).strip()
        for key, name in names
        if name in post and f"{key}.pick" not in post
    }


def display(question: Field, answer: Answer, *, zone: str = "UTC") -> str:
    """An answer as a person reads it, whether right or not."""
    return make_field(question, zone).display(answer)


def parted(question: Field, answer: Answer) -> tuple[Answer, Answer]:
    """(what of the answer the question offers, what it does not); "" or () stands for nothing."""
    return make_field(question).parted(answer)


def told(answers: Answers) -> dict[str, Answer]:
    """The answers as an adapter may be told them: without choices that are only half made."""
    return {key: _finished(answer) for key, answer in answers.items()}


def _finished(answer: Answer) -> Answer:
    if isinstance(answer, tuple):
        return tuple(a for a in answer if not (isinstance(a, str) and tree.is_unfinished(a)))  # type: ignore[return-value]  # of one kind, as it was
    return answer


def _widget(question: Field, zone: str) -> widgets.AnswerWidget:
    return CONTROLS.get(question.control, PLAIN)[1](question, zone)
