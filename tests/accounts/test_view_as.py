"""Viewing as somebody else: for reading, for a while, downwards only, on record."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from cases import actions
from cases.access import Viewer
from portal import schedule
from portal.accounts import view_as
from portal.accounts.models import AuditEvent, Membership, User, ViewAs
from portal.accounts.roles import Role
from tests.accounts.routes import ROWS
from tests.factories import CaseFactory
from tests.world import World

WHY = {"reason": "Casey asks why a case is missing"}


def page(person: User) -> str:
    return f"/view-as/{person.pk}/"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def looking(world: World) -> Client:
    """Riley, viewing as Casey."""
    client = browser(world.people["riley"])
    assert client.post(page(world.people["casey"]), WHY).headers["Location"] == "/"
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def deeds() -> list[str]:
    return list(AuditEvent.objects.order_by("at").values_list("action", flat=True))


def let_time_pass() -> None:
    ViewAs.objects.update(until=timezone.now() - timedelta(seconds=1))


def everything() -> str:
    """All rows but sessions, whose stamps are the actor's own."""
    own = ("accounts", "cases", "connections")
    models = [m for label in own for m in apps.get_app_config(label).get_models()]
    rows = [row for model in models for row in model._default_manager.order_by("pk")]
    return str(serializers.serialize("json", rows))


def test_a_reason_is_asked_first(world: World) -> None:
    client = browser(world.people["riley"])
    assert "View as Casey" in text(client.get(page(world.people["casey"])))
    refused = client.post(page(world.people["casey"]), {"reason": " "})
    assert refused.status_code == 422
    assert "Say why" in text(refused)
    assert not ViewAs.objects.exists()


def test_pages_show_what_the_person_sees_and_say_so(world: World, looking: Client) -> None:
    CaseFactory.create(
        organization=world.organizations["northwind"],
        filed_by=world.people["morgan"],
        subject="Morgan's own",
    )
    CaseFactory.create(
        organization=world.organizations["northwind"],
        filed_by=world.people["casey"],
        subject="Casey's own",
    )
    shown = text(looking.get("/cases/"))
    assert "Casey&#x27;s own" in shown
    assert "Morgan&#x27;s own" not in shown
    assert "You see the portal as <strong>Casey</strong> (Northwind)" in shown
    assert "reading only" in shown


def test_the_banner_is_on_error_pages_too(looking: Client) -> None:
    for path in ("/cases/CP-00000000/", "/for/contoso/cases/", "/accounts/profile/", "/no/such/"):
        assert "You see the portal as" in text(looking.get(path))


def test_nothing_can_be_changed(world: World, looking: Client) -> None:
    case = world.filed()
    world.add_note(case, "hello")
    draft = world.draft()
    ids = {
        "reference": case.reference,
        "draft": draft.pk,
        "push": world.push(case, "note").pk,
        "accounts_user": world.people["vera"].pk,
    }
    before = everything()
    wrong = []
    for row in ROWS.values():
        path = row.path.replace("{file}", str(draft.pk))
        if path.startswith(("/accounts/logout/", "/view-as/stop/", "/csp-report")):
            continue  # leaving, and what the browser says by itself
        for name, value in ids.items():
            path = path.replace(f"{{{name}}}", str(value))
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = looking.generic(method, path)
            if answer.status_code != 403 or "nothing can be changed" not in text(answer):
                wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []
    assert everything() == before


def test_a_page_that_asks_to_change_something_is_told_in_place(
    world: World, looking: Client
) -> None:
    case = world.filed()
    answer = looking.post(f"/cases/{case.reference}/note/", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert answer.headers["HX-Retarget"] == "#notices"
    assert "You are looking as Casey; nothing can be changed" in text(answer)


def test_reading_writes_nothing(world: World, looking: Client) -> None:
    case = world.filed()
    before = everything()
    for path in ("/", "/cases/", f"/cases/{case.reference}/", "/drafts/", "/deliveries/"):
        assert looking.get(path).status_code == 200
    assert everything() == before


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/profile/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/sessions/",
        "/admin/",
        "/people/",
        "/audit/",
        "/metrics",
        "/whatever/comes/next/",
    ],
)
def test_only_pages_about_cases_are_open(looking: Client, path: str) -> None:
    assert looking.get(path).status_code == 403


def test_nobody_looks_further_from_there(world: World, looking: Client) -> None:
    assert looking.get(page(world.people["vera"])).status_code == 403
    assert looking.post(page(world.people["vera"]), WHY).status_code == 403
    assert ViewAs.objects.count() == 1


def test_drafts_stay_closed(world: World, looking: Client) -> None:
    draft = world.draft()
    listed = text(looking.get("/drafts/"))
    assert str(draft.pk) not in listed
    assert "Drafts are private" in listed
    assert looking.get(f"/cases/new/{draft.pk}/").status_code == 404
    assert str(draft.pk) not in text(looking.get("/"))


def test_no_form_is_offered_that_would_be_refused(world: World, looking: Client) -> None:
    case = world.filed()
    shown = text(looking.get(f"/cases/{case.reference}/"))
    assert 'id="add-note"' not in shown
    assert "Take back" not in shown
    assert "New case" not in shown
    assert ">People</a>" not in shown


def test_what_is_internal_to_a_customer_is_not_shown_to_who_looks_as_its_person(
    world: World, looking: Client
) -> None:
    case = world.filed()
    for who, words in {"riley": "Meridian only", "casey": "Northwind only"}.items():
        world.add_note(case, words, by=who, audience="internal")
    shown = text(looking.get(f"/cases/{case.reference}/"))
    assert "Northwind only" not in shown
    assert "Meridian only" not in shown
    assert "their internal notes are not shown" in shown


def test_a_colleagues_view_keeps_what_is_internal_to_both(world: World) -> None:
    case = world.filed()
    for who, words in {"riley": "Meridian only", "casey": "Northwind only"}.items():
        world.add_note(case, words, by=who, audience="internal")
    admin = browser(world.people["admin"])
    assert admin.post(page(world.people["riley"]), WHY).status_code == 302
    shown = text(admin.get(f"/cases/{case.reference}/"))
    assert "Meridian only" in shown
    assert "Northwind only" not in shown
    assert "internal notes are not shown" not in shown


def test_what_the_person_sees_elsewhere_stays_hidden(world: World) -> None:
    casey = world.people["casey"]
    Membership.objects.create(
        user=casey, organization=world.organizations["contoso"], role=Role.MANAGER
    )
    CaseFactory.create(organization=world.organizations["contoso"], subject="Of another reseller")
    assert "Of another reseller" in text(browser(casey).get("/cases/"))
    admin = browser(world.people["admin"])
    assert admin.post(page(casey), WHY).status_code == 302
    shown = text(admin.get("/cases/"))
    assert "Of another reseller" not in shown
    assert "Contoso" not in shown


def test_both_ends_are_on_record_and_nothing_else(world: World, looking: Client) -> None:
    looking.get("/cases/")
    stopped = looking.post("/view-as/stop/", follow=True)
    assert "You see the portal as yourself again." in text(stopped)
    assert "You see the portal as <strong>" not in text(stopped)
    looking.post("/view-as/stop/")
    assert deeds() == ["view as started", "view as ended"]
    for event in AuditEvent.objects.all():
        assert event.actor == world.people["riley"]
        assert event.acting_for == world.organizations["northwind"]
        assert event.object_id == str(world.people["casey"].pk)
    assert AuditEvent.objects.get(action="view as started").reason == WHY["reason"]


def test_it_ends_by_itself_and_says_so(world: World, looking: Client) -> None:
    let_time_pass()
    shown = text(looking.get("/cases/"))
    assert "The time to view as Casey is over." in shown
    assert "reading only" not in shown
    schedule.run(schedule.named("end_views"), asked=True)
    assert deeds() == ["view as started", "view as ended"]
    assert ViewAs.objects.get().ending == "expired"


def test_a_forgotten_one_is_ended_by_a_job(world: World, looking: Client) -> None:
    schedule.run(schedule.named("end_views"), asked=True)
    assert deeds() == ["view as started"]
    let_time_pass()
    schedule.run(schedule.named("end_views"), asked=True)
    schedule.run(schedule.named("end_views"), asked=True)
    assert "The time to view as Casey is over." in text(looking.get("/"))
    assert deeds() == ["view as started", "view as ended"]


def test_it_is_ended_once_however_many_try(looking: Client) -> None:
    one, other = ViewAs.objects.get(), ViewAs.objects.get()
    assert view_as.end(one, ViewAs.Ending.STOPPED)
    assert not view_as.end(other, ViewAs.Ending.EXPIRED)
    assert deeds().count("view as ended") == 1
    assert ViewAs.objects.get().ending == "stopped"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_form_sent_after_the_end_does_nothing(
    world: World, looking: Client, headers: dict[str, str]
) -> None:
    case = world.filed()
    let_time_pass()
    told = {"text": "Two words", "audience": "vendor"}
    answer = looking.post(f"/cases/{case.reference}/note/", told, headers=headers)
    assert answer.status_code == 409
    assert "Nothing was sent" in text(answer)
    assert not case.entries.filter(text="Two words").exists()


def test_what_was_typed_before_the_end_is_shown_to_be_copied(world: World, looking: Client) -> None:
    case = world.filed()
    let_time_pass()
    told = {"text": "Two words", "audience": "vendor"}
    page = looking.post(f"/cases/{case.reference}/note/", told)
    assert page.status_code == 409
    assert "Two words" in text(page)


def test_a_page_still_open_at_the_end_is_loaded_anew(world: World, looking: Client) -> None:
    case = world.filed()
    let_time_pass()
    answer = looking.get(f"/cases/{case.reference}/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"
    assert case.subject not in text(answer)


@pytest.mark.parametrize("lost", ["actor", "person", "role"])
def test_it_ends_when_the_right_to_it_is_lost(world: World, looking: Client, lost: str) -> None:
    if lost == "role":
        Membership.objects.filter(user=world.people["casey"]).update(role=Role.MANAGER)
        Membership.objects.filter(user=world.people["riley"]).delete()
    else:
        name = {"actor": "riley", "person": "casey"}[lost]
        Membership.objects.filter(user=world.people[name]).delete()
    assert "You may no longer view as Casey." in text(looking.get("/"))
    assert ViewAs.objects.get().ending == "lost"
    assert deeds() == ["view as started", "view as ended"]


def test_signing_out_ends_it(looking: Client) -> None:
    assert looking.post("/accounts/logout/").status_code == 302
    assert sorted(deeds()) == ["signed out", "view as ended", "view as started"]


def test_the_session_of_another_person_cannot_use_it(world: World, looking: Client) -> None:
    other = browser(world.people["admin"])
    session = other.session
    session["view_as"] = str(ViewAs.objects.get().pk)
    session.save()
    shown = text(other.get("/cases/"))
    assert "You see the portal as" not in shown
    assert deeds() == ["view as started"]


ALLOWED = [
    ("riley", "casey", 302),
    ("riley", "vera", 302),
    ("riley", "morgan", 302),
    ("riley", "stranger", 302),
    ("admin", "riley", 302),
    ("operator", "admin", 302),
    ("operator", "rival", 302),
    ("riley", "riley", 403),
    ("riley", "admin", 403),
    ("riley", "agent", 403),
    ("admin", "admin", 403),
    ("operator", "operator", 404),  # of no organisation, so in nobody's reach
    ("riley", "rival", 404),
    ("rival", "casey", 404),
    ("morgan", "casey", 404),
    ("vera", "morgan", 404),
    ("casey", "casey", 404),
    ("stranger", "casey", 404),
]


@pytest.mark.parametrize(("actor", "person", "status"), ALLOWED)
def test_only_downwards_and_within_reach(
    world: World, actor: str, person: str, status: int
) -> None:
    world.people["operator"] = User.objects.create_superuser("operator@x.example", "caseport-demo")
    world.people["agent"] = User.objects.create_user("agent@meridian.example", "x", name="Agent")
    Membership.objects.create(
        user=world.people["agent"], organization=world.organizations["meridian"], role=Role.AGENT
    )
    client = browser(world.people[actor])
    read = client.get(page(world.people[person])).status_code
    assert read == (200 if status == 302 else status)
    assert client.post(page(world.people[person]), WHY).status_code == status
    assert ViewAs.objects.exists() == (status == 302)


def test_a_high_role_anywhere_keeps_others_out(world: World) -> None:
    casey = world.people["casey"]
    Membership.objects.create(
        user=casey, organization=world.organizations["summit"], role=Role.ADMIN
    )
    assert browser(world.people["riley"]).get(page(casey)).status_code == 403
    assert browser(world.people["admin"]).get(page(casey)).status_code == 403


def test_nobody_views_as_the_operator(world: World) -> None:
    casey = world.people["casey"]
    casey.is_superuser = True
    casey.save()
    assert browser(world.people["admin"]).get(page(casey)).status_code == 403


def test_actions_refuse_even_without_the_pages(world: World, looking: Client) -> None:
    viewer = Viewer(world.people["casey"], seen_by=ViewAs.objects.get())
    case = world.filed()
    with pytest.raises(PermissionDenied):
        actions.add_note(viewer=viewer, case=case, text="x", audience="vendor", token=case.pk)
