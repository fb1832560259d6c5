"""A small world for tests: two resellers, their customers and people, one played vendor.

Rows are made here directly; what happens to them goes through actions and workers, as for real.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.db.models import F

from cases import access, actions, outbox, sync
from cases.access import Viewer
from cases.models import Case, Draft, Entry, Push, PushEvent
from cases.models.push import State
from cases.models.timeline import Audience
from portal import clock
from portal.accounts.models import Membership, Organization, User
from vendors.connections import gateway, secrets
from vendors.connections.models import Connection, Credential, Entitlement, VendorAccount
from vendors.schema import Control
from vendors.simulator.app import Simulator
from vendors.simulator.server import serve_in_thread
from vendors.vocabulary import Answered

PLAIN = '[["product","Other","Product"],["problem","Duplicate/Test Ticket","Problem"]]'
WAIT_FOR_TIME = (State.PENDING, State.UNCERTAIN, State.AWAITING)
PUSH_TIMES = (
    "not_before",
    "sent_at",
    "doubted_at",
    "failing_since",
    "waiting_since",
    "created_at",
    "lease_until",
)
CALL_TIMES = ("busy_until", "outage_until")
PEOPLE = {
    "casey": ("northwind", "requester"),
    "vera": ("northwind", "viewer"),
    "morgan": ("northwind", "manager"),
    "stranger": ("fabrikam", "requester"),
    "riley": ("meridian", "agent"),
    "admin": ("meridian", "admin"),
    "rival": ("summit", "agent"),
}


@dataclass
class Played:
    """A simulator on a port of its own, and its controls."""

    simulator: Simulator
    url: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60, trust_env=False))

    def control(self, name: str, body: Any = None) -> Any:
        where = f"{self.url}/_simulator/{name}"
        answer = self.http.get(where) if body is None else self.http.post(where, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def effects(self, operation: str = "", by: str = "client") -> list[dict[str, Any]]:
        ledger: list[dict[str, Any]] = self.control("ledger")["effects"]
        return [e for e in ledger if e["by"] == by and operation in ("", e["operation"])]

    def fault(self, operation: str, fault: str, **more: Any) -> None:
        rule = {"vendor": "akamai_v2", "operation": operation, "fault": fault, "times": 1, **more}
        self.control("faults", [rule])

    def engineer(self, case: Case, **action: Any) -> None:
        self.control(f"cases/akamai_v2/{case.vendor_id}", action)


@pytest.fixture(scope="session")
def played() -> Iterator[Played]:
    simulator = Simulator()
    url, stop = serve_in_thread(simulator)
    yield Played(simulator, url)
    stop()


@dataclass
class World:
    """Everything a test of cases starts from."""

    played: Played
    organizations: dict[str, Organization]
    people: dict[str, User]
    connection: Connection
    accounts: dict[str, VendorAccount]
    passed: float = 0.0  # seconds let pass so far

    def viewer(self, name: str) -> Viewer:
        return Viewer(self.people[name])

    def draft(self, by: str = "casey", customer: str = "northwind") -> Draft:
        return actions.start_draft(
            viewer=self.viewer(by),
            customer=self.organizations[customer],
            account=self.accounts[customer],
        )

    def file_case(self, by: str = "casey", **answers: str) -> Case:
        draft = self.draft(by)
        return actions.file_case(viewer=self.viewer(by), draft=draft, answered=answered(**answers))

    def filed(self, by: str = "casey", **answers: str) -> Case:
        """A case the vendor has."""
        case = self.file_case(by, **answers)
        self.work()
        case.refresh_from_db()
        assert case.vendor_id, [push.outcome for push in case.pushes.all()]
        return case

    def add_note(self, case: Case, text: str, by: str = "casey", audience: str = "") -> Entry:
        entry = actions.add_note(
            viewer=self.viewer(by),
            case=case,
            text=text,
            audience=audience or Audience.VENDOR,
            token=uuid4(),
        )
        self.hurry()
        return entry

    def work(self, most: int = 50) -> int:
        """Deliver what is due now; the number of pushes brought on."""
        did = 0
        while did < most and (outbox.run_one("steps") or outbox.run_one("files")):
            did += 1
        return did

    def let_pass(self, seconds: float) -> None:
        """Let so much time pass: whatever steps and connections keep of a time is so much older.

        The rows move and no clock does, so that this works on a database with a clock of its own.
        """
        by = timedelta(seconds=seconds)
        access.worker_pushes().update(**{name: F(name) - by for name in PUSH_TIMES})
        PushEvent.objects.update(at=F("at") - by)
        Connection.objects.update(**{name: F(name) - by for name in CALL_TIMES})
        self.passed += seconds

    def hurry(self) -> None:
        """Let exactly the time pass after which everything that waits for a time is due."""
        waiting = access.worker_pushes().filter(state__in=WAIT_FOR_TIME)
        dues = list(waiting.values_list("not_before", flat=True))
        dues += [at for row in Connection.objects.values_list(*CALL_TIMES) for at in row if at]
        left = max((at - clock.now() for at in dues), default=timedelta())
        if left > timedelta():
            self.let_pass(left.total_seconds() + 1)

    def drain(self, rounds: int = 12) -> None:
        """Work until nothing more moves, letting every wait pass."""
        for _ in range(rounds):
            self.work()
            self.hurry()

    def pull(self, case: Case | None = None) -> None:
        """Read the vendor's changes now."""
        Connection.objects.update(sync_started_at=None, sync_until=None)
        sync.pull_due()
        if case is not None:
            case.refresh_from_db()

    def push(self, case: Case, kind: str) -> Push:
        return access.worker_pushes().filter(case=case, kind=kind).latest("created_at")


def answered(
    subject: str = "Checkout answers 503",
    description: str = "Since 13:40 every POST fails.",
    severity: str = "3-Low Impact",
    **more: str,
) -> tuple[Answered, ...]:
    """The answers of a plain case, as a checked form gives them."""
    told = {
        "categoryType": "Technical",
        "subject": subject,
        "description": description,
        "severity": severity,
        "userDetail/userName": "Casey Ito",
        "userDetail/userEmail": "casey@northwind.example",
        "userDetail/userPhone": "+49 30 1234567",
        "userDetail/userCompany": "Northwind",
        **more,
    }
    plain = tuple(Answered(key, key, Control.TEXT, value, value) for key, value in told.items())
    tree = Answered("subCategories", "Subcategory", Control.TREE, (PLAIN,), "Other")
    return (tree, *plain)


def organization(slug: str, kind: str, reseller: Organization | None = None) -> Organization:
    return Organization.objects.create(
        slug=slug, name=slug.capitalize(), kind=kind, reseller=reseller
    )


def connect(owner: Organization, url: str, given: dict[str, str], label: str) -> Connection:
    """A connection with an active credential."""
    connection = Connection.objects.create(
        owner=owner, vendor="akamai_v2", label=label, base_url=url
    )
    wanted = {
        name: given[name] for name in ("host", "client_token", "client_secret", "access_token")
    }
    credential = Credential(connection=connection)
    credential.identity = gateway.vendor_of(connection).credential_identity(wanted)
    secrets.keep(credential, wanted)
    credential.save()
    return connection


@pytest.fixture
def world(db: None, played: Played, settings: Any) -> World:
    played.control("reset", {})
    settings.EXTRA_HOSTS = [played.url.removeprefix("http://")]
    settings.QUIET_HORIZON = (90.0, 180.0, 600.0)
    return founded(played)


def founded(played: Played) -> World:
    """The world's rows in an empty database, made anew."""
    resellers = {slug: organization(slug, "reseller") for slug in ("meridian", "summit")}
    belongs = {"northwind": "meridian", "fabrikam": "meridian", "contoso": "summit"}
    customers = {
        slug: organization(slug, "customer", resellers[reseller])
        for slug, reseller in belongs.items()
    }
    organizations = {**resellers, **customers}
    people = {}
    for name, (slug, role) in PEOPLE.items():
        user = User.objects.create_user(
            f"{name}@{slug}.example", "caseport-demo", name=name.title()
        )
        Membership.objects.create(user=user, organization=organizations[slug], role=role)
        people[name] = user
    given = played.control("credentials")["akamai"]
    connection = connect(resellers["meridian"], played.url, given, "Meridian's")
    accounts = {}
    named = {
        "northwind": ("1-NWT01", "Northwind Traders"),
        "fabrikam": ("1-FAB02", "Fabrikam Industries"),
    }
    for slug, (account_id, name) in named.items():
        accounts[slug] = VendorAccount.objects.create(
            connection=connection, account_id=account_id, name=name
        )
        Entitlement.objects.create(customer=customers[slug], account=accounts[slug])
    return World(played, organizations, people, connection, accounts)
