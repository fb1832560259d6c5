"""Inviting: the mail and its link, who may, how often, sending again and taking back."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone

from portal.accounts import invitations
from portal.accounts.models import AuditEvent, Invitation, User
from portal.accounts.models.invitation import LASTS
from tests.accounts.invited import (
    INVITE,
    NEW,
    TOLD,
    act,
    actions,
    browser,
    invite,
    link,
    only,
    shown,
)
from tests.world import World

# the mail


def test_an_invitation_is_a_mail_with_a_link_of_our_own_address(
    world: World, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://desk.example"
    client = browser(world.people["morgan"])
    client.post(INVITE, {"email": NEW, "role": "viewer"}, headers={"host": "localhost"})
    message = mail.outbox[-1]
    assert message.to == ["kim@example.org"]
    assert message.subject == "Caseport: Morgan invites you to Northwind"
    assert message.from_email == settings.DEFAULT_FROM_EMAIL
    assert f"https://desk.example{link()}" in message.body
    assert actions() == ["person invited"]


def test_a_link_sent_from_a_customers_scope_is_the_same(world: World) -> None:
    client = browser(world.people["admin"])
    client.post(f"/for/northwind{INVITE}", {"email": NEW, "role": "viewer"})
    assert "/for/" not in mail.outbox[-1].body
    assert browser().get(link()).status_code == 200


def test_the_link_is_kept_nowhere(world: World) -> None:
    token = invite(world).split("/")[-2]
    rows = [str(vars(row)) for row in (*Invitation.objects.all(), *AuditEvent.objects.all())]
    assert not any(token in row for row in rows)


def test_words_of_people_cannot_write_the_mails_header(world: World) -> None:
    User.objects.filter(pk=world.people["morgan"].pk).update(name="Mörgan\r\nBcc: x@evil.example")
    invite(world)
    assert (
        mail.outbox[-1].subject == "Caseport: Mörgan Bcc: x@evil.example invites you to Northwind"
    )
    assert mail.outbox[-1].message()["Bcc"] is None


@pytest.mark.parametrize(
    "email",
    [
        "",
        "kim",
        "kim@",
        "k\r\nBcc:x@evil.example",
        "k@a.example\nBcc: x@b.example",
        "mıke@a.example",
    ],
)
def test_what_is_no_address_is_refused_at_its_field(world: World, email: str) -> None:
    answer = browser(world.people["morgan"]).post(INVITE, {"email": email, "role": "viewer"})
    assert answer.status_code == 422
    assert 'href="#id_email"' in shown(answer)
    assert mail.outbox == []


def test_a_domain_of_other_letters_is_kept_as_mail_servers_know_it(world: World) -> None:
    invite(world, "kim@Bücher.example")
    assert only().email == "kim@xn--bcher-kva.example"


@pytest.mark.parametrize("role", ["admin", "agent", ""])
def test_a_role_of_another_kind_of_organisation_is_not_offered(world: World, role: str) -> None:
    answer = browser(world.people["morgan"]).post(INVITE, {"email": NEW, "role": role})
    assert answer.status_code == 422
    assert 'value="Kim@Example.org"' in shown(answer)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("email", ["CASEY@northwind.example", "casey@private.example"])
def test_who_belongs_already_is_not_invited(world: World, email: str) -> None:
    EmailAddress.objects.create(
        user=world.people["casey"], email="casey@private.example", verified=True
    )
    answer = browser(world.people["morgan"]).post(INVITE, {"email": email, "role": "viewer"})
    assert answer.status_code == 422
    assert "belongs to Northwind already" in shown(answer)


def test_who_was_invited_is_not_invited_twice_until_it_expired(world: World) -> None:
    old = invite(world)
    again = browser(world.people["morgan"]).post(
        INVITE, {"email": "kim@example.ORG", "role": "viewer"}
    )
    assert "was invited already" in shown(again)
    Invitation.objects.update(expires_at=timezone.now())
    assert invite(world) != old
    assert browser().get(old).status_code == 410


def test_nobody_learns_of_an_account_elsewhere_by_inviting(world: World) -> None:
    invite(world, "stranger@fabrikam.example")
    assert "Stranger" not in shown(browser(world.people["morgan"]).get("/people/"))


def test_an_hours_share_of_mail_is_limited_and_the_refusal_says_when(world: World) -> None:
    client = browser(world.people["morgan"])
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(invitations.MOST_AN_HOUR):
            answer = client.post(INVITE, {"email": f"p{number}@x.example", "role": "viewer"})
            assert answer.status_code == 302
        refused = client.post(INVITE, {"email": NEW, "role": "viewer"})
        when = timezone.now() + timedelta(hours=1)
        assert refused.status_code == 422
        assert f"You may send the next at {when:%H:%M} UTC" in shown(refused)
        clock.shift(timedelta(minutes=50))
        pk = Invitation.objects.latest("created_at").pk
        path = f"/people/northwind/invitations/{pk}/resend/"
        sent = len(mail.outbox)
        assert "You sent 20 invitations" in shown(client.post(path, follow=True))
        assert len(mail.outbox) == sent
        clock.shift(timedelta(minutes=11))
        assert client.post(INVITE, {"email": NEW, "role": "viewer"}).status_code == 302


def test_an_invitation_outlives_a_mail_server_that_is_away(world: World, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 2
    answer = browser(world.people["morgan"]).post(INVITE, {"email": NEW, "role": "viewer"})
    assert answer.status_code == 422
    assert "is kept, but its mail could not be sent" in shown(answer)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    act(world, "resend")
    assert browser().get(link()).status_code == 200


# sent again, taken back


def test_sending_again_kills_the_old_link(world: World) -> None:
    old = invite(world)
    Invitation.objects.update(expires_at=timezone.now())
    assert "Expired" in shown(browser(world.people["morgan"]).get("/people/"))
    act(world, "resend")
    assert browser().get(old).status_code == 404
    assert browser().get(link()).status_code == 200
    assert only().expires_at > timezone.now() + LASTS - timedelta(minutes=1)
    assert actions() == ["person invited", "invitation resent"]


def test_taking_back_kills_the_link(world: World) -> None:
    path = invite(world)
    act(world, "revoke")
    assert browser().get(path).status_code == 410
    assert browser().post(path, TOLD).status_code == 410
    assert not User.objects.filter(email="kim@example.org").exists()
    assert "kim@example.org" not in shown(browser(world.people["morgan"]).get("/people/"))
    assert actions() == ["person invited", "invitation revoked"]


@pytest.mark.parametrize("name", ["resend", "revoke"])
def test_an_answered_invitation_is_left_alone(world: World, name: str) -> None:
    path = invite(world)
    browser().post(path, TOLD)
    sent = len(mail.outbox)
    answer = browser(world.people["morgan"])
    act(world, name, answer)
    assert "was answered or taken back by now" in shown(answer.get("/people/northwind/"))
    assert only().state is Invitation.State.ACCEPTED
    assert len(mail.outbox) == sent


@pytest.mark.parametrize("name", ["resend", "revoke"])
def test_only_those_who_manage_these_people_touch_an_invitation(world: World, name: str) -> None:
    invite(world)
    for who, status in (("stranger", 404), ("rival", 404), ("casey", 403), ("riley", 403)):
        assert act(world, name, browser(world.people[who])).status_code == status
    path = f"/people/fabrikam/invitations/{only().pk}/{name}/"
    assert browser(world.people["admin"]).post(path).status_code == 404
    assert actions() == ["person invited"]
