"""Django form fields that speak `vendors.schema.Answer`.

The value of such a field is always an Answer, also while it is wrong: "12a" under a number is the
text "12a". So what a person typed can be stored, drawn again and judged later by the same field.
"""

import re
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from portal.templatetags.display import size
from vendors.connections import tree, wall_clock
from vendors.connections.widgets import TICKED
from vendors.schema import Answer, Choice, Field, FileRef, ZonedTime

GONE = "“{}”: what was chosen is not offered here. Choose again."


class AnswerField(forms.Field):
    """A field for one question of a vendor's form; `clean` takes an Answer and returns one."""

    ask: ClassVar[str] = "Enter"

    def __init__(self, question: Field, zone: str, widget: forms.Widget) -> None:
        super().__init__(
            required=question.required and not question.disabled,
            label=question.label,
            disabled=question.disabled,
            widget=widget,
            template_name="fields/field.html",
        )
        self.question = question
        self.zone = zone
        self.help_text = "\n".join(text for text in (question.help, *self.hints()) if text)
        self.widget.attrs["data-member"] = question.member or question.key

    def clean(self, value: Any) -> Answer:
        """The answer, or "" when there is none; raises ValidationError with words for a person."""
        if self.is_empty(value):
            if self.required:
                raise ValidationError(self.wanted, code="required")
            return ""
        return self.check(value)

    def check(self, value: Any) -> Answer:
        """The answer in its exact form; raises ValidationError."""
        return self.text(value)

    def text(self, value: Any) -> str:
        """A text within the vendor's length; anything but a text is forged or outdated."""
        if not isinstance(value, str):
            raise ValidationError(f"Answer “{self.question.label}” again.", code="kind")
        limit = self.question.max_length
        if limit is not None and len(value) > limit:
            over = len(value) - limit
            raise ValidationError(
                f"“{self.question.label}” may have {limit:,} characters. Remove {over:,}.",
                code="max_length",
            )
        return value

    def is_empty(self, value: Any) -> bool:
        return value is None or value == () or (isinstance(value, str) and not value.strip())

    def standing(self, value: Any) -> list[str]:
        """What is wrong whoever asks and whenever: the vendor's own findings, options withdrawn."""
        return list(self.question.errors)

    def parted(self, value: Answer) -> tuple[Answer, Answer]:
        """(what of the answer is offered here, what is not); "" or () stands for nothing."""
        return value, ""

    def display(self, value: Any) -> str:
        """The answer as a person reads it."""
        return value if isinstance(value, str) else ""

    def hints(self) -> list[str]:
        """What to know before answering, besides the vendor's own help and the limit of a text."""
        return []

    @property
    def wanted(self) -> str:
        label = self.question.label
        return f"Answer “{label}”" if label.endswith("?") else f"{self.ask} “{label}”"


class LineField(AnswerField):
    """One line of text, without the spaces around it."""

    def check(self, value: Any) -> Answer:
        return self.text(value).strip()


class WholeField(LineField):
    """A whole number, kept as the digits typed: no float and no separator touches it."""

    def check(self, value: Any) -> Answer:
        text = self.text(value).strip()
        if not re.fullmatch(r"-?\d+", text, re.ASCII):
            raise ValidationError(
                f"“{self.question.label}” takes a whole number in digits alone, such as 1500.",
                code="invalid",
            )
        return text


class DecimalField(LineField):
    """A decimal number; a comma is read as the decimal sign where it can be nothing else."""

    def check(self, value: Any) -> Answer:
        text = self.text(value).strip()
        if re.fullmatch(r"-?\d+,\d{3}", text, re.ASCII):
            whole, rest = text.split(",")
            raise ValidationError(
                f"“{self.question.label}”: {text} can be read in two ways."
                f" Enter {whole}{rest} or {whole}.{rest}.",
                code="ambiguous",
            )
        if not re.fullmatch(r"-?\d+([.,]\d+)?", text, re.ASCII):
            raise ValidationError(
                f"“{self.question.label}” takes a number such as 12 or 1.5.",
                code="invalid",
            )
        return text.replace(",", ".")


class DayField(LineField):
    """A date, kept as YYYY-MM-DD; it belongs to no zone and never shifts."""

    def check(self, value: Any) -> Answer:
        text = self.text(value).strip()
        if not wall_clock.is_day(text):
            raise ValidationError(
                f"“{self.question.label}” takes a date, such as 2026-03-12.", code="invalid"
            )
        return text


class MomentField(AnswerField):
    """A date and time in the person's zone; a time the clock skipped or showed twice is refused."""

    def check(self, value: Any) -> Answer:
        if isinstance(value, ZonedTime):
            return value
        try:
            return wall_clock.settle(wall_clock.typed(self.text(value), self.zone))
        except wall_clock.Wrong as wrong:
            raise ValidationError(f"“{self.question.label}”: {wrong}", code="moment") from None

    def is_empty(self, value: Any) -> bool:
        if not isinstance(value, str):
            return value is None
        return not wall_clock.typed(value, self.zone).local.strip()

    def display(self, value: Any) -> str:
        if isinstance(value, ZonedTime):
            return wall_clock.spoken(value)
        if not isinstance(value, str):
            return ""
        return wall_clock.unsettled(wall_clock.typed(value, self.zone))

    def hints(self) -> list[str]:
        return [
            f"In your time zone, {self.zone}; the vendor gets the same moment in universal time."
        ]


class ZonedMomentField(MomentField):
    """A date and time in a zone chosen with it."""

    def hints(self) -> list[str]:
        return []


class EmailField(LineField):
    def check(self, value: Any) -> Answer:
        text = self.text(value).strip()
        try:
            validate_email(text)
        except ValidationError:
            raise ValidationError(
                f"“{self.question.label}” takes an e-mail address, such as name@example.com.",
                code="invalid",
            ) from None
        return text


class TickField(AnswerField):
    """One box to tick: the first choice's value, or `true`, when ticked, else empty."""

    ask = "Tick"

    @property
    def ticked(self) -> Choice:
        return self.question.choices[0] if self.question.choices else TICKED

    def check(self, value: Any) -> Answer:
        if value != self.ticked.value:
            raise ValidationError(f"Answer “{self.question.label}” again.", code="kind")
        return self.ticked.value

    def display(self, value: Any) -> str:
        return self.ticked.label if value == self.ticked.value else ""


class NoticeField(AnswerField):
    """Text to read; it takes no answer."""

    def is_empty(self, value: Any) -> bool:
        return True


class ChoiceField(AnswerField):
    """One of the vendor's options, which it offers now."""

    ask = "Choose"

    def check(self, value: Any) -> Answer:
        return self._offered(self.text(value))

    def standing(self, value: Any) -> list[str]:
        found = super().standing(value)
        if self.is_empty(value) or self.disabled:
            return found
        return found + _problems(lambda: self.check(value))

    def parted(self, value: Answer) -> tuple[Answer, Answer]:
        return (value, "") if self._choice(value) else ("", value)

    def display(self, value: Any) -> str:
        choice = self._choice(value)
        return choice.label if choice else super().display(value)

    def _choice(self, value: Any) -> Choice | None:
        return next((c for c in self.question.choices if c.value == value), None)

    def _offered(self, value: str) -> str:
        choice = self._choice(value)
        if choice is None:
            raise ValidationError(GONE.format(self.question.label), code="gone")
        if choice.disabled:
            raise ValidationError(
                f"“{choice.label}” cannot be chosen: {choice.disabled}", code="gone"
            )
        return value


class ChoicesField(ChoiceField):
    """Any number of the vendor's options, in the vendor's order."""

    def check(self, value: Any) -> Answer:
        chosen = {self._offered(item) for item in _texts(value)}
        return tuple(c.value for c in self.question.choices if c.value in chosen)

    def parted(self, value: Answer) -> tuple[Answer, Answer]:
        return _split(value, lambda item: self._choice(item) is None)

    def display(self, value: Any) -> str:
        return "\n".join(ChoiceField.display(self, item) for item in _texts(value))


class TagsField(AnswerField):
    """Several short texts."""

    def check(self, value: Any) -> Answer:
        return tuple(self.text(item) for item in _texts(value))

    def display(self, value: Any) -> str:
        return ", ".join(_texts(value))

    def hints(self) -> list[str]:
        return ["Separate them with commas.", *super().hints()]


class TreeField(AnswerField):
    """One or more whole paths of a tree, in the order the person gave them."""

    ask = "Choose"

    def __init__(self, question: Field, zone: str, widget: forms.Widget) -> None:
        super().__init__(question, zone, widget)
        self.tree = tree.Tree(question.tree or tree.NO_TREE)

    def check(self, value: Any) -> Answer:
        rows = [self.tree.row(entry) for entry in _texts(value)]
        for row in rows:
            if row.is_gone:
                raise ValidationError(GONE.format(self.question.label), code="gone")
            if row.path and not row.is_finished:
                raise ValidationError(
                    f"Finish “{row.spoken}”: choose “{row.missing or self.question.label}”.",
                    code="unfinished",
                )
        return self._counted(tree.finished(_texts(value)))

    def is_empty(self, value: Any) -> bool:
        rows = (self.tree.row(entry) for entry in _texts(value))
        return not any(row.path or row.is_gone for row in rows)

    def standing(self, value: Any) -> list[str]:
        gone = [GONE.format(self.question.label)] if self._gone(value) else []
        return super().standing(value) + gone

    def parted(self, value: Answer) -> tuple[Answer, Answer]:
        offered, gone = _split(value, lambda entry: self.tree.row(entry).is_gone)
        return tuple(entry for entry in _texts(offered) if self.tree.row(entry).path), gone

    def display(self, value: Any) -> str:
        return "\n".join(self.tree.row(entry).spoken for entry in tree.finished(_texts(value)))

    def hints(self) -> list[str]:
        most = self.question.max_leaves
        return [f"Up to {most} may be chosen."] if most > 1 else []

    def _gone(self, value: Any) -> list[str]:
        return [entry for entry in _texts(value) if self.tree.row(entry).is_gone]

    def _counted(self, leaves: tuple[str, ...]) -> Answer:
        least, most = self.question.min_leaves, self.question.max_leaves
        if len(set(leaves)) < len(leaves):
            raise ValidationError(
                f"“{self.question.label}”: one of them is chosen twice.", code="twice"
            )
        if len(leaves) > most:
            raise ValidationError(f"“{self.question.label}”: choose {most} at most.", code="most")
        if self.required and len(leaves) < least:
            raise ValidationError(
                f"“{self.question.label}”: choose at least {least}.", code="least"
            )
        return leaves


class FilesField(AnswerField):
    """Files kept with the draft; an upload is stored by the page, never by this field."""

    ask = "Add a file to"

    def check(self, value: Any) -> Answer:
        files = tuple(item for item in value if isinstance(item, FileRef))
        most, limit = self.question.max_files, self.question.max_size
        if len(files) > most:
            raise ValidationError(
                f"“{self.question.label}” takes {_count(most)}. Remove {len(files) - most}.",
                code="most",
            )
        for file in files:
            if limit is not None and file.size > limit:
                raise ValidationError(
                    f"{file.name} has {size(file.size)}; the limit is {size(limit)}."
                    " Remove it or add a smaller one.",
                    code="size",
                )
        return files

    def display(self, value: Any) -> str:
        files = value if isinstance(value, tuple) else ()
        return "\n".join(f"{file.name} ({size(file.size)})" for file in files)

    def hints(self) -> list[str]:
        limit = self.question.max_size
        each = f", each of {size(limit)} or less" if limit is not None else ""
        return [f"Up to {_count(self.question.max_files)}{each}."]


def _count(files: int) -> str:
    return "1 file" if files == 1 else f"{files} files"


def _texts(value: Any) -> tuple[str, ...]:
    """The items of an answer of several texts; a single text counts as one."""
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(item for item in value or () if isinstance(item, str))


def _split(value: Answer, is_gone: Callable[[str], bool]) -> tuple[Answer, Answer]:
    items = _texts(value)
    kept = tuple(item for item in items if not is_gone(item))
    return kept, tuple(item for item in items if is_gone(item))


def _problems(check: Callable[[], Answer]) -> list[str]:
    try:
        check()
    except ValidationError as error:
        return list(error.messages)
    return []
