"""What an adapter is: facts, then schema, then verbs. Vendors differ here, as data.

An adapter is pure of Django: it gets its HTTP client, its catalogue of cached metadata and its
token store from whoever opens it, keeps no state between calls and may be used by one thread at a
time.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

from vendors.http.client import VendorClient, call_seconds
from vendors.schema import Answers, Field, FormSchema
from vendors.vocabulary import (
    CaseDraft,
    CaseSnapshot,
    CaseSummary,
    FileDraft,
    FilingContext,
    Find,
    Finding,
    Kind,
    ListedCase,
    NoteDraft,
    Proof,
    Receipt,
    Sought,
    Status,
    Step,
)


class Unsupported(Exception):
    """The vendor cannot do this: the caller should have read `capabilities` first."""


class Loading(Exception):
    """Metadata is not here yet and the page's time for it is spent; it is being fetched behind."""


class MetadataUnavailable(Exception):
    """Metadata was never fetched and cannot be now; `str()` says why to a person."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """A vendor's answer about its forms, with the time it was read."""

    value: Any
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class CredentialSection:
    """One credential in a vendor's own file: its fields by our keys, a word on what is not used."""

    fields: Mapping[str, str]
    remarks: tuple[str, ...] = ()


class Catalogue(Protocol):
    """Cached form metadata of one vendor account."""

    def read(self, operation: str, params: Mapping[str, str]) -> Metadata:
        """The last good answer, fetched now only if there is none.

        Raises Loading or MetadataUnavailable. A stale answer is served and refreshed behind.
        """
        ...


class TokenStore(Protocol):
    """One sign-in shared by all processes: the vendor's short-lived token, if it has such."""

    def get(self, renew: Callable[[], tuple[str, datetime]]) -> str:
        """A good token; `renew` gives (token, expires at), in one process at a time."""
        ...

    def forget(self, token: str) -> None:
        """Drop `token`, if it is still the current one, because the vendor refused it."""
        ...


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the vendor can do at all; lengths in characters as it counts them, sizes in bytes.

    None means the vendor states no limit.
    """

    kinds: frozenset[Kind]
    note_max_length: int | None = None
    close_max_length: int | None = None
    file_max_size: int | None = None
    file_name_max_length: int | None = None
    files_per_case: int | None = None
    close_label: str = "Request close"
    close_explains: str = ""  # what the vendor does on a close request, for the dialog


@dataclass(frozen=True, slots=True)
class Tools:
    """What an adapter is given when it is opened."""

    client: VendorClient
    catalogue: Catalogue
    tokens: TokenStore


class Vendor:
    """One vendor's adapter. A verb that is not overridden refuses loudly with Unsupported.

    Every verb that talks may raise the errors of vendors.http.errors and nothing else.
    """

    key: ClassVar[str]
    name: ClassVar[str]
    product: ClassVar[str] = ""  # the API's name, where a vendor has several
    withdrawn: ClassVar[str] = ""  # the vendor's own notice that this API ends, if it gave one
    credential_fields: ClassVar[tuple[Field, ...]]
    credential_file: ClassVar[str] = ""  # the name of the file its credentials are handed out in
    host_pattern: ClassVar[re.Pattern[str]]
    capabilities: ClassVar[Capabilities]
    statuses: ClassVar[Mapping[str, Status]]
    can_find: ClassVar[Mapping[Kind, Find]] = {}
    late_commit: ClassVar[float] = 30.0  # seconds a vendor may take to show what it accepted
    quiet_horizon: ClassVar[tuple[float, ...]] = (90.0, 180.0, 600.0)  # looks, seconds after that
    stops_at_first_refusal: ClassVar[bool] = True  # False: its refusals come and go
    list_max_age_days: ClassVar[int] = 3650
    files_question: ClassVar[str] = ""  # the form's key for files that answer no other question

    def __init__(self, tools: Tools) -> None:
        self.client = tools.client
        self.catalogue = tools.catalogue
        self.tokens = tools.tokens

    @classmethod
    def auth(cls, secrets: Mapping[str, str]) -> Any:
        """The httpx.Auth that signs requests with these credential fields."""
        raise NotImplementedError

    @classmethod
    def base_url(cls, secrets: Mapping[str, str]) -> str:
        """The base URL these credential fields name, when they do; else empty."""
        return ""

    @classmethod
    def credential_identity(cls, secrets: Mapping[str, str]) -> str:
        """Whom the vendor takes us for, without a secret: kept with each step sent."""
        raise NotImplementedError

    @classmethod
    def read_credential_file(cls, text: str) -> Mapping[str, CredentialSection]:
        """The credentials in such a file by the names they have there, in its order.

        ValueError: it is none; the error's words say why to a person, and hold nothing of it.
        """
        raise Unsupported("credential files")

    @classmethod
    def vendor_space(cls, base_url: str) -> str:
        """The space in which this vendor's case ids are unique."""
        return cls.key

    @classmethod
    def portal_link(cls, case_id: str) -> str:
        """Where a person looks at the case on the vendor's own site; without an id, at all of them.

        Empty where the vendor has no such site.
        """
        return ""

    def status_of(self, word: str) -> Status:
        """Our reading of the vendor's status word; an unknown word is UNKNOWN, never an error."""
        return self.statuses.get(word.strip().casefold(), Status.UNKNOWN)

    def longest_step(self, size: int) -> float:
        """Seconds after which a verb that carries `size` bytes of a file has ended for certain.

        An adapter whose verbs make several long calls must say so here.
        """
        return call_seconds(size)

    # schema

    def fetch_metadata(self, operation: str, params: Mapping[str, str]) -> Any:
        """Ask the vendor for one piece of form metadata: what a Catalogue keeps."""
        raise Unsupported("form metadata")

    def form_schema(self, answers: Answers, context: FilingContext) -> FormSchema:
        """The form after these answers, cut to what `context` may see; no VendorError."""
        raise Unsupported("filing")

    def steps(self, draft: CaseDraft) -> tuple[Step, ...]:
        """The changes this draft becomes, in order. Pure: no call is made."""
        raise Unsupported("filing")

    def summary(self, draft: CaseDraft) -> CaseSummary:
        """What to show of the case until the vendor has it. Pure."""
        raise Unsupported("filing")

    # verbs

    def check(self) -> Proof:
        """Prove the credential with harmless calls; raises the vendor's refusal."""
        raise Unsupported("testing a connection")

    def file_case(self, draft: CaseDraft) -> Receipt:
        raise Unsupported("filing")

    def fetch_case(self, case_id: str) -> CaseSnapshot:
        raise Unsupported("reading a case")

    def changed_cases(self, since: datetime | None) -> Iterator[ListedCase]:
        """Every case that may have changed since then, or all when None."""
        raise Unsupported("listing cases")

    def add_note(self, case_id: str, note: NoteDraft) -> Receipt:
        raise Unsupported("notes")

    def attach_file(self, case_id: str, file: FileDraft) -> Receipt:
        raise Unsupported("attachments")

    def fetch_file(self, case_id: str, file_id: str) -> AbstractContextManager[Iterator[bytes]]:
        """The file's bytes in pieces; the connection closes with the context."""
        raise Unsupported("downloads")

    def request_close(self, case_id: str, reason: NoteDraft) -> Receipt:
        raise Unsupported("closing")

    def follow_up(self, case_id: str, receipt: Receipt) -> Receipt:
        """Ask, by reading only, what became of a receipt that was `pending`.

        Answers the finished receipt or one still pending; raises Refused when the vendor failed it.
        """
        raise Unsupported("pending receipts")

    def find(self, sought: Sought) -> Finding:
        """Look a lost step up. A look that fails raises; it is then not a clean look."""
        raise Unsupported("look-up")

    def strip_marker(self, text: str) -> tuple[str, str]:
        """(the text without our marker line, the marker or empty)."""
        return text, ""

    def limit_problem(self, kind: Kind, text: str) -> str:
        """Why the vendor would refuse this text, marker counted, for a person; else empty."""
        return ""
