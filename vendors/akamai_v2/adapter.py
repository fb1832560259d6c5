"""Akamai Case Management v2: its facts, and its thirteen operations as our verbs.

Every path, parameter and body follows the vendor's v2 page,
https://developer.akamai.com/api/luna/cases/resources.html.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

from vendors import markers
from vendors.akamai_v2 import answers, form, look, mapping, payload
from vendors.akamai_v2.shapes import members, text
from vendors.contract import Capabilities, CredentialSection, Unsupported, Vendor
from vendors.http import edgerc
from vendors.http.answer import VendorResponse, clock_ahead
from vendors.http.edgegrid import EdgeGridAuth
from vendors.http.errors import Unclear
from vendors.http.hosts import segment
from vendors.http.multipart import opened
from vendors.schema import Answers, Control, Field, FormSchema
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
    MarkerHome,
    NoteDraft,
    Proof,
    Receipt,
    Sought,
    Step,
)

ROOT = "/case-management/v2"
CASES = f"{ROOT}/cases"
ALL_CASES = "all"  # of the API user and of the whole account, open and closed

FILTERS = ("product", "problem", "area", "service")
# operation -> (path, the query parameters it takes, the type its answer must have)
METADATA: dict[str, tuple[str, tuple[str, ...], type]] = {
    "categories": ("/categories", (), list),
    "sub-categories": ("/categories/{categoryType}/sub-categories", (), dict),
    "case-attributes": ("/categories/{categoryType}/case-attributes", FILTERS, dict),
    "severity-definitions": (
        "/categories/{categoryType}/severity-definitions",
        ("product",),
        list,
    ),
    "response-time-frequency": (
        "/categories/{categoryType}/response-time-frequency",
        ("product",),
        dict,
    ),
    "questionnaire": ("/questionnaires/{questionnaireId}", (), dict),
}

_PARAMETER = re.compile(r"\{(\w+)\}")

METADATA_SECONDS = 15.0
SIGN_AGAIN = 5.0  # seconds: a time of signing refused later than this is told, not tried anew


def _secret(key: str, label: str) -> Field:
    return Field(key, label, Control.TEXT, required=True, secret=True, max_length=200)


class AkamaiV2(Vendor):
    """The vendor's second API, signed with EdgeGrid."""

    key = "akamai_v2"
    name = "Akamai"
    product = "Case Management v2"
    withdrawn = (
        "Akamai deprecated this API on 18 August 2025 and announced its end for 17 November 2025. "
        "Case Management v3 takes its place."
    )
    credential_fields = (
        Field(
            "host",
            "Host",
            Control.TEXT,
            required=True,
            max_length=120,
            help="As in the credential file: akab-….luna.akamaiapis.net",
        ),
        _secret("client_token", "Client token"),
        _secret("client_secret", "Client secret"),
        _secret("access_token", "Access token"),
    )
    credential_file = ".edgerc"
    host_pattern = re.compile(r"^ak[a-z]{2}-[a-z0-9]{8,32}-[a-z0-9]{8,32}\.luna\.akamaiapis\.net$")
    capabilities = Capabilities(
        kinds=frozenset({Kind.CREATE, Kind.NOTE, Kind.FILE, Kind.CLOSE}),
        close_label="Request close",
        close_explains="Akamai is asked to close the case and closes it itself.",
    )
    statuses = mapping.STATUSES
    can_find: ClassVar[Mapping[Kind, Find]] = {kind: Find.LIST for kind in capabilities.kinds}
    files_question = payload.FILES

    @classmethod
    def portal_link(cls, case_id: str) -> str:
        here = "https://control.akamai.com/apps/case-management/"
        return f"{here}#/cases/{quote(case_id, safe='')}/view" if case_id else here

    @classmethod
    def auth(cls, secrets: Mapping[str, str]) -> EdgeGridAuth:
        return EdgeGridAuth(
            secrets["client_token"], secrets["client_secret"], secrets["access_token"]
        )

    @classmethod
    def base_url(cls, secrets: Mapping[str, str]) -> str:
        host = secrets.get("host", "").strip().strip("\"'")
        return f"https://{host.removeprefix('https://').rstrip('/')}" if host else ""

    @classmethod
    def credential_identity(cls, secrets: Mapping[str, str]) -> str:
        # client token and secret change when a credential is renewed; the access token is the
        # API client's own and stays
        seen = hashlib.sha256(secrets["access_token"].encode()).hexdigest()
        return f"API client {seen[:12]}"

    @classmethod
    def read_credential_file(cls, text: str) -> dict[str, CredentialSection]:
        return {
            name: CredentialSection(section.fields, tuple(section.remarks))
            for name, section in edgerc.read(text).items()
        }

    def strip_marker(self, text: str) -> tuple[str, str]:
        return markers.split(text)

    # schema

    def fetch_metadata(self, operation: str, params: Mapping[str, str]) -> Any:
        if operation not in METADATA:
            raise Unsupported(f"metadata {operation}")
        template, filters, shape = METADATA[operation]
        wanted = {name: segment(params.get(name, "")) for name in _PARAMETER.findall(template)}
        path = template.format(**wanted)
        query = {name: params[name] for name in filters if params.get(name)}
        value = self._get(f"{ROOT}{path}", operation, query, METADATA_SECONDS)
        if not isinstance(value, shape):
            raise Unclear("The answer was not what was asked for.")
        return value

    def form_schema(self, answers: Answers, context: FilingContext) -> FormSchema:
        return form.form_schema(self.catalogue.read, answers, context)

    def steps(self, draft: CaseDraft) -> tuple[Step, ...]:
        return payload.steps(draft)

    def summary(self, draft: CaseDraft) -> CaseSummary:
        return payload.summary(draft)

    # verbs

    def check(self) -> Proof:
        response = self._answered(
            lambda: self.client.call("GET", f"{ROOT}/categories", operation="check"), reading=True
        )
        categories = response.json()
        open_cases = self._list("user-active", 1, "check")
        if not isinstance(categories, list) or not isinstance(open_cases, list):
            raise Unclear("The answer was not what was asked for.")
        return Proof(
            proven=(
                "The signature is accepted.",
                f"{len(categories)} case categories can be read.",
                "Cases can be listed.",
            ),
            not_proven=("Filing, notes, files and close requests need READ-WRITE access.",),
            clock_skew=clock_ahead(response.headers, _now()),
        )

    def file_case(self, draft: CaseDraft) -> Receipt:
        return answers.created(self._post(CASES, "create", payload.case_body(draft)))

    def fetch_case(self, case_id: str) -> CaseSnapshot:
        return mapping.snapshot(self._case(case_id), case_id)

    def changed_cases(self, since: datetime | None) -> Iterator[ListedCase]:
        """Every case created since then: the vendor's `duration` counts days since creation."""
        days = look.days_since(since, _now()) if since else self.list_max_age_days
        yield from mapping.listed(self._list(ALL_CASES, min(days, self.list_max_age_days), "list"))

    def add_note(self, case_id: str, note: NoteDraft) -> Receipt:
        body = {"comment": markers.append(note.text, note.marker)}
        raw = self._post(f"{CASES}/{segment(case_id)}/notes", "note", body)
        return answers.updated(raw, case_id)

    def attach_file(self, case_id: str, file: FileDraft) -> Receipt:
        def send() -> VendorResponse:
            with opened(file.open) as stream:
                return self.client.upload(
                    f"{CASES}/{segment(case_id)}/files",
                    operation="file",
                    file_part="file",
                    name=file.name,
                    content_type=file.content_type,
                    size=file.size,
                    stream=stream,
                    fields={"comment": markers.append(file.comment, file.marker)},
                )

        return answers.updated(self._answered(send, reading=False).json(), case_id)

    def fetch_file(self, case_id: str, file_id: str) -> AbstractContextManager[Iterator[bytes]]:
        return self._file(f"{CASES}/{segment(case_id)}/files/{segment(file_id)}")

    def request_close(self, case_id: str, reason: NoteDraft) -> Receipt:
        body = {"comment": markers.append(reason.text, reason.marker)}
        raw = self._post(f"{CASES}/{segment(case_id)}/close-request", "close", body)
        return answers.updated(raw, case_id)

    def find(self, sought: Sought) -> Finding:
        if sought.kind is Kind.CREATE:
            return self._find_case(sought)
        case = members(self._case(sought.case_id))
        mapping.snapshot(case, sought.case_id)  # it is that case, or the look is not clean
        return look.entry_finding(case.get("activities"), sought)

    def _find_case(self, sought: Sought) -> Finding:
        days = look.days_since(sought.sent_at, _now())
        recent = look.worth_reading(self._list(ALL_CASES, days, "find"), sought)
        alike = self._whole([line for line in recent if look.has_subject(line, sought)])
        matches = [info for info in alike if look.carries(info, sought)]
        if not matches and sought.marker_home is not MarkerHome.NONE:
            # our case has our subject, unless the vendor changed it: be sure it is nowhere
            others = self._whole([line for line in recent if not look.has_subject(line, sought)])
            matches = [info for info in others if look.carries(info, sought)]
        return look.case_finding(matches, alike)

    def _whole(self, lines: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        found = []
        for case_id in (text(line.get("caseId")) for line in lines):
            case = members(self._case(case_id))
            mapping.snapshot(case, case_id)  # it is that case, or the look is not clean
            found.append(members(case.get("ticketInfo")))
        return found

    # calls

    def _case(self, case_id: str) -> Any:
        return self._get(f"{CASES}/{segment(case_id)}", "read")

    def _list(self, kind: str, days: int, operation: str) -> Any:
        return self._get(CASES, operation, {"type": kind, "duration": str(days)})

    def _get(
        self,
        path: str,
        operation: str,
        params: Mapping[str, str] | None = None,
        limit: float = 60.0,
    ) -> Any:
        def send() -> VendorResponse:
            return self.client.call("GET", path, operation=operation, params=params, deadline=limit)

        return self._answered(send, reading=True).json()

    def _post(self, path: str, operation: str, body: Mapping[str, Any]) -> Any:
        def send() -> VendorResponse:
            return self.client.call("POST", path, operation=operation, json=body)

        return self._answered(send, reading=False).json()

    def _answered(self, send: Callable[[], VendorResponse], *, reading: bool) -> VendorResponse:
        """The answer if it is a success; a refused time of signing is signed anew once."""
        began = time.monotonic()
        response = send()
        if answers.clock_was_refused(response) and time.monotonic() - began < SIGN_AGAIN:
            response = send()
        if not response.is_success:
            raise answers.problem(response, reading=reading, now=_now())
        return response

    @contextmanager
    def _file(self, path: str) -> Iterator[Iterator[bytes]]:
        with self.client.download(path, operation="fetch") as (response, pieces):
            if not response.is_success:
                raise answers.problem(response, reading=True, now=_now())
            kind = response.headers.get("content-type", "").lower()
            if kind.startswith(("text/html", "application/json", "application/problem+json")):
                raise Unclear("The answer was not the file.", status=response.status)
            yield pieces


def _now() -> datetime:
    return datetime.now(UTC)
