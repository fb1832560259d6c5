"""Many cases of one reseller: rows as workers leave them, made in bulk."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.models import Case, CaseReference, Entry, Push, PushEvent
from cases.models.case import normalise
from cases.models.push import State
from cases.models.timeline import Audience
from portal.accounts.models import Organization, User
from portal.accounts.roles import Role
from tests import factories
from vendors import markers
from vendors.connections.models import Connection, VendorAccount
from vendors.vocabulary import EntryKind, Kind, NextAction, Status

RARE = "quokka"
RARE_ONCE_IN = 500
OPEN_ONCE_IN = 10
LONG_ONCE_IN = 100
ENTRIES, ENTRIES_OF_LONG = 2, 20
STOPPED_ONCE_IN, STOPPED_AT = 50, 2
WORDS = ("origin", "cache", "edge", "checkout", "latency", "certificate", "purge", "token")
STATUSES = ((Status.NEW, "Unassigned"), (Status.OPEN, "Work In Progress"))
WAITING = (Status.WAITING, "Mitigated/Solution Provided")
CLOSED = (Status.CLOSED, "Closed")


@dataclass
class Town:
    """A reseller's agent, a customer's requester, and what cases hang on."""

    agent: User
    requester: User
    customers: list[Organization]
    connection: Connection
    account: VendorAccount
    chance: random.Random

    @classmethod
    def found(cls) -> "Town":
        reseller = factories.ResellerFactory()
        customers = factories.CustomerFactory.create_batch(20, reseller=reseller)
        agent, requester = factories.UserFactory.create_batch(2)
        factories.MembershipFactory(user=agent, organization=reseller, role=Role.AGENT)
        factories.MembershipFactory(user=requester, organization=customers[0])
        connection = factories.ConnectionFactory(owner=reseller)
        account = factories.VendorAccountFactory(connection=connection)
        return cls(agent, requester, customers, connection, account, random.Random(20))

    def grow(self, first: int, last: int) -> None:
        """Make the cases of these numbers, the older the higher the number."""
        for start in range(first, last, 1000):
            cases = [self.case(number) for number in range(start, min(start + 1000, last))]
            Case.everything.bulk_create(cases)
            CaseReference.objects.bulk_create(r for case in cases for r in references(case))
            entries = [e for n, case in enumerate(cases, start) for e in self.entries(case, n)]
            Entry.objects.bulk_create(entries)
            pushes = [self.push(entry) for entry in entries if entry.author_id]
            Push.everything.bulk_create(pushes)
            PushEvent.objects.bulk_create(event for push in pushes for event in events(push))

    def case(self, number: int) -> Case:
        """One case, open once in ten; about 4 kB, as a mirrored one is."""
        at = timezone.now() - timedelta(minutes=number)
        customer = self.customers[min(int(self.chance.expovariate(0.2)), len(self.customers) - 1)]
        is_open = self.chance.randrange(OPEN_ONCE_IN) == 0
        status, said = self.chance.choice((*STATUSES, WAITING)) if is_open else CLOSED
        words = [*self.chance.choices(WORDS, k=5), *[RARE] * (number % RARE_ONCE_IN == 0)]
        rank = self.chance.randint(1, 4)
        return Case(
            organization=customer,
            reseller=customer.reseller,
            filed_from=customer,
            filed_by=self.requester if customer == self.customers[0] else self.agent,
            connection=self.connection,
            account=self.account,
            owner=self.connection.owner,
            vendor_space="akamai",
            vendor_id=f"F-CS-{number:07}",
            subject=" ".join(words).capitalize(),
            description=self.prose(700),
            category_path=["Technical", "Alta", "Slow delivery"],
            vendor_status=said,
            status=status,
            vendor_severity=f"{rank}-Impact",
            severity_rank=rank,
            next_action=NextAction.US if status == Status.WAITING else NextAction.VENDOR,
            facts=[{"label": f"Fact {n}", "value": "As read"} for n in range(8)],
            answers=[self.answer(n) for n in range(12)],
            raw={"case": self.prose(1500)},
            contact_name="Casey Ito",
            contact_email="casey@northwind.example",
            created_at=at,
            updated_at=at,
            vendor_created_at=at,
            vendor_modified_at=at,
            mirrored_at=timezone.now(),
        )

    def answer(self, number: int) -> dict[str, Any]:
        told = {"key": f"q/{number}", "label": f"Question {number}", "control": "text"}
        return {**told, "value": "As seen", "display": "As seen", "section": "About the problem"}

    def prose(self, length: int) -> str:
        return " ".join(self.chance.choices(WORDS, k=length // 7))

    def entries(self, case: Case, number: int) -> list[Entry]:
        """The opening, then the vendor's word and ours in turn."""
        many = ENTRIES + (number % STOPPED_ONCE_IN == 0)
        many = ENTRIES_OF_LONG if number % LONG_ONCE_IN == 0 else many
        return [self.entry(case, place) for place in range(many)]

    def entry(self, case: Case, place: int) -> Entry:
        is_ours = place % 2 == 0
        return Entry(
            case=case,
            kind=EntryKind.NOTE if is_ours else EntryKind.EMAIL,
            audience=Audience.VENDOR,
            author=case.filed_by if is_ours else None,
            author_organization=case.filed_from if is_ours else None,
            vendor_author="" if is_ours else "An engineer",
            text=self.prose(300),
            occurred_at=case.created_at + timedelta(minutes=place),
            vendor_key=f"{place}",
        )

    def push(self, entry: Entry) -> Push:
        """The step that brought an entry to the vendor; the first note of some was refused."""
        place = int(entry.vendor_key or 0)
        return Push(
            case=entry.case,
            connection=self.connection,
            kind=Kind.NOTE if place else Kind.CREATE,
            position=place + 1,
            author=entry.author,
            entry=entry,
            payload={"text": entry.text},
            marker=markers.mint(),
            state=State.REFUSED if place == STOPPED_AT else State.DONE,
            settled_at=None if place == STOPPED_AT else entry.occurred_at,
        )


def references(case: Case) -> list[CaseReference]:
    kinds = CaseReference.Kind
    told = {kinds.OURS: case.reference, kinds.VENDOR: case.vendor_id or ""}
    return [
        CaseReference(case=case, kind=kind, value=value, normalised=normalise(value))
        for kind, value in told.items()
    ]


def events(push: Push) -> list[PushEvent]:
    moves = (("", State.PENDING), (State.PENDING, push.state))
    return [
        PushEvent(push=push, number=n, was=was, now=now, by_worker="bench")
        for n, (was, now) in enumerate(moves, 1)
    ]
