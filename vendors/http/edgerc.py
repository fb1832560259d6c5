"""The `.edgerc` file in which EdgeGrid credentials are handed out: sections of `name = value`.

Read more kindly than the vendor's own reader: the file as downloaded has no section header, and
what people paste is quoted, indented, commented or begins with a byte order mark. Nothing of a
value is ever told in a complaint; places are named by their line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

SECTION = "default"  # of a file without headers, and the vendor's own choice among several
NEEDED = ("host", "client_token", "client_secret", "access_token")
IGNORED: Mapping[str, str] = {
    "account_key": "account_key is not used: Case Management knows no account switch.",
    "headers_to_sign": "headers_to_sign is not used: Case Management asks for none.",
    "max_body": "max_body is not used: Case Management takes the usual 131,072 bytes.",
    "debug": "debug is not used.",
}
OTHER_NAMES: Mapping[str, str] = {"account_switch_key": "account_key", "accountkey": "account_key"}
LONGEST = 65_536  # characters of a file

_HEADER = re.compile(r"\[([^\[\]]{1,100})\]")
_OPTION = re.compile(r"\s*([A-Za-z][\w-]*)\s*[=:]\s*(.*)")
_COMMENT = re.compile(r"(^|\s)[#;].*$")


class NoEdgerc(ValueError):
    """The text is no credential file; `str()` says why to a person, without any value of it."""


@dataclass(frozen=True, slots=True)
class Section:
    """One credential: its four fields, and a word on each thing that is left unused."""

    fields: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def read(text: str) -> dict[str, Section]:
    """The credentials in the file by the names of their sections, in its order.

    Raises NoEdgerc: nothing there, too long, a line that is neither header nor option, a name
    given twice, a value nobody can have been given, or one of the four fields missing.
    """
    if len(text) > LONGEST:
        raise NoEdgerc("This is far too long for a credential file.")
    sections: dict[str, Section] = {}
    name = SECTION
    for number, line in _lines(text):
        header = _HEADER.fullmatch(line)
        if header:
            name = header[1].strip()
            if name in sections:
                raise NoEdgerc(f"Line {number}: there are two sections [{name}].")
            sections[name] = Section()
        else:
            _read_option(sections.setdefault(name, Section()), line, number)
    if not sections:
        raise NoEdgerc("There is nothing in it.")
    for name, section in sections.items():
        if missing := [each for each in NEEDED if each not in section.fields]:
            raise NoEdgerc(f"Section [{name}] lacks {', '.join(missing)}.")
    return sections


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line that says something, with its number; a comment says nothing."""
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        told = _COMMENT.sub("", line).strip()
        if told:
            yield number, told


def _read_option(section: Section, line: str, number: int) -> None:
    found = _OPTION.fullmatch(line)
    if found is None:
        raise NoEdgerc(f"Line {number} is neither a [section] nor “name = value”.")
    name = found[1].lower().replace("-", "_")
    name = OTHER_NAMES.get(name, name)
    if name not in NEEDED:
        # by its line: what stands for a name may be a secret pasted without one
        section.remarks.append(IGNORED.get(name, f"Line {number} names nothing we know: not used."))
        return
    if name in section.fields:
        raise NoEdgerc(f"Line {number}: {name} is there twice.")
    section.fields[name] = _value(name, found[2], number)


def _value(name: str, text: str, number: int) -> str:
    value = text.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1].strip()
    if name == "host":
        value = re.sub(r"^https?://", "", value.lower()).rstrip("/")
    if not value:
        raise NoEdgerc(f"Line {number}: {name} is empty.")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise NoEdgerc(f"Line {number}: {name} holds a space or a sign that cannot be in it.")
    return value
