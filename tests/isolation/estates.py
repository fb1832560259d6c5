"""Three customers of two resellers: one row of everything each, and a word only they may read."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cases.models import Case
from cases.models.timeline import Audience
from portal.accounts import audit
from portal.accounts.models import Membership, Organization, User
from portal.accounts.roles import Role
from tests.factories import (
    AttachmentFactory,
    CaseFactory,
    CatalogueEntryFactory,
    DraftFactory,
    DriftFactory,
    EntryFactory,
    InvitationFactory,
    MembershipFactory,
    NotificationFactory,
    PushFactory,
    UserFactory,
    WatchFactory,
)
from tests.world import World, connect
from vendors.connections.models import Connection, Entitlement, VendorAccount
from vendors.vocabulary import EntryKind


@dataclass(frozen=True)
class Estate:
    """What belongs to one customer, by the names the table of addresses uses for ids."""

    customer: Organization
    ids: dict[str, str]


def canary(slug: str) -> str:
    return f"zz-only-{slug}"


def inside(slug: str) -> str:
    """A word only the organisation itself may read, and not the reseller that serves it."""
    return f"zz-inside-{slug}"


def name_of(slug: str) -> str:
    """A word in the organisation's name, which its own people may read without seeing a case."""
    return f"zz-called-{slug}"


def row_id(label: str, **filters: Any) -> str:
    row = apps.get_model(label)._default_manager.filter(**filters).first()
    assert row is not None, label
    return str(row.pk)


def settle(
    world: World, slug: str, owner: User, connection: Connection, account: VendorAccount
) -> Estate:
    """One row of everything for this customer, with its word in every text."""
    word, customer = canary(slug), world.organizations[slug]
    Organization.objects.filter(pk=customer.pk).update(name=f"{slug.title()} {name_of(slug)}")
    User.objects.filter(pk=owner.pk).update(name=f"{owner.name} {name_of(slug)}")
    VendorAccount.objects.filter(pk=account.pk).update(name=f"Account {name_of(slug)}")
    customer.refresh_from_db()
    case = CaseFactory.create(
        organization=customer,
        filed_by=owner,
        filed_from=customer,
        contact_user=owner,
        contact_name=f"Contact {word}",
        connection=connection,
        account=account,
        subject=f"Subject {word}",
        vendor_id=f"F-{slug}",
    )
    return Estate(customer, _rows(word, case, owner))


def _rows(word: str, case: Case, owner: User) -> dict[str, str]:
    customer = case.organization
    assert customer is not None
    author = {"author": owner, "author_organization": customer}
    note = EntryFactory.create(case=case, kind=EntryKind.NOTE, text=f"Note {word}", **author)
    EntryFactory.create(
        case=case, audience=Audience.INTERNAL, text=f"Note {inside(customer.slug)}", **author
    )
    key = default_storage.save("isolation.txt", ContentFile(word.encode()))
    file = AttachmentFactory.create(case=case, entry=note, name=f"{word}.txt", storage_key=key)
    draft = DraftFactory.create(
        owner=owner,
        customer=customer,
        account=case.account,
        acting_in=customer,
        answers={"subject": f"Draft {word}"},
    )
    push = PushFactory.create(case=case, entry=note, author=owner, outcome=f"Step {word}")
    follower = MembershipFactory.create(organization=customer, role=Role.VIEWER).user
    WatchFactory.create(case=case, user=follower)
    User.objects.filter(pk=follower.pk).update(name=f"Follower {name_of(customer.slug)}")
    notice = NotificationFactory.create(
        user=owner, text=f"Notice {word}", case_reference=case.reference
    )
    invitation = InvitationFactory.create(
        organization=customer, email=f"{word}@invited.example", invited_by=owner
    )
    audit.record(actor=owner, action="x", object=case, organization=customer, reason=word)
    kept = CatalogueEntryFactory.create(connection=case.connection, parameters=f"x={word}")
    seen = DriftFactory.create(connection=case.connection, place=f"Place {word}")
    membership = row_id("accounts.Membership", user=owner, organization=customer)
    return {
        "reference": case.reference,
        "draft": str(draft.pk),
        "file": str(file.pk),
        "push": str(push.pk),
        "notice": str(notice.pk),
        "user": str(follower.pk),
        "membership": row_id("accounts.Membership", user=follower),
        "invitation": str(invitation.pk),
        "organization": customer.slug,
        "accounts_organization": str(customer.pk),
        "accounts_user": str(owner.pk),
        "accounts_membership": membership,
        "accounts_auditevent": row_id("accounts.AuditEvent", organization=customer),
        "connections_connection": str(case.connection.pk),
        "connections_credential": row_id("connections.Credential", connection=case.connection),
        "connections_vendoraccount": str(case.account_id),
        "connections_entitlement": row_id("connections.Entitlement", customer=customer),
        "connections_catalogueentry": str(kept.pk),
        "connections_drift": str(seen.pk),
        "cases_case": str(case.pk),
        "cases_push": str(push.pk),
        "cases_draft": str(draft.pk),
    }


def second_reseller(world: World) -> tuple[Connection, VendorAccount]:
    """Summit's own connection, and the account of its customer Contoso."""
    given = world.played.control("credentials")["akamai"]
    connection = connect(world.organizations["summit"], world.played.url, given, "Summit's")
    account = VendorAccount.objects.create(connection=connection, account_id="1-CON03", name="x")
    Entitlement.objects.create(customer=world.organizations["contoso"], account=account)
    return connection, account


def join(slug: str, role: Role, world: World, name: str) -> User:
    """One more person of an organisation."""
    user: User = UserFactory.create(email=f"{name}@{slug}.example", name=name.title())
    Membership.objects.create(user=user, organization=world.organizations[slug], role=role)
    return user
