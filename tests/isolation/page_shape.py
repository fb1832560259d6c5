"""The elements and attributes of a page, which no text may add to, and where its links lead."""

from collections import Counter
from collections.abc import Iterator
from functools import reduce
from html.parser import HTMLParser
from operator import or_

Shape = Counter[tuple[str, ...]]

LEADS = frozenset(
    [
        "href",
        "src",
        "action",
        "formaction",
        "data",
        "poster",
        "cite",
        "background",
        "ping",
        "srcset",
        "xlink:href",
        "hx-get",
        "hx-post",
        "hx-put",
        "hx-patch",
        "hx-delete",
    ]
)
LEADS_WELL = ("/", "#", "?", "https://", "http://", "mailto:", "tel:", "otpauth://")
PICTURE = ("src", "data:image/svg+xml;base64,")  # the square an authenticator app reads
OF_TEXT = {
    ("p",),
    ("br",),
    ("a", "href"),
    ("a", "href", "rel"),
}  # how lines and addresses in a text are shown


class Elements(HTMLParser):
    """What a page is made of, by element with the names of its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shape: Shape = Counter()
        self.links: list[tuple[str, str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape[(tag, *sorted(name for name, _ in attrs))] += 1
        self.links += [(name, value or "") for name, value in attrs if name in LEADS]

    def handle_comment(self, data: str) -> None:
        self.shape["<!--", data] += 1

    def handle_pi(self, data: str) -> None:
        self.shape["<?", data] += 1

    def handle_decl(self, decl: str) -> None:
        self.shape["<!", decl.lower()] += 1

    def unknown_decl(self, data: str) -> None:
        self.shape["<![", data] += 1


def shape_of(page: str) -> Shape:
    """The page's elements but those any text may bring: lines, and links that are not followed."""
    return Counter({what: n for what, n in Elements(page).shape.items() if what not in OF_TEXT})


def added(page: str, *harmless: str) -> list[str]:
    """What the page has that no such page with harmless text has, or has less of."""
    known = reduce(or_, map(shape_of, harmless))
    more = shape_of(page) - known
    return [f"{n} x {' '.join(what)}"[:200] for what, n in more.items()]


def misleading(page: str) -> Iterator[str]:
    """The addresses in a page that would run something, or lead out under another's name."""
    for name, value in Elements(page).links:
        led = value.strip().casefold()
        if name == PICTURE[0] and led.startswith(PICTURE[1]):
            continue
        if led and not (led.startswith(LEADS_WELL) or (led[0].isalnum() and ":" not in led)):
            yield f"{name}={value[:120]!r}"
        if led.startswith(("//", "/\\")):
            yield f"{name}={value[:120]!r}"
