"""Passkeys: offered where a browser takes them, kept by their owner alone, told by mail."""

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from portal.accounts.models import User
from portal.accounts.sign_in_rules import passkey_mark
from tests.accounts.sign_in_steps import enter, person
from tests.cases.read_page import Page

NAMED = "localhost"  # where the demo's passkeys work
BARE = "127.0.0.1"
JSON = {"Accept": "application/json"}


@pytest.fixture
def kim(db: None) -> User:
    return person()


def passkey_of(user: User, name: str = "Work laptop") -> Authenticator:
    data = {"name": name, "credential": {}}
    kept: Authenticator = Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data=data
    )
    return kept


def page(client: Client, path: str, host: str) -> str:
    return client.get(path, headers={"Host": host}).content.decode()


def test_the_button_waits_for_a_script_that_can_use_it(db: None, client: Client) -> None:
    form = page(client, "/accounts/login/", NAMED).split("data-passkey", 1)[1]
    assert form.lstrip().startswith("hidden>")
    assert "Sign in with a passkey" in form


def test_at_a_bare_address_nothing_is_offered_that_would_fail(kim: User) -> None:
    assert "Sign in with a passkey" not in page(Client(), "/accounts/login/", BARE)
    client = enter(kim)
    for path in ("/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/"):
        text = page(client, path, BARE)
        assert 'href="http://localhost:' in text, path
        assert "Add a passkey</a>" not in text, path
        assert "data-passkey" not in text, path


def test_at_a_name_they_are(kim: User) -> None:
    client = enter(kim)
    assert "Add a passkey</a>" in page(client, "/accounts/2fa/", NAMED)
    assert "data-passkey" in page(client, "/accounts/2fa/webauthn/add/", NAMED)


def test_in_production_they_belong_to_the_portals_name_whatever_is_asked(
    db: None, client: Client, settings: LazySettings
) -> None:
    settings.PASSKEY_URL = "https://caseport.example"
    settings.ALLOWED_HOSTS = ["caseport.example", "other.example"]
    headers = {**JSON, "Host": "other.example"}
    asked = client.get("/accounts/2fa/webauthn/login/", headers=headers).json()
    assert asked["request_options"]["publicKey"]["rpId"] == "caseport.example"
    assert "data-passkey" in page(client, "/accounts/login/", "caseport.example")
    assert "data-passkey" not in page(client, "/accounts/login/", "other.example")


def test_the_device_asks_who_holds_it(db: None, client: Client) -> None:
    asked = client.get("/accounts/2fa/webauthn/login/", headers=JSON).json()
    options = asked["request_options"]["publicKey"]
    assert options["userVerification"] == "required"
    assert len(options["challenge"]) >= 20
    again = client.get("/accounts/2fa/webauthn/login/", headers=JSON).json()
    assert again["request_options"]["publicKey"]["challenge"] != options["challenge"]


@pytest.mark.parametrize("credential", ["", "{}", "no json", '{"response": {"userHandle": "eA"}}'])
def test_what_is_no_passkey_opens_nothing(kim: User, credential: str) -> None:
    client = Client()
    client.get("/accounts/2fa/webauthn/login/", headers=JSON)
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": credential})
    assert answer.status_code == 302
    assert "_auth_user_id" not in client.session


def test_trying_passkeys_is_limited(db: None, client: Client) -> None:
    for _ in range(11):
        answer = client.post("/accounts/2fa/webauthn/login/", {"credential": "{}"})
    assert answer.status_code == 429


def test_ones_passkeys_are_listed_renamed_and_removed(kim: User) -> None:
    client = enter(kim)
    kept = passkey_of(kim)
    assert "Work laptop" in page(client, "/accounts/2fa/webauthn/", NAMED)
    client.post(
        f"/accounts/2fa/webauthn/keys/{passkey_mark(kept.pk)}/edit/", {"name": "Old laptop"}
    )
    kept.refresh_from_db()
    assert kept.wrap().name == "Old laptop"
    client.post(f"/accounts/2fa/webauthn/keys/{passkey_mark(kept.pk)}/remove/")
    assert not Authenticator.objects.filter(user=kim).exists()
    assert [(each.to, each.subject) for each in mail.outbox] == [
        ([kim.email], "Caseport: A passkey was removed")
    ]


@pytest.mark.parametrize("deed", ["edit", "remove"])
def test_a_passkeys_number_is_no_address(kim: User, deed: str) -> None:
    client = enter(kim)
    kept = passkey_of(kim)
    assert client.get(f"/accounts/2fa/webauthn/keys/{kept.pk}/{deed}/").status_code == 404
    links = Page(client.get("/accounts/2fa/webauthn/", headers={"Host": NAMED})).tagged("a")
    addresses = [link["href"] for link in links if "/keys/" in link["href"]]
    assert len(addresses) == 2
    assert not [each for each in addresses if f"/{kept.pk}/" in each]


@pytest.mark.parametrize("deed", ["edit", "remove"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_touches_the_passkey_of_another(kim: User, deed: str, method: str) -> None:
    kept = passkey_of(kim)
    client = enter(person("rival@example.test"))
    address = f"/accounts/2fa/webauthn/keys/{passkey_mark(kept.pk)}/{deed}/"
    assert getattr(client, method)(address, {"name": "Mine"}).status_code == 404
    kept.refresh_from_db()
    assert kept.wrap().name == "Work laptop"
    assert "Work laptop" not in page(client, "/accounts/2fa/webauthn/", NAMED)
