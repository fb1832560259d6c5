"""Reads a page as a test asks about it: elements by an attribute, each with its text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http.response import HttpResponseBase

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What stands in it, in one line."""
        return " ".join("".join(self.pieces).split())

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]


class Page(HTMLParser):
    """A parsed page or fragment."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        body = getattr(response, "content", b"")
        self.feed(body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(found)
        if tag not in VOID:
            self._open.append(found)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            continue

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.pieces.append(f"{data} ")

    def all(self, attribute: str, value: str | None = None) -> list[Element]:
        """Every element with this attribute, and this value if one is given."""
        return [
            element
            for element in self.elements
            if attribute in element.attributes and value in (None, element.attributes[attribute])
        ]

    def one(self, attribute: str, value: str | None = None) -> Element:
        """The only element of that kind."""
        found = self.all(attribute, value)
        assert len(found) == 1, f"{len(found)} elements with {attribute}={value}"
        return found[0]

    def tagged(self, tag: str) -> list[Element]:
        return [element for element in self.elements if element.tag == tag]

    @property
    def text(self) -> str:
        return next((element.text for element in self.tagged("main")), "")
