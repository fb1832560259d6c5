"""The order of a timeline, its long texts and the times of its files."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from cases.models import Attachment, Case
from cases.models.push import State
from cases.templatetags.case_words import LONG_TEXT, SHOWN_TEXT, halves
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.factories import (
    AttachmentFactory,
    CaseFactory,
    EntryFactory,
    MembershipFactory,
    PushFactory,
)
from vendors.connections.offered import name_of
from vendors.vocabulary import EntryKind, Kind

AT = datetime(2026, 3, 12, 14, 10, 20, 400_000, tzinfo=UTC)


@pytest.fixture
def case(db: None, client: Client) -> Case:
    manager = MembershipFactory(role=Role.MANAGER)
    client.force_login(manager.user)
    made: Case = CaseFactory(organization=manager.organization)
    return made


def told(client: Client, case: Case) -> list[str]:
    """The entries' words, in the order of the page."""
    page = Page(client.get(f"/cases/{case.reference}/"))
    words = ("Filed by", "Created", "First note", "Their answer", "Open → Closed", "Our thanks")
    return [next(word for word in words if word in entry.text) for entry in page.all("data-entry")]


def of_vendor(case: Case, at: datetime, **columns: object) -> None:
    seen = columns.pop("seen", at + timedelta(minutes=5))
    EntryFactory(
        case=case,
        author=None,
        author_organization=None,
        occurred_at=at,
        created_at=seen,
        **columns,
    )


def test_what_happened_in_one_moment_stands_in_the_order_of_its_meaning(
    case: Case, client: Client
) -> None:
    second = AT.replace(microsecond=0)
    of_vendor(case, second, kind=EntryKind.STATUS, title="Open → Closed", text="")
    of_vendor(case, second, kind=EntryKind.NOTE, text="Their answer")
    of_vendor(case, second, kind=EntryKind.MILESTONE, title="Created", text="")
    filed = EntryFactory(case=case, kind=EntryKind.SYSTEM, text="Words", occurred_at=AT)
    PushFactory(case=case, entry=filed, kind=Kind.CREATE, state=State.DONE)
    assert told(client, case) == ["Filed by", "Created", "Their answer", "Open → Closed"]


def test_a_vendors_time_without_seconds_is_not_before_what_it_answers(
    case: Case, client: Client
) -> None:
    minute = AT.replace(second=0, microsecond=0)
    EntryFactory(case=case, text="First note", occurred_at=minute + timedelta(seconds=20))
    seen = minute + timedelta(seconds=40)
    of_vendor(case, minute, kind=EntryKind.NOTE, text="Their answer", seen=seen)
    EntryFactory(case=case, text="Our thanks", occurred_at=minute + timedelta(seconds=50))
    assert told(client, case) == ["First note", "Their answer", "Our thanks"]


def test_a_file_has_one_time_wherever_it_is_told(case: Case, client: Client) -> None:
    entry = EntryFactory(case=case, kind=EntryKind.FILE, occurred_at=AT)
    later = AT + timedelta(hours=3)
    AttachmentFactory(case=case, entry=entry, scan=Attachment.Scan.CLEAN, created_at=later)
    page = client.get(f"/cases/{case.reference}/").content.decode()
    assert page.count(f'datetime="{AT.isoformat(timespec="seconds")}"') == 2
    assert later.isoformat(timespec="seconds") not in page


def test_a_long_text_is_folded_and_nothing_of_it_is_lost(case: Case, client: Client) -> None:
    EntryFactory(case=case, text="First note " + "word " * 8000 + "END")
    page = Page(client.get(f"/cases/{case.reference}/"))
    fold = next(e for e in page.tagged("details") if "long-text" in e.attributes.get("class", ""))
    assert fold.text.startswith("Show all 40,")
    assert fold.text.endswith("END")
    assert "open" not in fold.attributes


@pytest.mark.parametrize(
    "text", ["x" * (LONG_TEXT + 1), "a b\n" * 50, "\n" * 60 + "end", "word " * LONG_TEXT]
)
def test_both_halves_are_the_whole_text(text: str) -> None:
    beginning, rest = halves(text)
    assert beginning + rest == text
    assert rest
    assert len(beginning) <= SHOWN_TEXT
    assert halves("short\ntext") == ("short\ntext", "")


def test_a_customers_person_writing_at_the_vendor_is_not_the_vendors(
    case: Case, client: Client
) -> None:
    of_vendor(case, AT, kind=EntryKind.EMAIL, vendor_author="Lena Brandt", is_customers=True)
    of_vendor(case, AT, kind=EntryKind.EMAIL, vendor_author="Maya Olsen")
    vendor = name_of(case.connection.vendor)
    page = Page(client.get(f"/cases/{case.reference}/"))
    assert f"Lena Brandt by way of {vendor}" in page.text
    assert f"Maya Olsen {vendor}" in page.text
