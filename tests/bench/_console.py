"""The console with failing connections, in this process; run by console.py."""

from functools import partial

from django.utils import timezone

from portal.accounts.roles import Role
from portal.wsgi import application
from tests import factories
from tests.bench._asker import Asker, session_of
from tests.bench._figures import HEADS, Trial, in_turns, table
from vendors.connections import health
from vendors.connections.models import Connection
from vendors.http.errors import Unauthorised, Unclear, Unreachable, VendorError

LIST = "/admin/connections/connection/"
MOST_MS = 300.0
TROUBLES: dict[str, VendorError] = {
    "refused": Unauthorised("Inactive client token", status=401),
    "silent": Unreachable("No answer within 60 s"),
    "broken": Unclear("The vendor answered 500", status=500),
    "late": Unauthorised("Invalid timestamp: the clocks differ by 300 s", status=400),
}


def report() -> None:
    """Let four of ten connections fail, then ask for the list."""
    owner = factories.ResellerFactory.create()
    admin = factories.MembershipFactory.create(organization=owner, role=Role.ADMIN).user
    for number in range(6):
        _connected(owner.pk, f"sound {number}")
    for label, trouble in TROUBLES.items():
        connection = _connected(owner.pk, label)
        for _ in range(health.FAILURES_TO_OPEN):
            health.note_failure(connection, trouble)
    asker = Asker(application, session_of(admin))
    page = asker.ask(LIST).body.decode()
    told = sum(page.count(trouble.words) for trouble in TROUBLES.values())
    trial = Trial("list of connections", partial(asker.ask, LIST))
    in_turns([trial])
    print(f"\nThe console with {told} of 10 connections failing, each told by its own words.")
    table(["page", *HEADS[:4]], [[trial.name, *trial.cells(trial)[:4]]])
    print(f"Aim: p50 under {MOST_MS:.0f} ms: {'met' if trial.p50 < MOST_MS else 'MISSED'}.")


def _connected(owner: object, label: str) -> Connection:
    made: Connection = factories.ConnectionFactory.create(
        owner_id=owner, label=label, last_ok_at=timezone.now()
    )
    factories.CredentialFactory.create(connection=made)
    return made
