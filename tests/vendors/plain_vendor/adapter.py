"""The plain desk: what an adapter looks like when its vendor can do very little."""

import hashlib
import re
from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

import httpx

from vendors import markers
from vendors.contract import Capabilities, Vendor
from vendors.http.answer import VendorResponse, retry_after
from vendors.http.edgegrid import utc_now
from vendors.http.errors import Busy, NotFound, Refused, Unauthorised, Unclear
from vendors.http.hosts import segment
from vendors.http.multipart import opened
from vendors.schema import Answers, Control, Field, FormSchema, Section
from vendors.vocabulary import (
    CaseDraft,
    CaseSnapshot,
    CaseSummary,
    Contact,
    EntryKind,
    EntrySnapshot,
    FileDraft,
    FilingContext,
    Kind,
    MarkerHome,
    NextAction,
    NoteDraft,
    Permissions,
    Proof,
    Receipt,
    Status,
    Step,
)

START = datetime(2026, 1, 1, tzinfo=UTC)  # the plain desk tells no times
FIELDS = (
    Field("subject", "Subject", Control.TEXT, "subject", "case", required=True, max_length=80),
    Field("text", "What happened?", Control.LONG_TEXT, "text", "case", required=True, rows=6),
)


class KeyAuth(httpx.Auth):
    """Shows a key with each request."""

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["X-Api-Key"] = self._key
        yield request


class PlainVendor(Vendor):
    """Files a case and adds to it; what it did cannot be looked up."""

    key = "plain"
    name = "Plain Desk"
    credential_fields = (Field("key", "Key", Control.TEXT, required=True, secret=True),)
    host_pattern = re.compile(r"^desk\.plain\.example$")
    capabilities = Capabilities(
        kinds=frozenset({Kind.CREATE, Kind.NOTE, Kind.FILE}), note_max_length=500
    )
    statuses: ClassVar[Mapping[str, Status]] = {"open": Status.OPEN, "done": Status.CLOSED}

    @classmethod
    def auth(cls, secrets: Mapping[str, str]) -> httpx.Auth:
        return KeyAuth(secrets["key"])

    @classmethod
    def base_url(cls, secrets: Mapping[str, str]) -> str:
        return "https://desk.plain.example"

    @classmethod
    def credential_identity(cls, secrets: Mapping[str, str]) -> str:
        return hashlib.sha256(secrets["key"].encode()).hexdigest()[:12]

    @classmethod
    def portal_link(cls, case_id: str) -> str:
        return f"https://desk.plain.example/see/{quote(case_id, safe='')}"

    def strip_marker(self, text: str) -> tuple[str, str]:
        return markers.split(text)

    def limit_problem(self, kind: Kind, text: str) -> str:
        longest = self.capabilities.note_max_length or 0
        over = len(markers.append(text, "P-00000000-2")) - longest
        return f"{over} characters too many." if kind is Kind.NOTE and over > 0 else ""

    def form_schema(self, answers: Answers, context: FilingContext) -> FormSchema:
        return FormSchema((Section("case", "The case"),), FIELDS, complete=True)

    def steps(self, draft: CaseDraft) -> tuple[Step, ...]:
        return (Step(Kind.CREATE, "File the case", draft.marker, MarkerHome.NONE, _body(draft)),)

    def summary(self, draft: CaseDraft) -> CaseSummary:
        return CaseSummary(draft.text("subject"), draft.text("text"), (), "", None, draft.contact)

    def check(self) -> Proof:
        self._answered(self.client.call("GET", "/me", operation="check"))
        return Proof(proven=("The key is accepted.",))

    def file_case(self, draft: CaseDraft) -> Receipt:
        response = self.client.call("POST", "/cases", operation="create", json=_body(draft))
        return _receipt(self._answered(response))

    def fetch_case(self, case_id: str) -> CaseSnapshot:
        path = f"/cases/{segment(case_id)}"
        return _snapshot(self._answered(self.client.call("GET", path, operation="read")), case_id)

    def add_note(self, case_id: str, note: NoteDraft) -> Receipt:
        path = f"/cases/{segment(case_id)}/notes"
        body = {"text": markers.append(note.text, note.marker)}
        response = self.client.call("POST", path, operation="note", json=body)
        return _receipt(self._answered(response))

    def attach_file(self, case_id: str, file: FileDraft) -> Receipt:
        with opened(file.open) as stream:
            response = self.client.upload(
                f"/cases/{segment(case_id)}/files",
                operation="file",
                file_part="file",
                name=file.name,
                content_type=file.content_type,
                size=file.size,
                stream=stream,
            )
        return _receipt(self._answered(response))

    def _answered(self, response: VendorResponse) -> Any:
        if response.is_success:
            return response.json()
        words = response.content.decode(errors="replace")
        match response.status:
            case 401:
                raise Unauthorised(words, status=401)
            case 404:
                raise NotFound(words, status=404)
            case 422:
                raise Refused(words, status=422)
            case 429:
                wait = retry_after(response.headers, utc_now())
                raise Busy(words, retry_after=wait, status=429)
        raise Unclear(words, status=response.status)


def _body(draft: CaseDraft) -> dict[str, str]:
    return {"subject": draft.text("subject"), "text": draft.text("text")}


def _receipt(answer: Any) -> Receipt:
    match answer:
        case {"id": str(identity)} if identity:
            return Receipt(vendor_id=identity)
    raise Unclear("The answer has no id.")


def _snapshot(answer: Any, case_id: str) -> CaseSnapshot:
    if not isinstance(answer, dict) or answer.get("id") != case_id:
        raise Unclear("The answer is not the case asked for.")
    return CaseSnapshot(
        vendor_id=case_id,
        subject=str(answer.get("subject", "")),
        description=str(answer.get("text", "")),
        vendor_status="open",
        status=Status.OPEN,
        vendor_severity="",
        severity_rank=None,
        next_action=NextAction.VENDOR,
        category_path=(),
        created_at=None,
        modified_at=None,
        closed_at=None,
        permissions=Permissions(request_close=False),
        contact=Contact(),
        entries=tuple(_entry(number, note) for number, note in enumerate(answer["notes"])),
    )


def _entry(number: int, said: Any) -> EntrySnapshot:
    text, marker = markers.split(str(said))
    return EntrySnapshot(EntryKind.NOTE, "", text, START, f"note:{number}", marker=marker)
