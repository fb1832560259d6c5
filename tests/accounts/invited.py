"""What tests of invitations share: a browser, an invitation sent through the page, its mail."""

import re
from typing import Any

from django.core import mail
from django.test import Client

from portal.accounts.models import AuditEvent, Invitation, User
from tests.world import World

INVITE = "/people/northwind/invite/"
NEW = "Kim@Example.org"
TOLD = {
    "name": "Kim Öz",
    "phone": "+49 30 1",
    "time_zone": "Europe/Berlin",
    "password1": "long and winding",
    "password2": "long and winding",
}
LINK = re.compile(r"https?://\S+?(/accounts/invitation/[^/\s]+/)")


def browser(user: User | None = None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def shown(answer: Any) -> str:
    return str(answer.content.decode())


def invite(world: World, email: str = NEW, role: str = "requester") -> str:
    """The path of the link mailed to somebody morgan invited through the page."""
    answer = browser(world.people["morgan"]).post(INVITE, {"email": email, "role": role})
    assert answer.status_code == 302, shown(answer)
    return link()


def link() -> str:
    """The path of the link in the last mail."""
    found = LINK.search(str(mail.outbox[-1].body))
    assert found
    return found[1]


def only() -> Invitation:
    return Invitation.objects.get()


def act(world: World, name: str, client: Client | None = None) -> Any:
    path = f"/people/northwind/invitations/{only().pk}/{name}/"
    return (client or browser(world.people["morgan"])).post(path)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("at").values_list("action", flat=True))
