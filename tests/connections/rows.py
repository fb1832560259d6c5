"""A vendor for tests of connections that answers what a test says, and a connection to it.

Its words are made up here; it stands for any vendor.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

import httpx
import pytest

from tests.factories import ConnectionFactory, CredentialFactory
from vendors import registry
from vendors.connections.models import Connection
from vendors.contract import Capabilities, CredentialSection, Vendor
from vendors.schema import Control, Field
from vendors.vocabulary import Kind, Proof, Status

FIELDS = {"user": "caseport", "secret": "s3cret-of-the-test-vendor"}


class PlainAuth(httpx.Auth):
    """Sends the secret as it is."""

    def __init__(self, secret: str) -> None:
        self.secret = secret


class TestVendor(Vendor):
    """Answers what `answers` holds, raises it if it is an error, and counts what it was asked."""

    __test__ = False  # a vendor, not a test

    key = "test_vendor"
    name = "Testco"
    product = "Cases"
    credential_fields = (
        Field("user", "User", Control.TEXT, required=True),
        Field("secret", "Secret", Control.TEXT, required=True, secret=True, max_length=100),
    )
    credential_file = "testco.txt"
    host_pattern = re.compile(r"[a-z0-9]+\.testco\.example")
    capabilities = Capabilities(kinds=frozenset({Kind.CREATE}))
    statuses: ClassVar[Mapping[str, Status]] = {}
    answers: ClassVar[dict[str, Any]] = {}
    asked: ClassVar[list[str]] = []

    @classmethod
    def auth(cls, secrets: Mapping[str, str]) -> httpx.Auth:
        return PlainAuth(secrets["secret"])

    @classmethod
    def credential_identity(cls, secrets: Mapping[str, str]) -> str:
        return f"user {secrets['user']}"

    @classmethod
    def told(cls, question: str) -> Any:
        cls.asked.append(question)
        answer = cls.answers[question]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def fetch_metadata(self, operation: str, params: Mapping[str, str]) -> Any:
        return self.told(operation)

    @classmethod
    def read_credential_file(cls, text: str) -> Mapping[str, CredentialSection]:
        """Lines of `section user secret`."""
        lines = [line.split() for line in text.splitlines() if line.strip()]
        if any(len(words) != 3 for words in lines):
            raise ValueError("This is no file of Testco.")
        return {
            name: CredentialSection(
                {"user": user, "secret": secret}, ("The shoe size is not used.",)
            )
            for name, user, secret in lines
        }

    def check(self) -> Proof:
        if "check" in self.answers:
            found: Proof = self.told("check")
            return found
        self.client.call("GET", "/check", operation="check")
        return Proof(proven=("It answers.",))


@pytest.fixture
def testco(monkeypatch: pytest.MonkeyPatch) -> type[TestVendor]:
    """The test vendor, offered by this installation."""
    monkeypatch.setenv("CASEPORT_EXTRA_VENDORS", f"{__name__}:TestVendor")
    assert "test_vendor" in registry.vendor_classes()
    TestVendor.answers.clear()
    TestVendor.asked.clear()
    return TestVendor


@pytest.fixture
def connection(db: None, testco: type[TestVendor]) -> Connection:
    """An active connection to the test vendor with a credential."""
    made: Connection = ConnectionFactory.create(
        vendor="test_vendor", base_url="https://api.testco.example", label="Testco link"
    )
    CredentialFactory.create(connection=made, fields=FIELDS, identity="user caseport")
    return made
