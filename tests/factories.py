"""Rows for tests, each valid by itself: a case comes with its customer, reseller and connection."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from cases.models import Attachment, Case, CaseReference, Draft, Entry, Push, PushEvent, Watch
from cases.models.push import ENDED, State
from cases.models.timeline import Audience
from portal.accounts.models import (
    AuditEvent,
    AuditPurge,
    AuditSeal,
    Invitation,
    Membership,
    Notification,
    Organization,
    User,
    ViewAs,
)
from portal.accounts.roles import OrganizationKind, Role
from portal.models import Lease
from vendors import markers
from vendors.connections import secrets
from vendors.connections.models import (
    AccessToken,
    CallTally,
    CatalogueEntry,
    Connection,
    Credential,
    Drift,
    Entitlement,
    VendorAccount,
)
from vendors.vocabulary import EntryKind, Kind

PASSWORD = "caseport-demo"
SECRETS = {
    "host": "akab-abcdefgh12345678-abcdefgh12345678.luna.akamaiapis.net",
    "client_token": "akab-client-token-0001",
    "client_secret": "Y2xpZW50LXNlY3JldC1vZi1hLXRlc3Q=",
    "access_token": "akab-access-token-0001",
}


class ResellerFactory(DjangoModelFactory[Organization]):
    class Meta:
        model = Organization

    kind = OrganizationKind.RESELLER
    name = factory.Sequence(lambda n: f"Reseller {n}")
    slug = factory.Sequence(lambda n: f"reseller-{n}")


class CustomerFactory(DjangoModelFactory[Organization]):
    class Meta:
        model = Organization

    kind = OrganizationKind.CUSTOMER
    name = factory.Sequence(lambda n: f"Customer {n}")
    slug = factory.Sequence(lambda n: f"customer-{n}")
    reseller = factory.SubFactory(ResellerFactory)


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.test")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(PASSWORD)

    class Params:
        operator = factory.Trait(is_superuser=True)


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(CustomerFactory)
    role = Role.REQUESTER


class AuditEventFactory(DjangoModelFactory[AuditEvent]):
    class Meta:
        model = AuditEvent

    actor = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(CustomerFactory)
    action = "case.filed"
    object_kind = "case"
    object_id = "1"


class AuditSealFactory(DjangoModelFactory[AuditSeal]):
    class Meta:
        model = AuditSeal

    number = factory.Sequence(lambda n: n + 1)
    event_id = factory.LazyFunction(uuid4)
    digest = factory.LazyAttribute(lambda seal: hashlib.sha256(seal.event_id.bytes).hexdigest())


class AuditPurgeFactory(DjangoModelFactory[AuditPurge]):
    class Meta:
        model = AuditPurge

    before = factory.LazyFunction(lambda: timezone.now() - timedelta(days=365))


class InvitationFactory(DjangoModelFactory[Invitation]):
    class Meta:
        model = Invitation

    organization = factory.SubFactory(CustomerFactory)
    email = factory.Sequence(lambda n: f"invited{n}@example.test")
    role = Role.REQUESTER
    invited_by = factory.SubFactory(UserFactory)
    token_digest = factory.LazyFunction(lambda: hashlib.sha256(uuid4().bytes).hexdigest())
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))


class ViewAsFactory(DjangoModelFactory[ViewAs]):
    class Meta:
        model = ViewAs

    actor = factory.SubFactory(UserFactory)
    person = factory.SubFactory(UserFactory)
    within = factory.SubFactory(ResellerFactory)
    reason = "They say the page is empty."
    until = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=30))


class NotificationFactory(DjangoModelFactory[Notification]):
    class Meta:
        model = Notification

    user = factory.SubFactory(UserFactory)
    kind = Notification.Kind.REFUSED
    cause = factory.Sequence(lambda n: f"step: {n} 1")
    text = "Your note could not be sent."
    path = "cases/"


class LeaseFactory(DjangoModelFactory[Lease]):
    class Meta:
        model = Lease

    name = factory.Sequence(lambda n: f"job:{n}")
    until = factory.LazyFunction(timezone.now)


class ConnectionFactory(DjangoModelFactory[Connection]):
    class Meta:
        model = Connection

    owner = factory.SubFactory(ResellerFactory)
    vendor = "akamai_v2"
    label = factory.Sequence(lambda n: f"Connection {n}")
    base_url = f"https://{SECRETS['host']}"


class CredentialFactory(DjangoModelFactory[Credential]):
    """A sealed credential; `fields` are what is sealed."""

    class Meta:
        model = Credential

    fields = factory.LazyFunction(lambda: dict(SECRETS))
    connection = factory.SubFactory(ConnectionFactory)
    identity = "API client of a test"

    @classmethod
    def _create(cls, model_class: type[Credential], *args: Any, **kwargs: Any) -> Credential:
        fields = kwargs.pop("fields")
        credential = model_class(**kwargs)
        secrets.keep(credential, fields)
        credential.save()
        return credential


class AccessTokenFactory(DjangoModelFactory[AccessToken]):
    class Meta:
        model = AccessToken

    connection = factory.SubFactory(ConnectionFactory)


class CallTallyFactory(DjangoModelFactory[CallTally]):
    class Meta:
        model = CallTally

    connection = factory.SubFactory(ConnectionFactory)
    hour = factory.LazyFunction(lambda: timezone.now().replace(minute=0, second=0, microsecond=0))
    calls = 1


class VendorAccountFactory(DjangoModelFactory[VendorAccount]):
    class Meta:
        model = VendorAccount

    connection = factory.SubFactory(ConnectionFactory)
    account_id = factory.Sequence(lambda n: f"1-ACC{n}")
    name = factory.Sequence(lambda n: f"Account {n}")


class DriftFactory(DjangoModelFactory[Drift]):
    class Meta:
        model = Drift

    connection = factory.SubFactory(ConnectionFactory)
    what = Drift.What.NEW
    place = factory.Sequence(lambda n: f"categories › Category {n} › displayName")


class EntitlementFactory(DjangoModelFactory[Entitlement]):
    class Meta:
        model = Entitlement

    customer = factory.SubFactory(CustomerFactory)
    account = factory.SubFactory(
        VendorAccountFactory, connection__owner=factory.SelfAttribute("...customer.reseller")
    )


class CatalogueEntryFactory(DjangoModelFactory[CatalogueEntry]):
    class Meta:
        model = CatalogueEntry

    connection = factory.SubFactory(ConnectionFactory)
    operation = "categories"
    parameters = ""
    value = factory.LazyFunction(list)
    digest = "0" * 64
    fetched_at = factory.LazyFunction(timezone.now)
    changed_at = factory.LazyFunction(timezone.now)


class GuardedFactory(DjangoModelFactory[Any]):
    """Makes rows of a model whose `objects` raises."""

    class Meta:
        abstract = True

    @classmethod
    def _get_manager(cls, model_class: type[Any]) -> Any:
        return model_class._default_manager


class CaseFactory(GuardedFactory):
    """A case the vendor has; `organization` decides the reseller and whose connection it is."""

    class Meta:
        model = Case

    organization = factory.SubFactory(CustomerFactory)
    reseller = factory.SelfAttribute("organization.reseller")
    filed_from = factory.SelfAttribute("organization")
    filed_by = factory.SubFactory(UserFactory)
    connection = factory.SubFactory(
        ConnectionFactory, owner=factory.SelfAttribute("..organization.reseller")
    )
    account = factory.SubFactory(
        VendorAccountFactory, connection=factory.SelfAttribute("..connection")
    )
    owner = factory.SelfAttribute("connection.owner")
    vendor_space = "akamai"
    vendor_id = factory.Sequence(lambda n: f"F-CS-{n:07}")
    subject = factory.Sequence(lambda n: f"Subject {n}")


class CaseReferenceFactory(DjangoModelFactory[CaseReference]):
    class Meta:
        model = CaseReference

    case = factory.SubFactory(CaseFactory)
    kind = CaseReference.Kind.OURS
    value = factory.SelfAttribute("case.reference")


class DraftFactory(DjangoModelFactory[Draft]):
    class Meta:
        model = Draft

    customer = factory.SubFactory(CustomerFactory)
    owner = factory.SubFactory(UserFactory)
    acting_in = factory.SelfAttribute("customer")
    account = factory.SubFactory(
        VendorAccountFactory, connection__owner=factory.SelfAttribute("...customer.reseller")
    )


class EntryFactory(DjangoModelFactory[Entry]):
    class Meta:
        model = Entry

    case = factory.SubFactory(CaseFactory)
    kind = EntryKind.NOTE
    audience = Audience.VENDOR
    author = factory.SelfAttribute("case.filed_by")
    author_organization = factory.SelfAttribute("case.organization")
    text = factory.Sequence(lambda n: f"Text {n}")


class AttachmentFactory(DjangoModelFactory[Attachment]):
    class Meta:
        model = Attachment

    case = factory.SubFactory(CaseFactory)
    name = "trace.txt"
    size = 5
    scan = Attachment.Scan.CLEAN


class WatchFactory(DjangoModelFactory[Watch]):
    class Meta:
        model = Watch

    case = factory.SubFactory(CaseFactory)
    user = factory.SubFactory(UserFactory)


class PushFactory(GuardedFactory):
    class Meta:
        model = Push

    case = factory.SubFactory(CaseFactory)
    connection = factory.SelfAttribute("case.connection")
    author = factory.SelfAttribute("case.filed_by")
    kind = Kind.NOTE
    position = factory.Sequence(lambda n: n + 1)
    marker = factory.LazyFunction(markers.mint)
    state = State.PENDING
    settled_at = factory.LazyAttribute(lambda push: timezone.now() if push.state in ENDED else None)


class PushEventFactory(DjangoModelFactory[PushEvent]):
    class Meta:
        model = PushEvent

    push = factory.SubFactory(PushFactory)
    number = factory.Sequence(lambda n: n + 1)
    now = "pending"
