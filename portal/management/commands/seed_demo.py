"""Fill an empty demo with organisations, people and connections to the simulator."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cache
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.accounts.models import Membership, Organization, User
from portal.accounts.roles import OrganizationKind, Role
from vendors import registry
from vendors.connections import credentials
from vendors.connections.models import Connection, Entitlement, VendorAccount

PASSWORD = "caseport-demo"  # noqa: S105 - printed in the README; the demo serves loopback only
SIMULATOR_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo; without a role they are the operator."""

    email: str
    name: str
    phone: str
    zone: str
    role: Role | None = None


# key -> name, slug, kind, the key of its reseller; the key is the domain of its people
ORGANIZATIONS = {
    "reseller": ("Meridian Partners", "meridian", OrganizationKind.RESELLER, ""),
    "northwind": ("Northwind", "northwind", OrganizationKind.CUSTOMER, "reseller"),
    "fabrikam": ("Fabrikam", "fabrikam", OrganizationKind.CUSTOMER, "reseller"),
    "rival": ("Rival Reseller", "rival", OrganizationKind.RESELLER, ""),
    "contoso": ("Contoso", "contoso", OrganizationKind.CUSTOMER, "rival"),
}

PEOPLE = (
    Person(
        "casey@northwind.example",
        "Casey Lindqvist",
        "+46 8 5550 0101",
        "Europe/Stockholm",
        Role.REQUESTER,
    ),
    Person(
        "vera@northwind.example",
        "Vera Nkemelu",
        "+46 8 5550 0102",
        "Europe/Stockholm",
        Role.VIEWER,
    ),
    Person(
        "morgan@northwind.example",
        "Morgan Okafor",
        "+49 30 5550 0103",
        "Europe/Berlin",
        Role.MANAGER,
    ),
    Person(
        "riley@reseller.example", "Riley Tanaka", "+49 30 5550 0201", "Europe/Berlin", Role.AGENT
    ),
    Person("admin@reseller.example", "Ana Moreau", "+33 1 5550 0202", "Europe/Paris", Role.ADMIN),
    Person(
        "stranger@fabrikam.example",
        "Sam Strand",
        "+1 212 555 0104",
        "America/New_York",
        Role.REQUESTER,
    ),
    Person("agent@rival.example", "Robin Castell", "+34 91 5550 0301", "Europe/Madrid", Role.AGENT),
    Person("admin@rival.example", "Dana Whitlock", "+44 20 5550 0302", "Europe/London", Role.ADMIN),
    Person("operator@caseport.example", "Olu Operator", "+44 20 5550 0001", "Europe/London"),
)


class Command(BaseCommand):
    """Makes what is missing and changes nothing that is there; refuses in production."""

    help = "Fill the demo with organisations, people and connections to the simulator."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("seed_demo makes people with a known password: demo profile only.")
        with transaction.atomic():
            organizations = _organizations()
            people = sum(_person(person, organizations) for person in PEOPLE)
        given = _simulator_credentials()
        with transaction.atomic():
            made = sum(
                _connection(key, wanted, organizations)
                for key in registry.vendor_classes()
                for wanted in registry.demo_connections(key, given, settings.SIMULATOR_URL)
            )
        self.stdout.write(f"Seeded {people} people and {made} connections.")


def _organizations() -> dict[str, Organization]:
    made: dict[str, Organization] = {}
    for key, (name, slug, kind, reseller) in ORGANIZATIONS.items():
        made[key], _ = Organization.objects.get_or_create(
            slug=slug, defaults={"name": name, "kind": kind, "reseller": made.get(reseller)}
        )
    return made


def _person(person: Person, organizations: dict[str, Organization]) -> bool:
    """Make the person unless they exist; whether they were made."""
    if User.objects.filter(email=person.email).exists():
        return False
    facts = {"name": person.name, "phone": person.phone, "time_zone": person.zone}
    make = User.objects.create_user if person.role else User.objects.create_superuser
    user = make(person.email, **facts)
    user.password = _sealed_password()
    user.save()
    EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
    if person.role is not None:
        organization = organizations[person.email.partition("@")[2].partition(".")[0]]
        Membership.objects.create(user=user, organization=organization, role=person.role)
    return True


@cache
def _sealed_password() -> str:
    """The demo's one password, hashed once: it takes half a second of work by design."""
    return make_password(PASSWORD)


def _simulator_credentials() -> dict[str, Any]:
    """What the simulator lets in, asked until it answers, for 20 seconds."""
    address = f"{settings.SIMULATOR_URL}/_simulator/credentials"
    until = time.monotonic() + SIMULATOR_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - loopback, ours
                found: dict[str, Any] = json.load(answer)
                return found
        except (urllib.error.URLError, OSError, ValueError) as error:
            if time.monotonic() > until:
                raise CommandError(f"The simulator does not answer at {address}.") from error
            time.sleep(0.2)


def _connection(key: str, wanted: Any, organizations: dict[str, Organization]) -> bool:
    """Make the connection, its accounts and entitlements unless it exists; whether it was made."""
    connection, made = Connection.objects.get_or_create(
        owner=organizations[wanted.owner],
        vendor=key,
        label=wanted.label,
        defaults={"base_url": wanted.base_url},
    )
    if not made:
        return False
    credentials.replace(connection, wanted.secrets, by=None, changed=list(wanted.secrets))
    for account_id, name, customers in wanted.accounts:
        account = VendorAccount.objects.create(
            connection=connection, account_id=account_id, name=name
        )
        for customer in customers:
            Entitlement.objects.create(customer=organizations[customer], account=account)
    return True
