"""Widgets that draw an Answer and read one back from a post, without JavaScript.

`read` gives None when the post does not carry the question at all, so that a page that never showed
it cannot empty it. Buttons inside a field post `<name>.clear`, `.pick`, `.add`, `.remove` or `.up`.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

from django import forms
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from vendors.connections import tree, wall_clock
from vendors.schema import Answer, Choice, Field, ZonedTime

TICKED = Choice("true", "Yes")  # the one choice of a box whose vendor names none
MOST_MATCHES = 20  # search results drawn at once


class AnswerWidget(forms.Widget):
    """Draws one question. `looking` is what stands in its search box, if it has one."""

    event: ClassVar[str] = "now"  # its answer is sent at each change; "typed": after a pause too

    def __init__(self, question: Field, zone: str, looking: str = "") -> None:
        super().__init__({"data-answer": self.event})
        self.question = question
        self.zone = zone
        self.looking = looking

    def read(self, post: QueryDict, name: str) -> Answer | None:
        """What the post says to this question; None when it says nothing."""
        if self.question.disabled:
            return None
        return "" if f"{name}.clear" in post else self.typed(post, name)

    def typed(self, post: QueryDict, name: str) -> Answer | None:
        if name not in post:
            return None
        return _newlines(post.getlist(name)[-1])

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return data.get(name)  # a SchemaForm is bound to answers, not to a post

    def format_value(self, value: Any) -> str:
        return value if isinstance(value, str) else ""

    def shape(self, value: Any) -> str:
        """What this value changes in the page besides the input's own content."""
        return ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = self.get_context(name, value, attrs)
        context["attributes"] = flatatt(context["widget"]["attrs"])
        return self._render(self.template_name, context, renderer)  # type: ignore[attr-defined,no-any-return]  # Django's own, unknown to its stubs

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if self.question.required and not self.question.disabled:
            context["widget"]["attrs"]["aria-required"] = "true"
        if self.question.max_length is not None:
            context["widget"]["attrs"]["data-limit"] = str(self.question.max_length)
        context["question"] = self.question
        return context


class LineBox(AnswerWidget):
    """A one-line input; a value its kind of input cannot show is shown as plain text."""

    template_name = "fields/line.html"
    event = "typed"
    input_type: ClassVar[str] = "text"
    extra: ClassVar[Mapping[str, str]] = {}

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = self.format_value(value)
        context["widget"]["type"] = self.input_type if self.can_show(shown) else "text"
        context["widget"]["attrs"] |= self.extra
        if self.question.prompt:
            context["widget"]["attrs"]["placeholder"] = self.question.prompt
        return context

    def can_show(self, text: str) -> bool:
        return True

    def typed(self, post: QueryDict, name: str) -> Answer | None:
        found = super().typed(post, name)
        return found.strip() if isinstance(found, str) else found


class SecretBox(LineBox):
    """A secret: never drawn back into the page."""

    input_type = "password"
    extra: ClassVar[Mapping[str, str]] = {"autocomplete": "off"}

    def format_value(self, value: Any) -> str:
        return ""


class EmailBox(LineBox):
    extra: ClassVar[Mapping[str, str]] = {"inputmode": "email", "spellcheck": "false"}


class PhoneBox(LineBox):
    input_type = "tel"


class WholeBox(LineBox):
    extra: ClassVar[Mapping[str, str]] = {"inputmode": "numeric", "spellcheck": "false"}


class DecimalBox(LineBox):
    extra: ClassVar[Mapping[str, str]] = {"inputmode": "decimal", "spellcheck": "false"}


class DayBox(LineBox):
    event = "now"
    input_type = "date"

    def can_show(self, text: str) -> bool:
        return not text or wall_clock.is_day(text)


class TextBox(AnswerWidget):
    """A text of several lines, sent as typed; line ends become `\\n`, as the vendor counts them."""

    template_name = "fields/text.html"
    event = "typed"


class TickBox(AnswerWidget):
    template_name = "fields/tick.html"

    def typed(self, post: QueryDict, name: str) -> Answer | None:
        return post.getlist(name)[-1] if name in post else None

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        ticked = self.question.choices[0] if self.question.choices else TICKED
        return context | {"ticked": ticked, "is_ticked": value == ticked.value}


class RadioCards(AnswerWidget):
    """One option each with its description and response times beside it."""

    template_name = "fields/choices.html"
    use_fieldset = True
    input_type: ClassVar[str] = "radio"

    def chosen(self, value: Any) -> tuple[str, ...]:
        return (value,) if isinstance(value, str) else ()

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"].pop("aria-required", None)
        context["widget"]["type"] = self.input_type
        chosen = self.chosen(value)
        context["choices"] = [(choice, choice.value in chosen) for choice in self.question.choices]
        return context

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}_0" if id_ else ""


class TickList(RadioCards):
    input_type = "checkbox"

    def typed(self, post: QueryDict, name: str) -> Answer | None:
        if name not in post:
            return None
        return tuple(dict.fromkeys(value for value in post.getlist(name) if value))

    def chosen(self, value: Any) -> tuple[str, ...]:
        return value if isinstance(value, tuple) else super().chosen(value)


class OptionList(AnswerWidget):
    template_name = "fields/select.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["blank"] = self.question.prompt or "Choose…"
        context["choices"] = [(choice, choice.value == value) for choice in self.question.choices]
        return context


class SearchedList(OptionList):
    """A long list: a search box narrows the select to what matches and what is chosen."""

    template_name = "fields/searched.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        words = self.looking.casefold().split()
        shown = [
            (choice, chosen)
            for choice, chosen in context["choices"]
            if chosen or all(word in choice.label.casefold() for word in words)
        ]
        total = len(self.question.choices)
        return context | {"choices": shown, "looking": self.looking, "total": total}

    def shape(self, value: Any) -> str:
        return self.looking


class TagBox(LineBox):
    def typed(self, post: QueryDict, name: str) -> Answer | None:
        if name not in post:
            return None
        parts = _newlines(post.getlist(name)[-1]).replace("\n", ",").split(",")
        return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))

    def format_value(self, value: Any) -> str:
        return ", ".join(value) if isinstance(value, tuple) else super().format_value(value)


class MomentBox(AnswerWidget):
    """A local date and time; when its clock showed it twice, a choice of the two."""

    template_name = "fields/moment.html"
    names_zone: ClassVar[bool] = False

    def typed(self, post: QueryDict, name: str) -> Answer | None:
        if name not in post:
            return None
        local = _newlines(post.getlist(name)[-1]).strip()
        zone = post.get(f"{name}.zone", self.zone) if self.names_zone else self.zone
        entry = wall_clock.Typed(local, zone, post.get(f"{name}.fold", ""))
        if self.names_zone and not local and zone != self.zone:
            return str(entry)
        return wall_clock.read(entry)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        entry = self._entry(value)
        shows = not entry.local or wall_clock.is_local(entry.local)
        context["widget"]["type"] = "datetime-local" if shows else "text"
        return context | {
            "local": entry.local,
            "zone": entry.zone,
            "fold": entry.fold,
            "offsets": self._offsets(entry),
            "names_zone": self.names_zone,
            "zone_options": _zone_options() if self.names_zone else "",
        }

    def shape(self, value: Any) -> str:
        return "".join(self._offsets(self._entry(value)))

    def _entry(self, value: Any) -> wall_clock.Typed:
        if isinstance(value, ZonedTime) and not self.names_zone:
            value = wall_clock.moved(value, self.zone)
        return wall_clock.typed(value if isinstance(value, ZonedTime | str) else "", self.zone)

    def _offsets(self, entry: wall_clock.Typed) -> tuple[str, ...]:
        try:
            wall_clock.settle(wall_clock.Typed(entry.local, entry.zone))
        except wall_clock.Twice as twice:
            return twice.offsets
        except wall_clock.Wrong:
            return ()
        return ()


class ZonedMomentBox(MomentBox):
    names_zone = True
    use_fieldset = True


class TreeRows(AnswerWidget):
    """A chain of selects for each chosen path, a search over all of them, and their order."""

    template_name = "fields/tree.html"
    use_fieldset = True

    def __init__(self, question: Field, zone: str, looking: str = "") -> None:
        super().__init__(question, zone, looking)
        self.tree = tree.Tree(question.tree or tree.NO_TREE)
        self.aside: tuple[str, ...] = ()  # what a changed choice dropped before, the latest first

    def typed(self, post: QueryDict, name: str) -> Answer | None:
        if name not in post:
            return None
        chosen = tree.Post.of(self.tree, name, _lines(post), post.getlist(name), self.aside)
        return chosen.entries(self.question.max_leaves)

    def dropped(self, post: QueryDict, name: str) -> dict[str, str]:
        """The entries that lose lower levels to a choice changed above, each with its words."""
        return tree.Post.of(self.tree, name, _lines(post)).dropped()

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"].pop("aria-required", None)
        entries = value if isinstance(value, tuple) and value else (value or tree.unfinished([]),)
        matches, found = self.tree.matches(self.looking, MOST_MATCHES)
        return context | {
            "rows": [self.tree.row(entry) for entry in entries],
            "looking": self.looking,
            "matches": matches,
            "found": found,
            "total": len(self.tree.leaves),
            "may_add": len(entries) < self.question.max_leaves,
            "invalid": context["widget"]["attrs"].get("aria-invalid", ""),
        }

    def shape(self, value: Any) -> str:
        return repr((value, self.looking))

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0_0" if id_ else ""


class FileBox(AnswerWidget):
    """The files kept so far, each with a button to remove it, and room for more."""

    template_name = "fields/files.html"

    def read(self, post: QueryDict, name: str) -> Answer | None:
        return None  # the page stores uploads; what is kept comes from there

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        kept = value if isinstance(value, tuple) else ()
        context["widget"]["attrs"].pop("data-answer", None)
        return context | {"kept": kept, "may_add": len(kept) < self.question.max_files}

    def shape(self, value: Any) -> str:
        return repr(value or ())


class Notice(AnswerWidget):
    template_name = "fields/notice.html"

    def read(self, post: QueryDict, name: str) -> Answer | None:
        return None


class Fixed(AnswerWidget):
    """An answer the vendor gives and nobody changes, in the words of its field."""

    template_name = "fields/fixed.html"

    def __init__(self, question: Field, zone: str, looking: str = "", *, words: str = "") -> None:
        super().__init__(question, zone, looking)
        self.words = words

    def read(self, post: QueryDict, name: str) -> Answer | None:
        return None

    def format_value(self, value: Any) -> str:
        return self.words

    def shape(self, value: Any) -> str:
        return self.words

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for attribute in ("disabled", "data-answer", "data-limit"):
            context["widget"]["attrs"].pop(attribute, None)
        return context


@lru_cache(maxsize=1)
def _zone_options() -> SafeString:
    """Every zone as an option; drawn once, as each form would draw the same hundreds."""
    return format_html_join("", "<option>{}</option>", ((zone,) for zone in wall_clock.zones()))


def _lines(post: QueryDict) -> dict[str, str]:
    return {key: _newlines(str(post[key])) for key in post}


def _newlines(text: str) -> str:
    """The text with one kind of line end and without NUL, which no store and no vendor takes."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
