"""The page where a credential is entered, tried and put to use; secrets are written, never read."""

from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.accounts.models import AuditEvent, User
from tests.connections.rows import FIELDS, TestVendor
from vendors.connections import credentials, gateway, health, secrets
from vendors.connections.models import Connection, Credential
from vendors.http.errors import Unauthorised
from vendors.vocabulary import Proof

NEW = "a-secret-typed-today"
WORKS = Proof(proven=("It answers.",), not_proven=("Filing was not tried.",), clock_skew=31.2)


@pytest.fixture(autouse=True)
def _answering(testco: type[TestVendor]) -> None:
    testco.answers["check"] = WORKS


def page_of(connection: Connection, deed: str = "") -> str:
    name = "admin:connections_connection_credential"
    return reverse(f"{name}_{deed}" if deed else name, args=[connection.pk])


def text_of(client: Client, connection: Connection) -> str:
    return unescape(client.get(page_of(connection)).content.decode())


def active(connection: Connection) -> dict[str, str]:
    credential = gateway.active_credential(connection)
    assert credential is not None
    return secrets.reveal(credential).expose()


def coming(connection: Connection) -> Credential:
    found = credentials.waiting(connection)
    assert found is not None
    return found


def enter(client: Client, connection: Connection, **fields: object) -> str:
    answer = client.post(page_of(connection), fields, follow=True)
    return unescape(answer.content.decode())


def test_what_is_entered_is_tried_at_once_and_used_only_when_somebody_says_so(
    admin: User, client: Client, connection: Connection
) -> None:
    page = enter(client, connection, credential_secret=NEW)
    assert "Proven: It answers." in page
    assert "Not tried: Filing was not tried." in page
    assert "The vendor's clock is 31 s ahead of ours." in page
    assert active(connection) == FIELDS
    answer = client.post(page_of(connection, "use"))
    assert answer.headers["Location"].endswith("/change/")
    assert active(connection) == {**FIELDS, "secret": NEW}
    assert credentials.waiting(connection) is None


def test_who_used_the_first_one_is_told_what_is_still_to_be_done(
    admin: User, client: Client, connection: Connection
) -> None:
    enter(client, connection, credential_secret=NEW)
    answer = client.post(page_of(connection, "use"), follow=True)
    assert "Now add the vendor accounts it reaches" in answer.content.decode()


def test_a_new_one_does_not_inherit_the_end_of_the_old(
    admin: User, client: Client, connection: Connection
) -> None:
    Connection.objects.update(expires_on="2027-01-31")
    assert "2027-01-31" not in text_of(client, connection)
    enter(client, connection, credential_secret=NEW)
    client.post(page_of(connection, "use"))
    connection.refresh_from_db()
    assert connection.expires_on is None


def test_the_old_one_is_retired_with_its_secret_erased(
    admin: User, client: Client, connection: Connection
) -> None:
    old = connection.credentials.get()
    enter(client, connection, credential_secret=NEW)
    client.post(page_of(connection, "use"))
    old.refresh_from_db()
    assert (old.state, old.ciphertext) == (Credential.State.RETIRED, "")


def test_a_new_one_that_works_ends_the_trouble(
    admin: User, client: Client, connection: Connection
) -> None:
    health.note_failure(connection, Unauthorised("no"))
    enter(client, connection, credential_secret=NEW)
    connection.refresh_from_db()
    assert health.standing(connection) is health.Standing.FAILING
    client.post(page_of(connection, "use"))
    connection.refresh_from_db()
    assert health.standing(connection) is health.Standing.HEALTHY


def test_one_that_fails_its_test_is_used_only_if_that_is_pressed_in_so_many_words(
    admin: User, client: Client, connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["check"] = Unauthorised("Inactive client token")
    page = enter(client, connection, credential_secret=NEW)
    assert "Its test failed: Inactive client token" in page
    assert "Use it from now on" not in page
    connection.refresh_from_db()
    assert connection.refused_at is None, "what is in use was not refused"

    client.post(page_of(connection, "use"))
    assert active(connection) == FIELDS
    client.post(page_of(connection, "use"), {"unproven": "Use it although"})
    assert active(connection)["secret"] == NEW
    event = AuditEvent.objects.get(action="credential set")
    assert event.reason == "without a successful test"


def test_it_can_be_tried_again_and_then_works(
    admin: User, client: Client, connection: Connection, testco: type[TestVendor]
) -> None:
    testco.answers["check"] = Unauthorised("not yet")
    enter(client, connection, credential_secret=NEW)
    assert not coming(connection).is_proven
    testco.answers["check"] = WORKS
    client.post(page_of(connection, "try"))
    assert coming(connection).is_proven


def test_it_can_be_discarded(admin: User, client: Client, connection: Connection) -> None:
    enter(client, connection, credential_secret=NEW)
    client.post(page_of(connection, "discard"))
    assert credentials.waiting(connection) is None
    assert active(connection) == FIELDS


@pytest.mark.parametrize("deed", ["try", "use", "discard"])
def test_what_another_admin_did_meanwhile_is_told(
    admin: User, client: Client, connection: Connection, deed: str
) -> None:
    answer = client.post(page_of(connection, deed), follow=True)
    assert "no next credential any more" in answer.content.decode()


def test_a_second_one_takes_the_place_of_the_first(
    admin: User, client: Client, connection: Connection
) -> None:
    enter(client, connection, credential_secret="first-try")
    enter(client, connection, credential_secret=NEW)
    assert secrets.reveal(coming(connection)).expose()["secret"] == NEW


def test_a_field_left_empty_stays_as_it_is_in_use(
    admin: User, client: Client, connection: Connection
) -> None:
    enter(client, connection, credential_secret=NEW)
    assert secrets.reveal(coming(connection)).expose() == {**FIELDS, "secret": NEW}
    assert AuditEvent.objects.get(action="credential entered").changed == ["secret"]


def test_nothing_entered_is_said_and_kept_nowhere(
    admin: User, client: Client, connection: Connection
) -> None:
    assert "Nothing was entered." in enter(client, connection)
    assert credentials.waiting(connection) is None


def test_what_lacks_is_named(admin: User, client: Client, connection: Connection) -> None:
    connection.credentials.all().delete()
    assert "Secret missing" in enter(client, connection, credential_user="caseport")
    assert not connection.credentials.exists()


@pytest.mark.parametrize("where", ["https://evil.example", "http://api.testco.example"])
def test_an_address_that_is_not_the_vendors_is_refused(
    admin: User, client: Client, connection: Connection, where: str
) -> None:
    page = enter(client, connection, credential_secret=NEW, base_url=where)
    assert "Testco is not reached there" in page
    assert NEW not in page
    assert credentials.waiting(connection) is None


def test_its_address_and_its_end_are_the_connections_once_it_is_used(
    admin: User, client: Client, connection: Connection
) -> None:
    elsewhere = "https://eu.testco.example"
    enter(client, connection, credential_secret=NEW, base_url=elsewhere, expires_on="2028-02-29")
    connection.refresh_from_db()
    assert connection.base_url == "https://api.testco.example"
    client.post(page_of(connection, "use"))
    connection.refresh_from_db()
    assert (connection.base_url, str(connection.expires_on)) == (elsewhere, "2028-02-29")


def test_a_file_of_one_credential_is_read(
    admin: User, client: Client, connection: Connection
) -> None:
    page = enter(client, connection, pasted=f"only caseport {NEW}\n")
    assert "The shoe size is not used." in page
    assert secrets.reveal(coming(connection)).expose() == {"user": "caseport", "secret": NEW}


def test_of_a_file_of_several_it_asks_which_and_keeps_the_file_sealed_meanwhile(
    admin: User, client: Client, connection: Connection
) -> None:
    text = f"one caseport other-secret\ntwo caseport {NEW}\n".encode()
    page = enter(client, connection, file=SimpleUploadedFile("testco.txt", text))
    assert "The file holds one, two. Which is it?" in page
    assert NEW not in page
    assert NEW not in str(dict(client.session))
    assert credentials.waiting(connection) is None

    enter(client, connection, section="two")
    assert secrets.reveal(coming(connection)).expose()["secret"] == NEW
    assert "credential_file" not in client.session


def test_a_file_held_for_one_connection_opens_for_no_other(
    admin: User, client: Client, connection: Connection
) -> None:
    enter(client, connection, pasted=f"one u {NEW}\ntwo u other\n")
    other = Connection.objects.create(
        owner=connection.owner, vendor="test_vendor", label="Other", base_url=connection.base_url
    )
    enter(client, other, section="one")
    assert credentials.waiting(other) is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"what is this then", "This is no file of Testco."),
        (b"\xff\xfe\x00", "This file is no text."),
    ],
)
def test_what_is_no_credential_file_is_refused_at_its_field(
    admin: User, client: Client, connection: Connection, content: bytes, words: str
) -> None:
    assert words in enter(client, connection, file=SimpleUploadedFile("x.txt", content))
    assert credentials.waiting(connection) is None


def test_no_secret_is_kept_in_a_history_or_shown_after_an_error(
    admin: User, client: Client, connection: Connection
) -> None:
    wrong = {"credential_secret": NEW, "pasted": f"x y {NEW} z", "base_url": "https://evil.example"}
    assert NEW not in enter(client, connection, **wrong)
    enter(client, connection, credential_secret=NEW)
    client.post(page_of(connection, "use"))
    kept = str(list(LogEntry.objects.values())) + str(list(AuditEvent.objects.values()))
    kept += str(list(Credential.objects.values()))
    assert NEW not in kept
    assert NEW not in text_of(client, connection)


def test_another_resellers_admin_finds_no_such_page(
    admin: User, client: Client, connection: Connection, rival: User
) -> None:
    client.force_login(rival)
    for deed in ("", "try", "use", "discard"):
        assert client.post(page_of(connection, deed)).status_code == 404
    assert active(connection) == FIELDS


def test_a_vendor_that_is_gone_is_said(admin: User, client: Client, connection: Connection) -> None:
    Connection.objects.update(vendor="gone")
    answer = client.get(page_of(connection), follow=True)
    assert "not offered here any more" in answer.content.decode()


def test_the_page_renders_when_no_key_opens_what_is_kept(
    admin: User, client: Client, connection: Connection
) -> None:
    connection.credentials.update(ciphertext="rubbish")
    assert f"…{connection.credentials.get().fingerprint[-4:]}" in text_of(client, connection)
