"""Known secrets go through all that people and workers do, and are seen where they belong alone."""

import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.core import mail

from cases import access
from cases.models import Case
from portal.accounts.models import User
from tests.accounts import sign_in_steps
from tests.accounts.invited import LINK, TOLD
from tests.accounts.routes import ROWS
from tests.isolation.canaries import MAILED, SHOWN_ON, Canaries, WatchedClient, listening
from tests.vendors import loopback
from tests.world import World
from vendors.connections import credentials
from vendors.connections.models import Connection
from vendors.http.errors import VendorError

EXPECTED = {
    "client secret",
    "client token",
    "access token",
    "session key",
    "CSRF secret",
    "password",
    "reset token",
    "invitation token",
    "TOTP seed",
    "recovery code",
    "MONITOR_TOKEN",
    "SECRET_KEY",
    "CREDENTIAL_KEYS",
}
ANSWERS = ("400 Bad Request", "401 Unauthorized", "500 Oops", "429 Too Many Requests", "302 Found")


class EchoingVendor:
    """Refuses every call, in every way, and repeats in each answer the secrets it was sent."""

    def __init__(self, secrets: dict[str, str]) -> None:
        self.secrets = secrets
        self.status = ANSWERS[0]
        self.heard: list[str] = []

    def play(self, connection: socket.socket) -> None:
        while request := loopback.read_request(connection):
            signed = re.search(rb"(?i)authorization: ([^\r]*)", request)
            assert signed, "not signed"
            self.heard.append(signed[1].decode())
            echo = f"Authorization: {self.heard[-1]} with {' and '.join(self.secrets.values())}"
            told: dict[str, Any] = {"title": echo, "incidentId": echo, "code": "x"}
            told["details"] = [{"message": f"subject {echo}"}, {"message": echo}]
            if self.status.startswith("401"):
                told = {"type": "/-/pep-authn/deny", "detail": echo, "instance": echo}
            where = f"Location: http://127.0.0.1/?{self.secrets['client_secret']}"
            body = json.dumps(told).encode()
            kind = "Content-Type: application/json"
            connection.sendall(loopback.answer(body, kind, where, status=self.status))


@pytest.fixture
def canaries(settings: LazySettings) -> Iterator[Canaries]:
    found = Canaries()
    settings.DEBUG = False
    settings.MONITOR_TOKEN = found.plant("MONITOR_TOKEN", "zz-monitor-token-canary")
    found.plant("SECRET_KEY", settings.SECRET_KEY)
    for key in settings.CREDENTIAL_KEYS:
        found.plant("CREDENTIAL_KEYS", key)
    with listening(found):
        yield found


def entered_credential(canaries: Canaries) -> dict[str, str]:
    """What an administrator types into the console."""
    return {
        "host": "akab-zzhostzzhost1234-zzhostzzhost1234.luna.akamaiapis.net",
        "client_token": canaries.plant("client token", "akab-zzclienttoken0001-zzcanary0001"),
        "client_secret": canaries.plant("client secret", "enotY2FuYXJ5LW9mLWNsaWVudC1zZWNyZXQ="),
        "access_token": canaries.plant("access token", "akab-zzaccesstoken0002-zzcanary0002"),
    }


def enter(canaries: Canaries, user: User, password: str) -> WatchedClient:
    client = WatchedClient(canaries)
    page = {"login": user.email, "password": password}
    client.post("/accounts/login/", page)
    secret = client.session.get("_csrftoken")
    if secret:
        canaries.plant("CSRF secret", secret)
    return client


def sign_in_in_every_way(world: World, canaries: Canaries, person: str) -> WatchedClient:
    """Password, wrong password, app, recovery codes, reset; the browser that is signed in."""
    user = world.people[person]
    password = canaries.plant("password", f"zz-password-canary-{person}")
    user.set_password(password)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    canaries.plant("password", "zz-mistyped-canary")
    enter(canaries, user, "zz-mistyped-canary")
    client = enter(canaries, user, password)
    canaries.plant("TOTP seed", sign_in_steps.set_up_app(client))
    client.get("/accounts/2fa/recovery-codes/")
    client.get("/accounts/2fa/recovery-codes/download/")
    codes = [canaries.plant("recovery code", c) for c in sign_in_steps.recovery_codes(user)]
    again = enter(canaries, user, password)
    again.post("/accounts/2fa/authenticate/", {"code": "000000"})
    again.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert sign_in_steps.is_in(again)
    return again


def reset_a_password(world: World, canaries: Canaries) -> None:
    user, client = world.people["vera"], WatchedClient(canaries)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client.post("/accounts/password/reset/", {"email": user.email})
    link = re.findall(r"https?://[^/]+(/\S+)", str(mail.outbox[-1].body))[0]
    token = re.fullmatch(r".*/key/\w+?-(.+)/", link)
    assert token
    canaries.plant("reset token", token[1])
    where = client.get(link, follow=True).redirect_chain[-1][0]
    new = canaries.plant("password", "zz-new-password-canary")
    client.post(where, {"password1": new, "password2": "another"})
    client.post(where, {"password1": new, "password2": new})
    client.get(link, follow=True)  # used up


def invite_somebody(canaries: Canaries, manager: WatchedClient) -> None:
    told = {"email": "kim@invited.example", "role": "viewer"}
    assert manager.post("/people/northwind/invite/", told).status_code == 302
    link = LINK.search(str(mail.outbox[-1].body))
    assert link
    canaries.plant("invitation token", link[1].strip("/").rpartition("/")[2])
    visitor = WatchedClient(canaries)
    visitor.get(link[1])
    chosen = canaries.plant("password", "zz-invited-password-canary")
    visitor.post(link[1], {**TOLD, "password1": chosen, "password2": "another"})
    visitor.post(link[1], {**TOLD, "password1": chosen, "password2": chosen})
    assert sign_in_steps.is_in(visitor)
    visitor.get(link[1])  # used up
    manager.get("/people/northwind/")


def proof_of(world: World) -> str:
    """What an administrator is told of the credential."""
    try:
        return repr(credentials.test(world.connection, by=world.people["admin"]))
    except VendorError as error:
        return str(error)


def meet_an_echoing_vendor(world: World, secrets: dict[str, str], settings: LazySettings) -> Case:
    """Everything a vendor can do wrong to a case, each time telling what it knows."""
    case, told = world.filed(), []
    echoing = EchoingVendor(secrets)
    with loopback.listening(echoing.play) as where:
        settings.EXTRA_HOSTS = [*settings.EXTRA_HOSTS, where.url.removeprefix("http://")]
        Connection.objects.update(base_url=where.url)
        for status in ANSWERS:
            echoing.status = status
            Connection.objects.update(refused_at=None, outage_until=None, busy_until=None)
            world.add_note(case, f"Tell me more about {status[:3]}")
            world.work()
            world.file_case()
            world.work()
            access.worker_cases().filter(pk=case.pk).update(refresh_wanted_at=None)
            world.pull()
            told.append(proof_of(world))
            world.hurry()
    assert len(echoing.heard) > len(ANSWERS)
    assert not [words for words in told if secrets["client_secret"] in words]
    return case


def break_pages(canaries: Canaries, client: WatchedClient, settings: LazySettings) -> None:
    """Server errors, forms without a token, pages that are not there, and what a monitor asks."""
    settings.ROOT_URLCONF = "tests.isolation.planted_crash"
    password = canaries.plant("password", "zz-crash-password-canary")
    told = {"password": password, "token": "x", "note": "a longer text"}
    assert client.post("/crash/", told).status_code == 500
    strict = WatchedClient(canaries, enforce_csrf_checks=True)
    strict.cookies = client.cookies
    for path in ("/accounts/login/", "/accounts/password/change/", "/crash/"):
        sent = {**told, "oldpassword": password, "password1": password}
        assert strict.post(path, sent, headers={"Origin": "http://testserver"}).status_code == 403
    monitor = {"Authorization": f"Bearer {settings.MONITOR_TOKEN}"}
    for path in ("/metrics", "/health.json", "/readyz", "/nowhere/", "/crash/"):
        client.get(path, headers=monitor)


def enter_credentials(world: World, client: WatchedClient, fields: dict[str, str]) -> None:
    """The console's form: filled in wrongly, then as it should be."""
    path = f"/admin/connections/connection/{world.connection.pk}/change/"
    entered = {f"credential_{name}": value for name, value in fields.items()}
    for label in ("", "Meridian's"):
        client.get(path)
        client.post(path, {"label": label, "state": "active", "base_url": "", **entered})
    client.post(f"/admin/connections/connection/{world.connection.pk}/test/")
    client.get(path)


def read_everything(world: World, client: WatchedClient, case: Case) -> None:
    ids = {
        "reference": case.reference,
        "organization": "northwind",
        "connections_connection": str(world.connection.pk),
        "cases_case": str(case.pk),
        "cases_push": str(world.push(case, "note").pk),
        "push": str(world.push(case, "note").pk),
        "draft": str(world.draft().pk),
    }
    for row in ROWS.values():
        if row.method == "GET" and "logout" not in row.path:
            path = re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], "0"), row.path)
            client.get(path)
            client.get(path, headers={"HX-Request": "true"})


def test_no_secret_is_seen_where_it_does_not_belong(
    world: World, canaries: Canaries, settings: LazySettings
) -> None:
    given = world.played.control("credentials")["akamai"]
    for name in ("client_token", "client_secret", "access_token"):
        canaries.plant(name.replace("_", " "), given[name])
    admin = sign_in_in_every_way(world, canaries, "admin")
    manager = sign_in_in_every_way(world, canaries, "morgan")
    reset_a_password(world, canaries)
    invite_somebody(canaries, manager)
    case = meet_an_echoing_vendor(world, given, settings)
    enter_credentials(world, admin, entered_credential(canaries))
    read_everything(world, admin, case)
    read_everything(world, manager, case)
    break_pages(canaries, admin, settings)
    assert canaries.names == EXPECTED
    assert canaries.seen_at_home() == {*SHOWN_ON, *MAILED}
    for page in ("/audit/", "/audit/export.csv", "/accounts/sessions/", "/metrics", "/crash/"):
        assert canaries.visited(page), page
    assert canaries.visited(f"/admin/connections/connection/{world.connection.pk}/change/")
    wrong = sorted(set(canaries.everywhere()))
    assert not wrong, "\n".join(wrong)
    assert [line for line in canaries.lines if "nobody foresaw" in line]
    assert canaries.shelves > 1000
