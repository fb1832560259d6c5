"""A browser without JavaScript or pictures: it reads forms and sends them back filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

Attributes = list[tuple[str, str | None]]


@dataclass
class Form:
    """A form as it stands on the page: where it goes and what it would send now."""

    action: str
    method: str = "get"
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    members: dict[str, str] = field(default_factory=dict)  # data-member -> name
    names: set[str] = field(default_factory=set)  # of all it could send, ticked or not

    def filled(self, told: Mapping[str, Any]) -> dict[str, list[str]]:
        """What to send: the page's own values, and `told` in place of those it names."""
        sent: dict[str, list[str]] = {}
        for name, value in self.fields:
            if name not in told:
                sent.setdefault(name, []).append(value)
        for name, value in told.items():
            sent[name] = [value] if isinstance(value, str) else list(value)
        return sent


class Forms(HTMLParser):
    """Every form of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._area = ""
        self._select = ""
        self._options: list[list[Any]] = []  # value, words, selected
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(told.get("action", ""), told.get("method", "get").lower()))
            self._inside = True
        elif self._inside:
            name = told.get("name", "")
            if told.get("data-member"):
                self.found[-1].members[told["data-member"]] = name
            handler = getattr(self, f"_take_{tag}", None)
            if handler is not None and "disabled" not in told:
                handler(name, told)

    def _take_input(self, name: str, told: dict[str, str]) -> None:
        kind = told.get("type", "text")
        if name and kind != "file":
            self.found[-1].names.add(name)
        if kind == "submit":
            self.found[-1].buttons.append((name, told.get("value", "")))
        elif kind != "file" and name and (kind not in {"radio", "checkbox"} or "checked" in told):
            self.found[-1].fields.append((name, told.get("value", "")))

    def _take_button(self, name: str, told: dict[str, str]) -> None:
        self.found[-1].buttons.append((name, told.get("value", "")))

    def _take_textarea(self, name: str, told: dict[str, str]) -> None:
        self._area = name
        self.found[-1].fields.append((name, ""))

    def _take_select(self, name: str, told: dict[str, str]) -> None:
        self._select, self._options = name, []

    def _take_option(self, name: str, told: dict[str, str]) -> None:
        self._options.append([told.get("value"), "", "selected" in told])

    def handle_data(self, data: str) -> None:
        if self._area:
            name, value = self.found[-1].fields[-1]
            self.found[-1].fields[-1] = (name, value + data)
        elif self._select and self._options:
            self._options[-1][1] += data.strip()

    def _end_select(self) -> None:
        """A select sends its chosen option, or its first: the value, or the words without one."""
        chosen = [option for option in self._options if option[2]] or self._options[:1]
        for value, words, _ in chosen:
            self.found[-1].fields.append((self._select, words if value is None else value))
        self._select = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self._end_textarea()
        elif tag == "select" and self._select:
            self._end_select()
        elif tag == "form":
            self._inside = False

    def _end_textarea(self) -> None:
        """A line break right after the tag is the page's, not the text's."""
        name, value = self.found[-1].fields[-1]
        self.found[-1].fields[-1] = (name, value.removeprefix("\n"))
        self._area = ""


def form_to(page: httpx.Response, ending: str) -> Form:
    """The page's form whose address ends so."""
    for form in Forms(page.text).found:
        if (form.action or page.url.path).endswith(ending):
            return form
    raise AssertionError(f"{page.url} has no form to …{ending}")


def submit(
    client: httpx.Client, page: httpx.Response, ending: str, told: Mapping[str, Any] | None = None
) -> httpx.Response:
    """Send the form to …`ending`, filled with `told`; the page it leads to."""
    form = form_to(page, ending)
    where = form.action or page.url.path
    answer = client.post(where, data=form.filled(told or {}))
    assert answer.status_code < 500, answer.text[:1000]
    return answer
