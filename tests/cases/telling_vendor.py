"""A vendor that tells exactly what a test puts in its mouth, or fails as the test says.

It is opened through the ordinary registry, so these tests cross every line a real vendor does.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from cases import sync
from cases.models import Case
from tests.factories import ConnectionFactory, CustomerFactory
from vendors.connections.models import Connection
from vendors.contract import Capabilities, Vendor
from vendors.http.errors import NotFound
from vendors.schema import Field
from vendors.vocabulary import (
    CaseSnapshot,
    Contact,
    Kind,
    ListedCase,
    NextAction,
    Permissions,
    Status,
)

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class TellingVendor(Vendor):
    """What a test turns: `told`, `failing` by case id or "list", and what was `asked` for."""

    key = "telling"
    name = "Telling"
    credential_fields: ClassVar[tuple[Field, ...]] = ()
    host_pattern = re.compile("telling.example")
    capabilities = Capabilities(kinds=frozenset(Kind))
    statuses: ClassVar[Mapping[str, Status]] = {}

    told: ClassVar[dict[str, CaseSnapshot]] = {}
    failing: ClassVar[dict[str, Exception]] = {}
    asked: ClassVar[list[str]] = []

    @classmethod
    def credential_identity(cls, secrets: Mapping[str, str]) -> str:
        return "telling"

    def changed_cases(self, since: datetime | None) -> Iterator[ListedCase]:
        if "list" in self.failing:
            raise self.failing["list"]
        for case_id, snapshot in self.told.items():
            yield ListedCase(
                case_id, str(snapshot.modified_at), snapshot.created_at, snapshot.modified_at
            )

    def fetch_case(self, case_id: str) -> CaseSnapshot:
        self.asked.append(case_id)
        if case_id in self.failing:
            raise self.failing[case_id]
        if case_id not in self.told:
            raise NotFound("No such case.")
        return self.told[case_id]


def snapshot(case_id: str, **more: Any) -> CaseSnapshot:
    """A case as the vendor tells it."""
    plain = CaseSnapshot(
        vendor_id=case_id,
        subject=f"Subject of {case_id}",
        description="",
        vendor_status="Open",
        status=Status.OPEN,
        vendor_severity="",
        severity_rank=None,
        next_action=NextAction.VENDOR,
        category_path=(),
        created_at=START,
        modified_at=START,
        closed_at=None,
        permissions=Permissions(),
        contact=Contact(),
        entries=(),
    )
    return replace(plain, **more)


class Telling:
    """One connection to the vendor, and what happens there."""

    vendor = TellingVendor

    def __init__(self) -> None:
        owner = CustomerFactory().reseller
        self.connection: Connection = ConnectionFactory(owner=owner, vendor=TellingVendor.key)

    def tell(self, *case_ids: str, minutes: int = 0, **more: Any) -> None:
        """Show these cases, changed that many minutes after the start."""
        changed = START + timedelta(minutes=minutes)
        for case_id in case_ids:
            self.vendor.told[case_id] = snapshot(case_id, modified_at=changed, **more)

    def fail(self, name: str, error: Exception) -> None:
        self.vendor.failing[name] = error

    def mend(self, name: str) -> None:
        del self.vendor.failing[name]

    def pull(self) -> list[str]:
        """One pull now; the cases that were asked for."""
        self.vendor.asked.clear()
        Connection.objects.update(sync_started_at=None)
        sync.pull_due()
        self.connection.refresh_from_db()
        return list(self.vendor.asked)

    def case(self, case_id: str) -> Case:
        return Case.everything.get(vendor_id=case_id)


@pytest.fixture
def telling(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Telling]:
    monkeypatch.setenv("CASEPORT_EXTRA_VENDORS", "tests.cases.telling_vendor:TellingVendor")
    yield Telling()
    for kept in (TellingVendor.told, TellingVendor.failing, TellingVendor.asked):
        kept.clear()
