"""Where a connection may speak to, against addresses made to deceive."""

import re

import httpx
import pytest

from vendors.http.errors import ForbiddenHost
from vendors.http.hosts import HostRule, Origin, path_only, segment

HOST = "akab-h05tnam3wl42son7-kbob3i3v.luna.akamaiapis.net"
PATTERN = re.compile(r"^ak[a-z]{2}-[a-z0-9]{8,32}-[a-z0-9]{8,32}\.luna\.akamaiapis\.net$")
RULE = HostRule(PATTERN)
DEMO = HostRule(PATTERN, ("http://127.0.0.1:9000",))

HOSTILE = [
    "",
    HOST,
    f"//{HOST}",
    f"http://{HOST}",
    f"ftp://{HOST}",
    f"file://{HOST}/etc/passwd",
    f"https://{HOST}:8443",
    f"https://{HOST}:80",
    f"https://{HOST}:0",
    f"https://{HOST}:99999",
    f"https://{HOST}:x",
    f"https://{HOST}.",
    f"https://{HOST}..",
    f"https://{HOST}.evil.example",
    f"https://evil.example/{HOST}",
    f"https://evil.example#{HOST}",
    f"https://evil.example?{HOST}",
    f"https://evil.example\\@{HOST}",
    f"https://{HOST}\\@evil.example",
    f"https://{HOST}@evil.example",
    f"https://evil.example@{HOST}",
    f"https://user:pass@{HOST}",
    f"https://@{HOST}",
    f"https://{HOST}/path",
    f"https://{HOST}?x=1",
    f"https://{HOST}#x",
    f"https://{HOST}?",
    f"https://{HOST}#",
    f"https://{HOST}%00.evil.example",
    f"https://{HOST}\x00",
    f"https://{HOST}\n",
    f"https://{HOST}\nhttps://evil.example",
    f"https://{HOST}\t",
    f" https://{HOST}",
    f"https://{HOST} ",
    f"https://{HOST}%2eevil.example",
    f"https://{HOST.replace('akamai', 'аkamai')}",
    f"https://{HOST.replace('.', '。')}",
    f"https://xn--{HOST}",
    f"https://evil-{HOST}",
    "https://luna.akamaiapis.net",
    "https://akab-short-kbob3i3v.luna.akamaiapis.net",
    f"https://{HOST.replace('.luna', '.luna-dev')}",
    f"https://{HOST.replace('.luna', 'xluna')}",
    f"https://{HOST.replace('.luna', '.purge')}",
    "https://127.0.0.1",
    "https://localhost",
    "https://2130706433",
    "https://0x7f000001",
    "https://017700000001",
    "https://[::1]",
    "https://[::ffff:127.0.0.1]",
    "https://169.254.169.254",
    "http://127.0.0.1:9000",
    "https://127.0.0.1:9000",
    "javascript:alert(1)",
    "data:text/plain,x",
    "https://",
    "https:///",
    "https:",
    "://",
    "https://*",
]


@pytest.mark.parametrize("url", HOSTILE, ids=repr)
def test_an_address_outside_the_rule_is_refused(url: str) -> None:
    with pytest.raises(ForbiddenHost):
        RULE.own(url)


def test_the_vendors_own_host_is_allowed_in_any_case_of_letters() -> None:
    expected = Origin("https", HOST, 443)
    for url in (
        f"https://{HOST}",
        f"https://{HOST}/",
        f"https://{HOST}:443",
        f"HTTPS://{HOST.upper()}",
    ):
        assert RULE.own(url) == expected
        assert RULE.allowed(url) == {expected}


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9001",
        "https://127.0.0.1:9000",
        "http://localhost:9000",
        "http://127.0.0.1",
        "http://127.0.0.1:9000@evil.example",
        "http://user@127.0.0.1:9000",
        "http://127.0.0.1:9000/x",
        "http://[::1]:9000",
    ],
)
def test_an_extra_origin_is_that_very_origin(url: str) -> None:
    assert str(DEMO.own("http://127.0.0.1:9000/")) == "http://127.0.0.1:9000"
    with pytest.raises(ForbiddenHost):
        DEMO.own(url)


def test_an_origin_writes_itself_as_it_was_read() -> None:
    for text in ("https://a.example", "http://a.example:81", "http://[::1]:9000"):
        assert str(Origin.of(httpx.URL(text))) == text


@pytest.mark.parametrize(
    "href",
    [
        "/case-management/v2/cases/F-CS-1/files/00Pm0000009XDiiEAG",
        "/case-management/v2/questionnaires/100?x=1&y=a%20b",
    ],
)
def test_a_vendors_link_is_taken_as_a_path(href: str) -> None:
    assert path_only(href, "/case-management/v2/") == href


@pytest.mark.parametrize(
    "href",
    [
        "",
        "case-management/v2/cases",
        "https://evil.example/case-management/v2/cases",
        f"https://{HOST}/case-management/v2/cases",
        "//evil.example/case-management/v2/",
        "/case-management/v3/cases",
        "/case-management/v2/../../identity",
        "/case-management/v2/%2e%2e/%2E%2e/identity",
        "/case-management/v2/..%2fidentity",
        "/case-management/v2/..\\identity",
        "/case-management/v2/%5c..%5cidentity",
        "/case-management/v2/./cases",
        "/case-management/v2/cases#x",
        "/case-management/v2/cases\r\nHost: evil.example",
        "/case-management/v2/cases\x00",
        "/case-management/v2/cases%0d%0aX: y",
        "/case-management/v2/cases x",
        "/case-management/v2/é",
    ],
    ids=repr,
)
def test_a_link_that_leaves_the_vendors_paths_is_refused(href: str) -> None:
    with pytest.raises(ForbiddenHost):
        path_only(href, "/case-management/v2/")


def test_an_id_stays_one_segment_of_a_path() -> None:
    assert segment("F-CS-1203600") == "F-CS-1203600"
    assert segment("a/b?c#d%é") == "a%2Fb%3Fc%23d%25%C3%A9"
    for value in ("", ".", ".."):
        with pytest.raises(ForbiddenHost):
            segment(value)
