"""The case page: what it tells whom, and when it asks by itself whether anything changed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from cases.models import Attachment, Case, Push
from cases.models.push import State
from cases.models.timeline import Audience
from portal.accounts.models import Membership, Organization
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.factories import (
    AttachmentFactory,
    CaseFactory,
    CaseReferenceFactory,
    EntryFactory,
    MembershipFactory,
    PushEventFactory,
    PushFactory,
)
from vendors.vocabulary import EntryKind, Kind, NextAction, Status

WATCH = {"HX-Request": "true", "Caseport-Watch": "1"}


@pytest.fixture
def casey(db: None, client: Client) -> Membership:
    """A signed-in requester."""
    membership = MembershipFactory(role=Role.REQUESTER)
    client.force_login(membership.user)
    return membership


@pytest.fixture
def case(casey: Membership) -> Case:
    """A case casey filed and the vendor has."""
    made: Case = CaseFactory(
        organization=casey.organization,
        filed_by=casey.user,
        mirrored_at=timezone.now(),
        vendor_status="Work in progress",
        status=Status.OPEN,
    )
    return made


def reseller_of(case: Case) -> Organization:
    assert case.reseller is not None
    return case.reseller


def agent_of(case: Case, role: Role = Role.AGENT) -> Client:
    """A client signed in as staff of the case's reseller."""
    client = Client()
    client.force_login(MembershipFactory(organization=reseller_of(case), role=role).user)
    return client


def opened(client: Client, case: Case) -> Page:
    return Page(client.get(f"/cases/{case.reference}/"))


def test_the_page_names_the_case_for_tools(case: Case, client: Client) -> None:
    root = opened(client, case).one("data-case")
    assert root["data-case"] == case.reference
    assert root["data-vendor-case"] == case.vendor_id
    assert root["data-status"] == "open"


def test_every_entry_says_its_kind_audience_and_delivery(case: Case, client: Client) -> None:
    note = EntryFactory(case=case)
    PushFactory(case=case, entry=note, state=State.PENDING)
    EntryFactory(case=case, author=None, author_organization=None, vendor_author="Priya")
    EntryFactory(
        case=case, author=None, author_organization=None, kind=EntryKind.STATUS, title="New → Open"
    )
    told = [
        (entry["data-kind"], entry["data-audience"], entry["data-delivery"])
        for entry in opened(client, case).all("data-entry")
    ]
    assert told == [
        ("note", "vendor", "waiting"),
        ("note", "vendor", "received"),
        ("status", "vendor", "received"),
    ]


@pytest.mark.parametrize(
    ("state", "key"),
    [
        (State.PENDING, "waiting"),
        (State.UNCERTAIN, "unconfirmed"),
        (State.AWAITING, "unconfirmed"),
        (State.DONE, "with_vendor"),
        (State.REFUSED, "failed"),
        (State.PARKED, "failed"),
        (State.NEEDS_PERSON, "needs_person"),
        (State.WITHDRAWN, "withdrawn"),
    ],
)
def test_an_entrys_delivery_is_its_steps(
    case: Case, client: Client, state: State, key: str
) -> None:
    PushFactory(case=case, entry=EntryFactory(case=case), state=state)
    assert opened(client, case).one("data-entry")["data-delivery"] == key


def test_an_edited_step_speaks_for_the_one_it_replaced(case: Case, client: Client) -> None:
    entry = EntryFactory(case=case)
    old = PushFactory(case=case, entry=entry, state=State.SUPERSEDED, position=5)
    PushFactory(case=case, entry=entry, state=State.DONE, position=5, replaces=old)
    assert opened(client, case).one("data-entry")["data-delivery"] == "with_vendor"


def test_a_reseller_files_for_a_customer_and_both_are_named(case: Case, client: Client) -> None:
    reseller = reseller_of(case)
    riley = MembershipFactory(organization=reseller, role=Role.AGENT).user
    entry = EntryFactory(
        case=case, kind=EntryKind.SYSTEM, author=riley, author_organization=reseller
    )
    PushFactory(case=case, entry=entry, kind=Kind.CREATE, state=State.DONE)
    told = opened(client, case).one("data-entry").text
    assert f"Filed by {riley.name} ({reseller.name}) for {case.organization}" in told


def test_a_note_of_the_resellers_own_is_not_on_the_customers_page(
    case: Case, client: Client
) -> None:
    secret = EntryFactory(
        case=case,
        audience=Audience.INTERNAL,
        author_organization=reseller_of(case),
        text="Their contract ends in May.",
    )
    file = AttachmentFactory(case=case, entry=secret, name="contract.txt")
    page = client.get(f"/cases/{case.reference}/").content.decode()
    assert secret.text not in page
    assert file.name not in page
    staff = agent_of(case).get(f"/cases/{case.reference}/").content.decode()
    assert secret.text in staff
    assert file.name in staff


def test_vendor_text_is_text(case: Case, client: Client) -> None:
    case.subject = "<b>bold</b>"
    case.facts = [{"label": "<i>l", "value": "<script>f</script>"}]
    case.save()
    words = '<script>alert(1)</script>\nsee https://vendor.example/a?b="c" <img src=x onerror=y>'
    EntryFactory(case=case, author=None, vendor_author="<u>me</u>", text=words)
    page = client.get(f"/cases/{case.reference}/").content.decode()
    for raw in ("<script>alert", "<script>f", "<img src=x", "<b>bold", "<u>me", "<i>l"):
        assert raw not in page
    assert 'rel="nofollow"' in page


def test_what_the_vendor_answered_beside_is_text_for_staff(case: Case, client: Client) -> None:
    receipt = {"vendor_id": "1", "facts": {"diagnostic-url": "https://vendor.example/diag/77"}}
    push = PushFactory(case=case, entry=EntryFactory(case=case), state=State.DONE, receipt=receipt)
    PushEventFactory(push=push)
    assert "diag/77" not in opened(client, case).text
    told = opened(agent_of(case), case)
    assert "https://vendor.example/diag/77" in told.one("id", f"attempts-{push.entry_id}").text
    assert "https://vendor.example/diag/77" not in [
        a.attributes.get("href") for a in told.tagged("a")
    ]


def told_by_vendor(case: Case, kind: EntryKind, title: str, at: datetime) -> None:
    EntryFactory(
        case=case,
        author=None,
        author_organization=None,
        kind=kind,
        title=title,
        text="",
        occurred_at=at,
    )


def events(client: Client, case: Case) -> list[str]:
    return [entry["data-kind"] for entry in opened(client, case).all("data-entry")]


def test_a_milestone_that_repeats_a_change_of_status_is_not_told_twice(
    case: Case, client: Client
) -> None:
    now = timezone.now()
    told_by_vendor(case, EntryKind.STATUS, "Unassigned → Assigned", now)
    told_by_vendor(case, EntryKind.MILESTONE, "assigned", now + timedelta(seconds=20))
    assert events(client, case) == ["status"]


@pytest.mark.parametrize(("word", "hours"), [("Assigned", 1), ("Resolved", 0)])
def test_a_milestone_of_another_word_or_moment_stays(
    case: Case, client: Client, word: str, hours: int
) -> None:
    now = timezone.now()
    told_by_vendor(case, EntryKind.STATUS, "Unassigned → Assigned", now)
    told_by_vendor(case, EntryKind.MILESTONE, word, now + timedelta(hours=hours))
    assert sorted(events(client, case)) == ["milestone", "status"]


def test_attempts_are_for_staff(case: Case, client: Client) -> None:
    push = PushFactory(case=case, entry=EntryFactory(case=case), state=State.DONE)
    PushEventFactory(push=push, why="claimed", by_worker="web-1:77")
    assert "web-1:77" not in opened(client, case).text
    assert push.marker not in opened(client, case).text
    assert "web-1:77" in opened(agent_of(case), case).text


def test_our_marker_is_no_reference_of_the_customers(case: Case, client: Client) -> None:
    CaseReferenceFactory(case=case, kind="marker", value="P-7Q2MK4XD")
    CaseReferenceFactory(case=case, kind="customer", value="NW-2231")
    told = opened(client, case).text
    assert "NW-2231" in told
    assert "P-7Q2MK4XD" not in told


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"next_action": NextAction.US}, "is waiting for you"),
        ({"next_action": NextAction.VENDOR}, "acts next"),
        ({"status": Status.CLOSED}, "closed this case"),
        ({"vendor_id": None}, "does not have"),
    ],
)
def test_the_head_says_who_acts_next(
    case: Case, client: Client, columns: dict[str, Any], words: str
) -> None:
    Case.everything.filter(pk=case.pk).update(**columns)
    assert words in opened(client, case).text


def test_what_the_vendor_does_not_allow_is_disabled_with_the_reason(
    case: Case, client: Client
) -> None:
    Case.everything.filter(pk=case.pk).update(can_request_close=False, can_attach_file=False)
    page = opened(client, case)
    assert "Akamai does not allow close requests on this case" in page.text
    assert "Akamai does not allow files on this case" in page.text
    assert len([button for button in page.all("disabled") if button.tag == "button"]) == 2


def test_a_note_for_the_vendor_is_not_offered_where_it_allows_none(
    case: Case, client: Client
) -> None:
    Case.everything.filter(pk=case.pk).update(can_add_note=False)
    offered = [radio["value"] for radio in opened(client, case).all("name", "audience")]
    assert offered == ["customer", "internal"]


def test_a_case_hidden_from_its_customer_has_no_note_for_the_customer(case: Case) -> None:
    Case.everything.filter(pk=case.pk).update(visible_to_customer=False)
    offered = [radio["value"] for radio in opened(agent_of(case), case).all("name", "audience")]
    assert offered == ["vendor", "internal"]


def test_a_viewer_reads_and_writes_nothing(case: Case) -> None:
    client = Client()
    client.force_login(MembershipFactory(organization=case.organization, role=Role.VIEWER).user)
    page = opened(client, case)
    assert "Your role reads this case" in page.text
    assert not page.all("name", "audience")


def test_limits_are_told_before_a_file_is_chosen(case: Case, client: Client) -> None:
    page = opened(client, case)
    assert "Up to 2 GB each and 10 at once" in page.one("id", "file-files_helptext").text


def test_a_file_that_is_not_scanned_yet_has_no_link(case: Case, client: Client) -> None:
    waiting = AttachmentFactory(case=case, name="core.dmp", scan=Attachment.Scan.WAITING)
    page = opened(client, case)
    assert "Waiting to be scanned" in page.text
    links = [link.attributes.get("href", "") for link in page.tagged("a")]
    assert not any(str(waiting.pk) in link for link in links)


def test_a_step_behind_a_failed_one_says_so(case: Case, client: Client) -> None:
    PushFactory(case=case, entry=EntryFactory(case=case), state=State.REFUSED)
    behind = EntryFactory(case=case)
    PushFactory(case=case, entry=behind, state=State.PENDING)
    told = opened(client, case).one("data-entry", str(behind.pk)).text
    assert "Waits for an earlier step" in told


def test_only_who_may_settle_is_asked_and_others_read_a_sentence(
    case: Case, client: Client
) -> None:
    entry = EntryFactory(case=case)
    push = PushFactory(
        case=case, entry=entry, state=State.NEEDS_PERSON, kind=Kind.NOTE, sent_at=timezone.now()
    )
    address = f"/cases/{case.reference}/steps/{push.pk}/settle/"
    customer, staff = opened(client, case), opened(agent_of(case), case)
    assert not customer.all("action", address)
    assert "will look at Akamai and decide" in customer.text
    assert staff.one("action", address)
    assert push.marker in staff.text


def test_strangers_find_nothing(case: Case) -> None:
    stranger = Client()
    stranger.force_login(MembershipFactory(role=Role.MANAGER).user)
    for path in ("", "note/", "refresh/", "close/", "file/", "assign/"):
        address = f"/cases/{case.reference}/{path}"
        answer = stranger.post(address) if path else stranger.get(address)
        assert answer.status_code == 404


SELDOM = "every 5s"  # no rarer than vendors are read, which the demo does so often


@pytest.mark.parametrize(("reads", "asks"), [(60, "every 10s"), (5, SELDOM), (0.5, "every 2s")])
def test_an_open_case_is_watched_seldom_and_a_closed_one_not_at_all(
    case: Case, client: Client, settings: LazySettings, reads: float, asks: str
) -> None:
    settings.SYNC_SECONDS = reads
    assert opened(client, case).one("data-watch")["hx-trigger"] == asks
    Case.everything.filter(pk=case.pk).update(status=Status.CLOSED)
    assert not opened(client, case).all("data-watch")


@pytest.mark.parametrize("state", [State.NEEDS_PERSON, State.REFUSED, State.PARKED])
def test_a_page_that_waits_for_a_person_asks_seldom(
    case: Case, client: Client, state: State
) -> None:
    PushFactory(case=case, entry=EntryFactory(case=case), state=state)
    PushFactory(case=case, entry=EntryFactory(case=case), state=State.PENDING)  # waits behind it
    assert opened(client, case).one("data-watch")["hx-trigger"] == SELDOM


def test_a_page_asks_often_at_first_and_seldom_later(case: Case, client: Client) -> None:
    push = PushFactory(case=case, entry=EntryFactory(case=case))
    assert opened(client, case).one("data-watch")["hx-trigger"] == "every 2s"
    long_ago = timezone.now() - timedelta(hours=1)
    Push.everything.filter(pk=push.pk).update(waiting_since=long_ago)
    assert opened(client, case).one("data-watch")["hx-trigger"] == SELDOM


def test_the_composer_stands_outside_what_changes_by_itself(case: Case, client: Client) -> None:
    PushFactory(case=case, entry=EntryFactory(case=case))
    part = Page(client.get(f"/cases/{case.reference}/", headers=WATCH))
    assert part.one("data-case")
    assert not part.all("name", "audience")
    assert not part.all("data-focus")
    assert not part.tagged("html")


def test_a_page_that_asks_gets_nothing_while_nothing_changed(case: Case, client: Client) -> None:
    push = PushFactory(case=case, entry=EntryFactory(case=case))
    address = f"/cases/{case.reference}/"
    first = client.get(address, headers=WATCH)
    seen = first.context["seen"]
    assert client.get(address, {"seen": seen}, headers=WATCH).status_code == 204
    Push.everything.filter(pk=push.pk).update(state=State.UNCERTAIN)
    changed = client.get(address, {"seen": seen}, headers=WATCH)
    assert Page(changed).one("data-entry")["data-delivery"] == "unconfirmed"


def test_a_page_whose_case_was_closed_stops_asking(case: Case, client: Client) -> None:
    Case.everything.filter(pk=case.pk).update(status=Status.CLOSED)
    last = client.get(f"/cases/{case.reference}/", headers=WATCH)
    assert last.status_code == 286
    assert not Page(last).all("data-watch")


def test_a_case_page_costs_the_same_queries_however_long_its_timeline(
    case: Case, django_assert_max_num_queries: Any
) -> None:
    client = agent_of(case)

    def queries() -> int:
        with django_assert_max_num_queries(13) as asked:
            assert client.get(f"/cases/{case.reference}/").status_code == 200
        return len(asked)

    def add() -> None:
        entry = EntryFactory(case=case)
        AttachmentFactory(case=case, entry=entry)
        push = PushFactory(case=case, entry=entry, state=State.REFUSED)
        PushEventFactory(push=push, by_user=entry.author)

    add()
    client.get(f"/cases/{case.reference}/")  # the first page of a session writes its stamps
    one = queries()
    for _ in range(20):
        add()
    assert queries() == one
