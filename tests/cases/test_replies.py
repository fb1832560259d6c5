"""What people add on the case page: as a plain form, and for htmx only what changed."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Attachment, Case, Entry, Push
from cases.models.timeline import Audience
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.factories import (
    CaseFactory,
    CustomerFactory,
    EntitlementFactory,
    MembershipFactory,
    PushFactory,
    ResellerFactory,
    VendorAccountFactory,
)
from tests.vendors.plain_vendor.adapter import PlainVendor
from vendors.connections.models import Connection
from vendors.vocabulary import Kind

HTMX = {"HX-Request": "true"}


@pytest.fixture
def case(db: None, client: Client) -> Case:
    """A case of a signed-in manager's organisation, with its vendor."""
    manager = MembershipFactory(role=Role.MANAGER)
    client.force_login(manager.user)
    made: Case = CaseFactory(organization=manager.organization)
    return made


def post(client: Client, case: Case, what: str, data: dict[str, Any], **more: Any) -> Any:
    return client.post(f"/cases/{case.reference}/{what}/", data, **more)


def note(text: str = "It happens again.", audience: str = "vendor") -> dict[str, Any]:
    return {"text": text, "audience": audience, "token": str(uuid4())}


def file(name: str = "trace.txt", content: bytes = b"a line\n") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/plain")


def pushes(case: Case) -> list[Push]:
    return list(Push.everything.filter(case=case))


def test_a_note_is_stored_and_owed_to_the_vendor(case: Case, client: Client) -> None:
    answer = post(client, case, "note", note())
    entry = Entry.objects.get(case=case)
    assert answer["Location"] == f"/cases/{case.reference}/#entry-{entry.pk}"
    assert [push.kind for push in pushes(case)] == [Kind.NOTE]
    assert "It happens again." in Page(client.get(f"/cases/{case.reference}/")).text


@pytest.mark.parametrize("audience", ["internal", "customer"])
def test_a_note_for_another_audience_is_owed_to_nobody(
    case: Case, client: Client, audience: str
) -> None:
    post(client, case, "note", note(audience=audience))
    assert Entry.objects.get(case=case).audience == audience
    assert pushes(case) == []


def test_sending_a_note_twice_makes_one(case: Case, client: Client) -> None:
    data = note()
    post(client, case, "note", data)
    post(client, case, "note", data)
    assert Entry.objects.filter(case=case).count() == 1
    assert len(pushes(case)) == 1


def test_a_blank_note_is_told_at_its_field(case: Case, client: Client) -> None:
    answer = post(client, case, "note", note(text="  \n "))
    page = Page(answer)
    assert answer.status_code == 422
    assert page.tagged("title")[0].text.startswith("Error: ")
    assert "#note-text" in [link.attributes.get("href") for link in page.tagged("a")]
    assert page.one("id", "note-text")["aria-invalid"] == "true"
    assert not Entry.objects.exists()


def test_a_refused_note_keeps_its_text_audience_and_token(case: Case, client: Client) -> None:
    Case.everything.filter(pk=case.pk).update(can_add_note=False)
    data = note("Two lines,\nkept as they are.", audience="vendor")
    page = Page(post(client, case, "note", data))
    area = page.one("id", "note-text")
    assert "Two lines,\nkept as they are." in "".join(area.pieces)
    assert page.one("id", "note-token")["value"] == data["token"]


def test_an_audience_that_was_not_offered_is_refused(case: Case, client: Client) -> None:
    Case.everything.filter(pk=case.pk).update(visible_to_customer=False)
    staff = Client()
    staff.force_login(MembershipFactory(organization=case.reseller, role=Role.AGENT).user)
    assert post(staff, case, "note", note(audience="customer")).status_code == 422
    assert post(staff, case, "note", note(audience="everybody")).status_code == 422
    assert not Entry.objects.exists()


def test_htmx_gets_a_fresh_form_the_case_beside_it_and_the_words(
    case: Case, client: Client
) -> None:
    data = note()
    answer = post(client, case, "note", data, headers=HTMX)
    page = Page(answer)
    assert page.one("id", "case")["hx-swap-oob"] == "morph"
    assert page.one("id", "note-token")["value"] != data["token"]
    assert page.one("id", "status").text == "Your note is stored."
    assert page.one("data-focus")["data-entry"] == data["token"]
    assert not page.tagged("html")
    assert not page.all("id", "attach-file")  # what stands typed in other forms is left alone


def test_htmx_gets_the_form_to_mend_alone(case: Case, client: Client) -> None:
    answer = post(client, case, "note", note(text=""), headers=HTMX)
    page = Page(answer)
    assert answer.status_code == 422
    assert page.one("id", "add-note")
    assert page.one("data-focus").text.startswith("There is a problem")
    assert not page.all("data-case")


def test_each_file_is_stored_and_a_step_of_its_own(case: Case, client: Client) -> None:
    data = {"files": [file(), file("log.txt")], "text": "Both ends.", "token": str(uuid4())}
    assert post(client, case, "file", data).status_code == 302
    assert [push.kind for push in pushes(case)] == [Kind.FILE, Kind.FILE]
    assert {f.name for f in Attachment.objects.filter(case=case)} == {"trace.txt", "log.txt"}


def test_no_file_is_told_at_its_field(case: Case, client: Client) -> None:
    answer = post(client, case, "file", {"text": "kept", "token": str(uuid4())})
    page = Page(answer)
    assert answer.status_code == 422
    assert "Choose a file first." in page.text
    assert "kept" in page.one("id", "file-text").text


def test_a_file_that_was_too_large_to_arrive_is_named(
    case: Case, client: Client, settings: Any
) -> None:
    settings.MAX_UPLOAD = 5_000
    data = {"files": file(content=b"x" * 6_000), "text": "", "token": str(uuid4())}
    answer = post(client, case, "file", data)
    assert answer.status_code == 422
    assert "trace.txt is larger than" in Page(answer).text
    assert not Attachment.objects.exists()


def test_an_empty_file_is_refused_with_its_name(case: Case, client: Client) -> None:
    data = {"files": file(content=b""), "text": "", "token": str(uuid4())}
    answer = post(client, case, "file", data)
    assert answer.status_code == 422
    assert "trace.txt is empty" in Page(answer).text


@pytest.mark.parametrize(("ends", "is_over"), [(250, False), (251, True)])
def test_a_refused_note_is_counted_and_drawn_as_over_its_limit(
    case: Case, client: Client, monkeypatch: pytest.MonkeyPatch, ends: int, is_over: bool
) -> None:
    monkeypatch.setenv("CASEPORT_EXTRA_VENDORS", "tests.vendors.plain_vendor.adapter:PlainVendor")
    Connection.objects.filter(pk=case.connection.pk).update(vendor=PlainVendor.key)
    page = Page(post(client, case, "note", note("a\r\n" * ends)))  # as browsers send a line's end
    assert page.one("data-count", "note-text").text == str(2 * ends)
    assert bool(page.all("class", "only-with-script over-limit")) is is_over


def test_a_close_request_needs_a_reason_and_is_owed(case: Case, client: Client) -> None:
    token = str(uuid4())
    assert post(client, case, "close", {"reason": "", "token": token}).status_code == 422
    assert post(client, case, "close", {"reason": "Solved.", "token": token}).status_code == 302
    assert [push.kind for push in pushes(case)] == [Kind.CLOSE]


def test_refresh_asks_for_a_read_and_the_page_watches_for_it(case: Case, client: Client) -> None:
    answer = post(client, case, "refresh", {}, headers=HTMX)
    case.refresh_from_db()
    assert case.refresh_wanted_at is not None
    assert Page(answer).one("data-watch")
    assert Page(answer).one("id", "status").text == "Asking Akamai now."


def test_a_case_the_vendor_has_not_cannot_be_read_there(case: Case, client: Client) -> None:
    Case.everything.filter(pk=case.pk).update(vendor_id=None)
    answer = client.post(f"/cases/{case.reference}/refresh/", follow=True)
    assert "Akamai does not have this case yet." in Page(answer).text


@pytest.mark.parametrize("what", ["note", "file", "close"])
def test_who_only_reads_may_not_write(case: Case, what: str) -> None:
    viewer = Client()
    viewer.force_login(MembershipFactory(organization=case.organization, role=Role.VIEWER).user)
    assert post(viewer, case, what, note()).status_code == 403


def test_the_customer_whose_account_the_vendor_names_is_proposed(db: None, client: Client) -> None:
    agent = MembershipFactory(organization=ResellerFactory(), role=Role.AGENT)
    ours, other = CustomerFactory.create_batch(2, reseller=agent.organization)
    case = CaseFactory(organization=ours, filed_by=None)
    account = VendorAccountFactory(connection=case.connection, account_id="1-NW", name="NW main")
    EntitlementFactory(customer=ours, account=account)
    client.force_login(agent.user)

    def proposed(named: str) -> list[str | None]:
        Case.everything.filter(pk=case.pk).update(organization=None, vendor_account=named)
        page = Page(client.get(f"/cases/{case.reference}/"))
        options = [o for o in page.tagged("option") if "selected" in o.attributes]
        return [o.attributes["value"] for o in options]

    assert proposed(" nw MAIN") == proposed("1-NW") == [ours.slug]
    assert proposed("Somebody else") == proposed("") == [""]
    EntitlementFactory(customer=other, account=account)
    assert proposed("1-NW") == [""]


@pytest.mark.parametrize("what", ["note", "file", "close", "refresh", "assign"])
def test_changes_are_posted(case: Case, client: Client, what: str) -> None:
    assert client.get(f"/cases/{case.reference}/{what}/").status_code == 405


def test_staff_give_an_imported_case_to_one_of_their_customers(db: None, client: Client) -> None:
    agent = MembershipFactory(organization=ResellerFactory(), role=Role.AGENT)
    ours = CustomerFactory(reseller=agent.organization)
    others = CustomerFactory()
    case = CaseFactory(organization=ours, filed_by=None)
    Case.everything.filter(pk=case.pk).update(organization=None)
    client.force_login(agent.user)
    assert "Whose is it?" in Page(client.get(f"/cases/{case.reference}/")).text
    assert post(client, case, "assign", {"customer": others.slug}).status_code == 422
    assert post(client, case, "assign", {"customer": ours.slug}).status_code == 302
    case.refresh_from_db()
    assert case.organization == ours
    assert "Whose is it?" not in Page(client.get(f"/cases/{case.reference}/")).text


def test_writing_waits_for_nothing_but_its_own_rows(
    case: Case, client: Client, django_assert_max_num_queries: Any
) -> None:
    PushFactory.create_batch(20, case=case)
    client.get(f"/cases/{case.reference}/")
    with django_assert_max_num_queries(30):
        post(client, case, "note", note(audience=Audience.INTERNAL))


def test_too_many_files_at_once_are_told_at_their_field_and_the_text_stays(
    case: Case, client: Client
) -> None:
    many = [file(f"log-{number}.txt") for number in range(11)]
    data = {"files": many, "text": "Typed beside them.", "token": str(uuid4())}
    answer = post(client, case, "file", data)
    page = Page(answer)
    assert answer.status_code == 422
    assert "At most 10 files can be sent at once" in page.text
    assert page.one("id", "file-text").text == "Typed beside them."
    assert not Attachment.objects.exists()
