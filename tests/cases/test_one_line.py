"""No subject or name of somebody else reads as another than it is."""

import json
import unicodedata

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from cases.models import Attachment, Case, CaseReference, Entry
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.one_line import one_line
from tests.cases.telling_vendor import Telling
from tests.factories import (
    AttachmentFactory,
    CaseFactory,
    CaseReferenceFactory,
    DraftFactory,
    EntitlementFactory,
    EntryFactory,
    MembershipFactory,
)
from tests.world import World
from vendors.vocabulary import EntryKind, Fact

HOSTILE = "x\u202etxt.exe"  # drawn as it stands, it reads xexe.txt
HARMLESS = "xtxt.exe"
TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def is_harmless(page: str) -> bool:
    return not set(page) & set(TURNING)


@pytest.fixture
def casey(db: None, client: Client) -> User:
    """A signed-in manager whose own name is hostile."""
    member = MembershipFactory(role=Role.MANAGER)
    person: User = member.user
    person.name = HOSTILE
    person.save()
    client.force_login(person)
    return person


@pytest.fixture
def case(casey: User) -> Case:
    """A case all of whose lines are hostile."""
    home = casey.memberships.get().organization
    contact = dict.fromkeys(("contact_name", "contact_phone", "contact_company"), HOSTILE)
    words = {"vendor_status": HOSTILE, "vendor_severity": HOSTILE}
    made: Case = CaseFactory(organization=home, filed_by=casey, subject=HOSTILE, **contact, **words)
    ours = EntryFactory(case=made, author=casey, author_organization=home)
    theirs = {"author": None, "author_organization": None, "vendor_author": HOSTILE}
    EntryFactory(case=made, kind=EntryKind.STATUS, title=HOSTILE, **theirs)
    for entry in (ours, EntryFactory(case=made, title=HOSTILE, **theirs), None):
        AttachmentFactory(case=made, entry=entry, name=HOSTILE)
    CaseReferenceFactory(case=made, kind=CaseReference.Kind.CUSTOMER, value=HOSTILE)
    return made


def test_a_case_shows_no_line_that_turns(case: Case, client: Client) -> None:
    page = client.get(f"/cases/{case.reference}/").content.decode()
    assert page.count(HARMLESS) > 10
    assert is_harmless(page)


def test_no_list_shows_a_line_that_turns(case: Case, client: Client) -> None:
    account = EntitlementFactory(customer=case.organization).account
    DraftFactory(
        owner=case.filed_by,
        customer=case.organization,
        acting_in=case.organization,
        account=account,
        answers={"subject": HOSTILE},
    )
    for path in ("/", "/cases/?status=any", "/drafts/"):
        page = client.get(path).content.decode()
        assert HARMLESS in page, path
        assert is_harmless(page), path


def test_what_a_vendor_calls_a_file_is_stored_harmless_and_kept_raw(world: World) -> None:
    case = world.filed()
    world.played.engineer(case, action="file", name=HOSTILE, base64="aGVsbG8=")
    world.pull(case)
    assert Attachment.objects.get(case=case).name == HARMLESS
    kept = json.dumps(Case.everything.get(pk=case.pk).raw, ensure_ascii=False)
    assert HOSTILE in kept


def test_what_a_vendor_tells_of_a_case_is_mirrored_harmless(telling: Telling) -> None:
    telling.tell("T-1", subject="A plain one")
    telling.pull()
    facts = (Fact(HOSTILE, HOSTILE),)
    telling.tell("T-1", minutes=1, subject=HOSTILE, category_path=(HOSTILE,) * 2, facts=facts)
    telling.pull()
    case = telling.case("T-1")
    assert case.subject == HARMLESS
    assert case.category_path == [HARMLESS, HARMLESS]
    assert case.facts == [{"label": HARMLESS, "value": HARMLESS}]
    telling.tell("T-1", minutes=2, subject="\u202e")
    telling.pull()
    assert telling.case("T-1").subject == HARMLESS  # nothing to see is no subject


def test_also_a_line_written_without_its_model_is_cleaned(case: Case) -> None:
    Entry.objects.filter(case=case).update(title=HOSTILE)
    assert set(Entry.objects.filter(case=case).values_list("title", flat=True)) == {HARMLESS}


@pytest.mark.parametrize(
    "text", ["Störung 漢字", "👩\u200d👩\u200d👧", "می\u200cخواهم", "two\nlines", "عربي و English"]
)
def test_what_people_write_stays(text: str) -> None:
    assert one_line(text) == text


@given(st.text())
def test_a_line_is_visible_and_stays_as_it_is(text: str) -> None:
    line = one_line(text)
    unseen = {c for c in line if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert unseen <= set("\t\n\r\u200c\u200d")
    assert one_line(line) == line
