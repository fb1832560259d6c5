"""What is told of connections, once; the mails, and the bell."""

from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from cases import access
from cases.models import Case
from cases.notices import reading
from cases.notices.mailing import MOST_TRIES, send_due
from portal.accounts.models import Membership, Notification, User
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.factories import CredentialFactory, NotificationFactory
from tests.world import World
from vendors.connections import health
from vendors.http.errors import Unauthorised, Unreachable


def told(person: User) -> list[str]:
    return list(Notification.objects.filter(user=person).values_list("kind", flat=True))


# connections


def test_the_keepers_of_a_connection_are_told_once_that_its_credential_was_refused(
    world: World,
) -> None:
    for _ in range(3):
        health.note_failure(world.connection, Unauthorised("No such client.", status=401))
    assert told(world.people["admin"]) == ["credential"]
    for name in ("riley", "casey", "morgan", "rival"):
        assert not told(world.people[name])


def test_an_outage_is_told_once_and_its_end_once(world: World) -> None:
    admin = world.people["admin"]
    for _ in range(4):
        health.note_failure(world.connection, Unreachable("No route."))
    assert not told(admin)
    for _ in range(4):
        health.note_failure(world.connection, Unreachable("No route."))
    assert told(admin) == ["outage"]
    for _ in range(2):
        health.note_success(world.connection)
    assert sorted(told(admin)) == ["outage", "recovered"]


def test_a_second_outage_is_told_again(world: World) -> None:
    for _ in range(2):
        for _ in range(6):
            health.note_failure(world.connection, Unreachable("No route."))
        health.note_success(world.connection)
    assert sorted(told(world.people["admin"])) == ["outage", "outage", "recovered", "recovered"]


def test_who_mends_a_credential_is_not_told_that_it_works_again(world: World) -> None:
    other = User.objects.create_user("second@meridian.example", "caseport-demo")
    meridian = world.organizations["meridian"]
    Membership.objects.create(user=other, organization=meridian, role=Role.ADMIN)
    health.note_failure(world.connection, Unauthorised("No such client.", status=401))
    health.note_tested(world.connection, by=world.people["admin"])
    assert told(world.people["admin"]) == ["credential"]
    assert sorted(told(other)) == ["credential", "recovered"]


def fail_through(world: World) -> None:
    for _ in range(6):
        health.note_failure(world.connection, Unreachable("No route."))


def test_a_new_credential_is_not_said_to_work_before_it_did(world: World) -> None:
    health.note_failure(world.connection, Unauthorised("No such client.", status=401))
    health.note_new_credential(world.connection)
    newest = Notification.objects.filter(user=world.people["admin"], kind="recovered").get()
    assert newest.text == "“Meridian's” has a new credential. What waits is tried with it."


def test_an_outage_that_outlives_a_new_credential_is_told_again(world: World) -> None:
    fail_through(world)
    world.connection.credentials.update(state="retired")
    CredentialFactory(connection=world.connection)
    health.note_new_credential(world.connection)
    fail_through(world)
    assert sorted(told(world.people["admin"])) == ["outage", "outage", "recovered"]


def test_a_credential_that_was_never_refused_recovers_from_nothing(world: World) -> None:
    health.note_new_credential(world.connection)
    assert not Notification.objects.exists()


# mail


def written(person: User, case: Case | None = None, **columns: Any) -> Notification:
    columns.setdefault("mail_due_at", timezone.now() - timedelta(seconds=1))
    if case is not None:
        columns["case_reference"] = case.reference
    made: Notification = NotificationFactory(user=person, **columns)
    return made


def send_all() -> int:
    sent = 0
    while send_due():
        sent += 1
    return sent


def test_what_is_told_of_one_case_within_two_minutes_is_one_mail(world: World) -> None:
    case, casey = world.filed(), world.people["casey"]
    written(casey, case, text="The first.")
    written(casey, case, text="The second.", mail_due_at=timezone.now() + timedelta(minutes=1))
    assert send_all() == 1
    (message,) = mail.outbox
    assert message.to == [casey.email]
    assert message.subject == f"Caseport: 2 notices about {case.reference}"
    assert "The first." in message.body
    assert "The second." in message.body


def test_a_fresh_notice_waits_for_what_may_follow(world: World) -> None:
    written(world.people["casey"], world.filed(), mail_due_at=timezone.now() + timedelta(minutes=1))
    assert send_all() == 0
    notice = NotificationFactory(user=world.people["casey"])
    left = notice.mail_due_at - notice.created_at
    assert timedelta(seconds=100) < left < timedelta(seconds=140)


def test_other_cases_and_other_people_have_mails_of_their_own(world: World) -> None:
    one, other = world.filed(), world.filed()
    written(world.people["casey"], one)
    written(world.people["casey"], other)
    written(world.people["morgan"], one)
    assert send_all() == 3
    assert len(mail.outbox) == 3


def test_a_notice_is_mailed_once(world: World) -> None:
    notice = written(world.people["casey"], world.filed())
    send_all()
    send_all()
    assert len(mail.outbox) == 1
    notice.refresh_from_db()
    assert (notice.mail_due_at, notice.mailed_at is None) == (None, False)


def test_what_was_read_meanwhile_is_not_mailed(world: World) -> None:
    written(world.people["casey"], world.filed(), read_at=timezone.now())
    send_all()
    assert not mail.outbox


def test_what_its_reader_may_no_longer_see_is_neither_mailed_nor_shown(
    world: World, client: Client
) -> None:
    casey, case = world.people["casey"], world.filed()
    written(casey, case, text="Of a case no longer theirs")
    client.force_login(casey)
    assert Page(client.get("/notices/")).all("data-notice")
    access.worker_cases().filter(pk=case.pk).update(visible_to_customer=False)
    send_all()
    assert not mail.outbox
    page = client.get("/notices/")
    assert not Page(page).all("data-notice")
    assert 'data-unread="0"' in page.content.decode()


def test_notices_of_a_connection_are_for_those_who_keep_it(world: World, client: Client) -> None:
    admin = world.people["admin"]
    written(admin, connection_id=world.connection.pk, kind="outage")
    client.force_login(admin)
    assert Page(client.get("/notices/")).all("data-notice")
    Membership.objects.filter(user=admin).delete()
    assert not Page(client.get("/notices/")).all("data-notice")
    send_all()
    assert not mail.outbox


def test_somebody_who_left_gets_no_mail(world: World) -> None:
    written(world.people["casey"], world.filed())
    User.objects.filter(pk=world.people["casey"].pk).update(is_active=False)
    send_all()
    assert not mail.outbox


class Unwilling(EmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages: Any) -> int:
        raise SMTPException("come back later")


def test_a_mail_that_fails_is_tried_again_later_and_later_and_then_left(
    world: World, settings: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Unwilling"
    notice = written(world.people["casey"], world.filed())
    pauses = []
    for _ in range(MOST_TRIES - 1):
        assert send_due()
        notice.refresh_from_db()
        assert notice.mail_due_at is not None
        pauses.append(notice.mail_due_at - timezone.now())
        Notification.objects.update(mail_due_at=timezone.now())
    assert pauses[:3] == sorted(pauses[:3])
    assert pauses[-1] <= timedelta(hours=1)
    assert send_due()
    notice.refresh_from_db()
    assert (notice.mail_due_at, notice.mailed_at) == (None, None)


def test_a_mail_leads_to_its_case_and_to_all_notices(world: World, settings: Any) -> None:
    settings.PUBLIC_URL = "https://portal.example/"
    case = world.filed()
    written(world.people["casey"], case, path=f"cases/{case.reference}/#entry-1")
    send_all()
    (message,) = mail.outbox
    assert f"https://portal.example/cases/{case.reference}/#entry-1" in message.body
    assert "https://portal.example/notices/" in message.body


# the bell


def test_the_bell_counts_what_is_unread(world: World, client: Client) -> None:
    casey, case = world.people["casey"], world.filed()
    written(casey, case)
    written(casey, case, read_at=timezone.now())
    client.force_login(casey)
    bell = Page(client.get("/")).one("data-unread")
    assert bell["data-unread"] == "1"
    assert "Notices, 1 unread" in bell.text


def test_a_notice_leads_to_what_it_is_about_in_any_scope(world: World, client: Client) -> None:
    case = world.filed()
    written(world.people["riley"], case, path=f"cases/{case.reference}/")
    client.force_login(world.people["riley"])
    for prefix in ("", "/for/northwind"):
        page = Page(client.get(f"{prefix}/notices/"))
        links = [link.attributes.get("href") for link in page.tagged("a")]
        assert f"{prefix}/cases/{case.reference}/" in links


def test_reading_one_leaves_the_others(world: World, client: Client) -> None:
    casey, case = world.people["casey"], world.filed()
    one, other = written(casey, case), written(casey, case)
    client.force_login(casey)
    assert client.get(f"/notices/{one.pk}/read/").status_code == 405
    client.post(f"/notices/{one.pk}/read/")
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.read_at is not None
    assert other.read_at is None
    client.post("/notices/read/")
    other.refresh_from_db()
    assert other.read_at is not None


def test_nobody_reads_anothers_notice(world: World, client: Client) -> None:
    theirs = written(world.people["casey"], world.filed(), text="For casey alone")
    client.force_login(world.people["morgan"])
    assert client.post(f"/notices/{theirs.pk}/read/").status_code == 404
    client.post("/notices/read/")
    assert "For casey alone" not in Page(client.get("/notices/")).text
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_who_looks_as_somebody_sees_none_of_their_notices(world: World) -> None:
    case, casey = world.filed(), world.people["casey"]
    written(casey, case)
    looking: Any = object()
    assert reading.notices(access.Viewer(casey)).count() == 1
    assert reading.notices(access.Viewer(casey, seen_by=looking)).count() == 0


def test_the_list_of_notices_is_cut_into_pages(world: World, client: Client) -> None:
    casey, case = world.people["casey"], world.filed()
    for _ in range(30):
        written(casey, case)
    client.force_login(casey)
    first = Page(client.get("/notices/"))
    assert len(first.all("data-notice")) == 25
    (older,) = first.all("rel", "next")
    assert len(Page(client.get(f"/notices/{older['href']}")).all("data-notice")) == 5
