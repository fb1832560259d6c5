"""The one door to a vendor: it always opens, and what is broken is told by the first call."""

import io

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings

from tests.connections.rows import TestVendor
from tests.factories import SECRETS, ConnectionFactory, CredentialFactory
from tests.world import Played
from vendors.connections import gateway, secrets
from vendors.connections.models import Connection, Credential
from vendors.contract import Loading, Vendor
from vendors.http.errors import Unauthorised


def refusal(connection: Connection) -> str:
    """What the first call says."""
    vendor = gateway.open_vendor(connection)
    with pytest.raises(Unauthorised) as raised:
        vendor.check()
    return raised.value.words


def test_a_connection_without_a_credential_says_so(connection: Connection) -> None:
    connection.credentials.all().delete()
    assert "no credential yet" in refusal(connection)


def test_a_wrong_key_is_told_as_such(connection: Connection, settings: LazySettings) -> None:
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    assert "CREDENTIAL_KEYS" in refusal(connection)


def test_a_moved_credential_is_told_as_such(connection: Connection) -> None:
    other = CredentialFactory.create()
    connection.credentials.update(ciphertext=other.ciphertext)
    assert "another row" in refusal(connection)


def test_an_incomplete_credential_is_told_as_such(connection: Connection) -> None:
    credential = connection.credentials.get()
    secrets.keep(credential, {"user": "caseport"})
    credential.save()
    assert "incomplete" in refusal(connection)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://evil.example",
        "http://api.testco.example",
        "https://api.testco.example:8443",
        "https://api.testco.example@evil.example",
        "https://169.254.169.254",
    ],
)
def test_an_address_that_is_not_the_vendors_is_never_called(
    connection: Connection, address: str
) -> None:
    connection.base_url = address
    assert "not allowed" in refusal(connection)


def test_uploads_and_downloads_are_refused_as_well(connection: Connection) -> None:
    connection.credentials.all().delete()
    client = gateway.open_vendor(connection).client
    with pytest.raises(Unauthorised):
        client.upload(
            "/files",
            operation="upload",
            file_part="file",
            name="a.txt",
            content_type="text/plain",
            size=1,
            stream=io.BytesIO(b"x"),
        )
    with pytest.raises(Unauthorised), client.download("/files", operation="download"):
        pass


def test_a_vendor_we_do_not_know_is_a_lookup_that_failed(db: None) -> None:
    with pytest.raises(LookupError, match="gone"):
        gateway.open_vendor(ConnectionFactory.create(vendor="gone"))


def test_the_adapter_is_the_connections_own(connection: Connection) -> None:
    vendor = gateway.open_vendor(connection)
    assert isinstance(vendor, TestVendor)
    assert isinstance(vendor, Vendor)


def test_what_signs_is_what_was_stored(connection: Connection) -> None:
    auth = gateway._auth(TestVendor, connection.credentials.get())
    assert auth.secret == "s3cret-of-the-test-vendor"  # type: ignore[attr-defined]  # PlainAuth


def test_only_the_active_credential_is_used(connection: Connection) -> None:
    connection.credentials.update(state=Credential.State.NEXT)
    assert "no credential yet" in refusal(connection)


def test_sent_as_names_host_and_identity_and_no_secret(connection: Connection) -> None:
    assert gateway.sent_as(connection) == "https://api.testco.example|user caseport"


@pytest.fixture
def simulated(db: None, played: Played, settings: LazySettings) -> Connection:
    """A connection to the simulator."""
    played.control("reset", {})
    settings.EXTRA_HOSTS = [played.url.removeprefix("http://")]
    made: Connection = ConnectionFactory.create(base_url=played.url)
    given = played.control("credentials")["akamai"]
    fields = {name: given[name] for name in SECRETS}
    CredentialFactory.create(connection=made, fields=fields)
    return made


def test_a_stored_credential_signs_a_call_the_vendor_takes(simulated: Connection) -> None:
    assert gateway.open_vendor(simulated).check().proven


def test_a_page_does_not_wait_for_a_slow_vendor_beyond_its_budget(
    simulated: Connection, played: Played
) -> None:
    played.fault("read", "hang_after", seconds=8, times=2)
    vendor = gateway.open_vendor(simulated, budget=0.5)
    with pytest.raises(Loading):
        vendor.catalogue.read("categories", {})
    with pytest.raises(Loading):
        vendor.catalogue.read("questionnaire", {"questionnaireId": "100"})
    asked = [r for r in played.control("requests")["requests"] if r["operation"] == "read"]
    assert len(asked) == 1
