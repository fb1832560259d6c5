"""What every answer carries, and in whose zone its times are."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from portal.accounts import audit
from portal.accounts.models import AuditEvent, User
from portal.middleware import own_time_zone, private_pages, request_id
from tests.factories import UserFactory


def request_of(user: User | AnonymousUser) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_a_signed_in_persons_page_is_kept_by_no_cache(db: None, client: Client) -> None:
    client.force_login(UserFactory.create())
    answer = client.get("/accounts/profile/")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "HX-Request" in answer.headers["Vary"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_view_may_say_so_itself() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Cache-Control": "private, max-age=60"})

    answer = private_pages(view)(request_of(UserFactory.build()))
    assert answer.headers["Cache-Control"] == "private, max-age=60"


def test_the_policy_allows_nothing_but_ourselves(db: None, client: Client) -> None:
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert "unsafe" not in policy


@pytest.mark.parametrize(("zone", "hour"), [("Europe/Berlin", 13), ("America/New_York", 7)])
def test_times_are_shown_in_the_persons_own_zone(zone: str, hour: int) -> None:
    moment = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
    seen = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(timezone.localtime(moment).hour)
        return HttpResponse()

    own_time_zone(view)(request_of(UserFactory.build(time_zone=zone)))
    own_time_zone(view)(request_of(AnonymousUser()))
    assert seen == [hour, 12]


def test_a_deed_carries_the_id_the_answer_names(db: None) -> None:
    actor = UserFactory.create()

    def view(request: HttpRequest) -> HttpResponse:
        audit.record(actor=actor, action="user.tested", object=actor)
        return HttpResponse()

    answer = request_id(view)(RequestFactory().get("/", REMOTE_ADDR="192.0.2.7"))
    event = AuditEvent.objects.get()
    assert event.request_id == answer.headers["X-Request-ID"] != ""
    assert event.ip == "192.0.2.7"


def test_nobody_outside_chooses_the_id_of_a_request(db: None, client: Client) -> None:
    answer = client.get("/livez", headers={"X-Request-ID": "chosen"})
    assert answer.headers["X-Request-ID"] != "chosen"


def test_a_forwarded_address_is_not_believed_without_a_proxy(db: None) -> None:
    actor = UserFactory.create()

    def view(request: HttpRequest) -> HttpResponse:
        audit.record(actor=actor, action="user.tested", object=actor)
        return HttpResponse()

    request = RequestFactory().get(
        "/", REMOTE_ADDR="192.0.2.7", headers={"X-Forwarded-For": "203.0.113.9"}
    )
    request_id(view)(request)
    assert AuditEvent.objects.get().ip == "192.0.2.7"


def test_a_deed_outside_any_request_is_recorded_too(db: None) -> None:
    event = audit.record(actor=None, action="user.tested", object=UserFactory.create())
    assert event.request_id == ""
    assert event.ip is None
