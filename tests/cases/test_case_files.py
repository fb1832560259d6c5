"""Downloads: always as a file, never run by the browser, held until the scan says clean."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from cases.models import Attachment, Case
from cases.models.timeline import Audience
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.factories import AttachmentFactory, CaseFactory, EntryFactory, MembershipFactory
from tests.world import World


@pytest.fixture
def case(db: None, client: Client) -> Case:
    manager = MembershipFactory(role=Role.MANAGER)
    client.force_login(manager.user)
    made: Case = CaseFactory(organization=manager.organization)
    return made


def stored(case: Case, name: str = "trace.txt", **columns: Any) -> Attachment:
    key = default_storage.save(f"attachments/{uuid4()}", ContentFile(b"<script>1</script>"))
    made: Attachment = AttachmentFactory(case=case, name=name, storage_key=key, **columns)
    return made


def fetch(client: Client, file: Attachment) -> Any:
    assert file.case is not None
    return client.get(f"/cases/{file.case.reference}/files/{file.pk}/")


def test_a_download_cannot_act_in_our_name(case: Case, client: Client) -> None:
    answer = fetch(client, stored(case, "page.html", content_type="text/html"))
    assert answer.getvalue() == b"<script>1</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "private, no-store"


def test_a_name_of_any_script_survives_the_header(case: Case, client: Client) -> None:
    answer = fetch(client, stored(case, 'Prüf"bericht\r\nX-Evil: 1.txt'))
    assert "X-Evil" not in answer.headers
    assert "\n" not in answer["Content-Disposition"]


@pytest.mark.parametrize("scan", [Attachment.Scan.WAITING, Attachment.Scan.INFECTED])
def test_a_file_stays_until_its_scan_says_clean(
    case: Case, client: Client, scan: Attachment.Scan
) -> None:
    answer = fetch(client, stored(case, scan=scan))
    assert answer.status_code == 403
    assert scan.label in Page(answer).text


def test_a_file_of_a_note_one_may_not_read_is_not_found(case: Case, client: Client) -> None:
    entry = EntryFactory(case=case, audience=Audience.INTERNAL, author_organization=case.reseller)
    assert fetch(client, stored(case, entry=entry)).status_code == 404


def test_a_file_of_another_case_is_not_found(case: Case, client: Client) -> None:
    other = stored(CaseFactory(organization=case.organization))
    assert client.get(f"/cases/{case.reference}/files/{other.pk}/").status_code == 404
    assert fetch(client, stored(CaseFactory())).status_code == 404


def test_a_file_the_store_lost_is_not_found(case: Case, client: Client) -> None:
    file = stored(case)
    Path(default_storage.path(file.storage_key)).unlink()
    assert fetch(client, file).status_code == 404


def test_a_file_nobody_has_is_not_found(case: Case, client: Client) -> None:
    assert fetch(client, AttachmentFactory(case=case)).status_code == 404


@pytest.fixture
def at_vendor(world: World, client: Client) -> Attachment:
    """A file the vendor's engineer put on the case, which only the vendor has."""
    case = world.filed()
    world.played.engineer(case, action="file", name="capture.txt", base64="Y2FwdHVyZWQ=")
    world.pull()
    client.force_login(world.people["casey"])
    return Attachment.objects.get(case=case)


def test_a_vendors_file_is_passed_on(at_vendor: Attachment, client: Client) -> None:
    answer = fetch(client, at_vendor)
    assert answer.getvalue() == b"captured"
    assert answer["Content-Type"] == "application/octet-stream"
    assert "capture.txt" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("503", 503, "Akamai"),
        ("500_before", 502, "Akamai did not hand the file out."),
        ("429", 503, "Akamai asked us to come back later."),
        ("html", 502, "Akamai"),
    ],
)
def test_a_vendor_that_does_not_answer_makes_a_page_that_says_so(
    world: World, at_vendor: Attachment, client: Client, fault: str, status: int, words: str
) -> None:
    world.played.fault("read", fault, times=20)
    answer = fetch(client, at_vendor)
    assert answer.status_code == status
    assert words in Page(answer).text
    assert "Back to the case" in Page(answer).text


def test_a_vendors_folders_are_no_part_of_a_files_name(
    at_vendor: Attachment, client: Client
) -> None:
    Attachment.objects.filter(pk=at_vendor.pk).update(name="../../etc/weird.html")
    answer = fetch(client, at_vendor)
    assert answer["Content-Disposition"] == 'attachment; filename="weird.html"'
