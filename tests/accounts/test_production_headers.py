"""What a browser gets from the production profile, served as a proxy in front sees it."""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from tests.portal.serving import PATIENCE, environment, manage, portal

BEHIND = {"Host": "caseport.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
ALWAYS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The production profile, asked as by a proxy that took the request over https."""
    folder: Path = tmp_path_factory.mktemp("production")
    facts = {
        "CASEPORT_DATA": str(folder / "data"),
        "CASEPORT_DEMO": "0",
        "SECRET_KEY": "Nothing-but-a-test-" * 4,
        "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": "caseport.example",
        "PUBLIC_URL": "https://caseport.example",
        "TRUSTED_PROXIES": "1",
    }
    for words in ("migrate", "createcachetable"):
        log = folder / words
        made = manage(words, env=environment(folder / "data", **facts), log=log)
        assert made.wait(PATIENCE) == 0, log.read_text()
    with (
        portal(**facts) as running,
        httpx.Client(base_url=running.url, headers=BEHIND, timeout=60, trust_env=False) as client,
    ):
        yield client


@pytest.mark.parametrize("path", ["/accounts/login/", "/nowhere/", "/", "/admin/login/"])
def test_every_answer_carries_the_same_armour(site: httpx.Client, path: str) -> None:
    answer = site.get(path)
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_the_session_cookie_is_bound_to_the_host_and_to_https(site: httpx.Client) -> None:
    answer = site.get("/accounts/login/")
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["__Host-caseport"]
    assert (cookie["secure"], cookie["httponly"]) == (True, True)
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")


def test_no_other_cookie_is_set(site: httpx.Client) -> None:
    names = {
        name
        for each in site.get("/accounts/login/").headers.get_list("Set-Cookie")
        for name in SimpleCookie(each)
    }
    assert names == {"__Host-caseport"}


def test_plain_http_is_led_to_https(site: httpx.Client) -> None:
    answer = site.get("/accounts/login/", headers={"X-Forwarded-Proto": "http"})
    assert answer.status_code == 301
    assert answer.headers["Location"] == "https://caseport.example/accounts/login/"


def test_another_host_name_is_refused(site: httpx.Client) -> None:
    assert site.get("/accounts/login/", headers={"Host": "evil.example"}).status_code == 400


def test_passkeys_are_asked_for_under_the_portals_own_name(site: httpx.Client) -> None:
    answer = site.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    asked = answer.json()["request_options"]["publicKey"]
    assert asked["rpId"] == "caseport.example"
    assert asked["userVerification"] == "required"
