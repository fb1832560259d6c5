"""A vendor's form as data: what to ask, given the answers so far.

Keys are paths in the vendor's own names (`questionnaire/100/670/yes/671`), so an answer maps back
to its member without a table. Nothing here knows HTML or HTTP.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo


class Control(StrEnum):
    """How a field is answered."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    DATETIME = "datetime"
    DATETIME_ZONE = "datetime_zone"
    CHECKBOX = "checkbox"
    CHECKBOXES = "checkboxes"
    RADIO = "radio"
    SELECT = "select"
    COMBOBOX = "combobox"
    TREE = "tree"
    EMAIL = "email"
    PHONE = "phone"
    TAGS = "tags"
    FILE = "file"
    CONFIRM = "confirm"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class ZonedTime:
    """A moment as a person entered it: wall-clock time in a named zone, unambiguous by its fold."""

    at: datetime  # aware, in `zone`
    zone: str

    def utc(self) -> datetime:
        return self.at.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file kept with the draft, named in an answer."""

    file_id: str
    name: str
    size: int


Answer = str | tuple[str, ...] | ZonedTime | tuple[FileRef, ...]
Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be chosen; the texts beside it help to choose."""

    value: str
    label: str
    description: str = ""
    response: tuple[str, ...] = ()  # stated response times, one line each
    disabled: str = ""  # the reason it cannot be chosen, if so


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A node of a tree control: `value` is set where a path may end."""

    label: str
    topic: str = ""  # what the children are called: "Product"
    value: str = ""
    children: tuple["TreeNode", ...] = ()

    def leaves(self, path: tuple[str, ...] = ()) -> "list[tuple[str, tuple[str, ...]]]":
        """Every (value, labels from the top) below and including this node, in order."""
        here = (*path, self.label) if self.label else path
        own = [(self.value, here)] if self.value else []
        return own + [leaf for child in self.children for leaf in child.leaves(here)]


@dataclass(frozen=True, slots=True)
class Field:
    """One question. Limits are in characters as the vendor counts them, sizes in bytes."""

    key: str
    label: str
    control: Control
    member: str = ""  # the vendor's member or question id, for the page's data-member
    section: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    tree: TreeNode | None = None
    min_leaves: int = 1
    max_leaves: int = 1
    max_length: int | None = None
    max_size: int | None = None
    max_files: int = 1
    rows: int | None = None
    default: Answer | None = None
    disabled: bool = False
    source: str = ""  # who gives a disabled field its value, in a person's words
    clearable: bool = False
    help: str = ""
    prompt: str = ""
    depends_on: str = ""  # the key of the question whose answer brought this one
    depth: int = 0
    reveals_more: bool = False  # its answer changes which fields follow
    secret: bool = False  # credentials only: never rendered back, never logged
    errors: tuple[str, ...] = ()  # known wrong before anything is sent, told at the field


@dataclass(frozen=True, slots=True)
class Section:
    """A group of fields under one heading; it keeps its place on the page even when empty."""

    key: str
    title: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class FormSchema:
    """Everything that can be asked given the answers so far, in order."""

    sections: tuple[Section, ...]
    fields: tuple[Field, ...]
    complete: bool  # nothing more will appear: it may be reviewed
    loading: bool = False  # the vendor has not answered yet: some of it is missing
    unavailable: str = ""  # why metadata is missing altogether, in a person's words
    fetched_at: datetime | None = None  # the age of the oldest metadata used
    notices: tuple[str, ...] = ()

    def field(self, key: str) -> Field | None:
        return next((f for f in self.fields if f.key == key), None)

    def named(self, member: str) -> Field | None:
        """The field a vendor means by its own name for it, such as an error gives."""
        name = member.rpartition(".")[2]
        return next((f for f in self.fields if name in (f.member, f.key)), None)

    @property
    def digest(self) -> str:
        """A name for this very form: it changes when a field, limit or option does."""
        text = json.dumps([asdict(f) for f in self.fields], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def to_json(answer: Answer) -> Any:
    """An answer as it is stored in a draft or a push."""
    match answer:
        case str():
            return answer
        case ZonedTime():
            return {"at": answer.at.isoformat(), "zone": answer.zone}
        case _:
            return [asdict(a) if isinstance(a, FileRef) else a for a in answer]


def from_json(value: Any) -> Answer:
    """The answer stored by `to_json`; raises ValueError for anything else."""
    match value:
        case str():
            return value
        case {"at": str(at), "zone": str(zone)}:
            return ZonedTime(datetime.fromisoformat(at).astimezone(ZoneInfo(zone)), zone)
        case [{"file_id": _}, *_]:
            return tuple(FileRef(**item) for item in value)
        case list() if all(isinstance(item, str) for item in value):
            return tuple(value)
    raise ValueError(f"not an answer: {type(value).__name__}")
