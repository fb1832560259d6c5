"""The nouns spoken between us and every vendor's adapter: frozen, normalised, without I/O."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, BinaryIO

from vendors.schema import Answer, Control


class Status(StrEnum):
    """Our coarse reading of a vendor's status word, which is always kept beside it."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"  # the vendor waits for the customer
    SOLVED = "solved"
    CLOSED = "closed"
    UNKNOWN = "unknown"

    @property
    def is_closed(self) -> bool:
        return self is Status.CLOSED


class NextAction(StrEnum):
    """Who must act next."""

    VENDOR = "vendor"
    US = "us"
    NOBODY = "nobody"


class Kind(StrEnum):
    """One change owed to a vendor."""

    CREATE = "create"
    NOTE = "note"
    FILE = "file"
    CLOSE = "close"


class EntryKind(StrEnum):
    NOTE = "note"
    FILE = "file"
    STATUS = "status"
    MILESTONE = "milestone"
    EMAIL = "email"
    SYSTEM = "system"


class Find(StrEnum):
    """How a lost step can be looked up at the vendor."""

    NONE = "none"
    LIST = "list"
    SEARCH = "search"


class MarkerHome(StrEnum):
    """Where a step's marker travels, so that it can be read back."""

    NONE = "none"  # nothing can be read back: a lost answer needs a person
    TRACKING_NUMBER = "tracking_number"
    PARTNER_NUMBER = "partner_number"
    TEXT = "text"  # the last line of the text sent


@dataclass(frozen=True, slots=True)
class Contact:
    """The person a case is for, as told to the vendor."""

    name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A vendor's customer account, as a draft is filed under it."""

    account_id: str
    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FilingContext:
    """Who files, for whom, under which account: what makes a vendor's form this person's form.

    `entitled` are all accounts of the connection the case's organisation may use; an option that
    names a customer or account outside them must not appear in a schema.
    """

    account: Account
    entitled: tuple[Account, ...]
    contact: Contact
    is_staff: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer as submitted, with what the person saw: enough to build the request from."""

    key: str
    label: str
    control: Control
    value: Answer
    display: str
    section: str = ""


@dataclass(frozen=True, slots=True)
class FileDraft:
    """A file to be sent: its chosen name, size in bytes and how to open it, seekable."""

    name: str
    size: int
    content_type: str
    open: Callable[[], BinaryIO]
    comment: str = ""
    marker: str = ""


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """A note or the reason of a close request."""

    text: str
    marker: str


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """Everything a case is filed from; the answers are those of a complete, checked form."""

    marker: str
    account: Account
    contact: Contact
    answers: tuple[Answered, ...]

    def value(self, key: str) -> Answer | None:
        return next((a.value for a in self.answers if a.key == key), None)

    def text(self, key: str) -> str:
        """The answer under `key` when it is a plain text, else empty."""
        value = self.value(key)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Step:
    """One change a draft becomes: `body` is what the vendor gets, `file_id` the file sent.

    The create carries the draft's own marker, a step behind it that marker with `-2`, `-3`, ...
    """

    kind: Kind
    title: str
    marker: str
    marker_home: MarkerHome
    body: Mapping[str, Any] = field(default_factory=dict)
    file_id: str = ""


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """What our list shows of a case before the vendor has it."""

    subject: str
    description: str
    category_path: tuple[str, ...]
    severity: str
    severity_rank: int | None
    contact: Contact
    references: Mapping[str, str] = field(default_factory=dict)  # CaseReference kind -> value


@dataclass(frozen=True, slots=True)
class Receipt:
    """A vendor's acceptance: its id for the thing, if any; `pending` while it still works."""

    vendor_id: str = ""
    pending: str = ""
    words: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case or entry upstream that may be the one we lost, with the reason we think so."""

    vendor_id: str
    title: str
    created_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Sought:
    """A step whose answer was lost: what to look for, since when."""

    kind: Kind
    marker: str
    marker_home: MarkerHome
    sent_at: datetime
    case_id: str = ""
    subject: str = ""
    text: str = ""
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look brought: `found` proves, `candidates` suggest, neither: absent so far."""

    found: Receipt | None = None
    matches: int = 0
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class FileSnapshot:
    """A file on the vendor's case; `vendor_id` is what `fetch_file` takes."""

    vendor_id: str
    name: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class EntrySnapshot:
    """One event of a vendor's case; `vendor_key` is its id there, if the vendor gives one."""

    kind: EntryKind
    author: str
    text: str
    occurred_at: datetime
    vendor_key: str = ""
    title: str = ""
    marker: str = ""  # ours, where it is the last line; `text` is what stands before it
    files: tuple[FileSnapshot, ...] = ()
    is_customers: bool = False  # written there by the contact or by the user we call as


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the vendor allows on this case now."""

    add_note: bool = True
    attach_file: bool = True
    request_close: bool = True


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the case page's facts, in the vendor's words."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class CaseSnapshot:
    """A vendor's case as read now."""

    vendor_id: str
    subject: str
    description: str
    vendor_status: str
    status: Status
    vendor_severity: str
    severity_rank: int | None
    next_action: NextAction
    category_path: tuple[str, ...]
    created_at: datetime | None
    modified_at: datetime | None
    closed_at: datetime | None
    permissions: Permissions
    contact: Contact
    entries: tuple[EntrySnapshot, ...]
    facts: tuple[Fact, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)  # never holds our marker
    marker: str = ""  # ours, as found in the case
    account_id: str = ""  # whose case it is: the customer account, by its id or its name there
    filer: str = ""  # who filed it, named as the authors of its entries are
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListedCase:
    """One line of a vendor's list: enough to tell whether the case must be read again."""

    vendor_id: str
    digest: str
    created_at: datetime | None
    modified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a connection test showed, in a person's words."""

    proven: tuple[str, ...]
    not_proven: tuple[str, ...] = ()
    clock_skew: float | None = None  # seconds the vendor's clock is ahead of ours
