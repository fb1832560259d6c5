"""The one door to cases: who is asking decides which rows exist for them.

Lists, counts, search, files, exports and mail all start here, so a row that is not in a person's
list is a 404 for them everywhere. Workers have a door of their own, `worker_cases` and
`worker_pushes`, and say by using it that no person is asking.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef, Q, QuerySet, UUIDField
from django.http import Http404, HttpRequest

from cases.models import Attachment, Case, CaseReference, Draft, Entry, Push, Watch
from cases.models.timeline import Audience
from portal.accounts.models import Membership, Organization, User, ViewAs
from portal.accounts.roles import Ability, OrganizationKind
from portal.prepared import Prepared, Slot
from vendors.connections.models import Connection, Entitlement, VendorAccount

MEMBERSHIPS = Prepared(  # asked on every page and for every step
    lambda: Membership.objects.filter(user=Slot("user", UUIDField())).select_related("organization")
)
READING = frozenset({Ability.READ_ALL, Ability.SEE_ATTEMPTS})


@dataclass(frozen=True)
class Viewer:
    """A person as they look at the portal now: their memberships, and the customer in the URL.

    With `seen_by` somebody else looks through their eyes: within the reach of that reseller, only
    reading, and nothing that is internal to an organisation they are no member of.
    """

    user: User
    scope: Organization | None = None
    seen_by: ViewAs | None = None

    @cached_property
    def memberships(self) -> tuple[Membership, ...]:
        if not self.user.is_active:
            return ()
        if self.seen_by is None:
            return tuple(MEMBERSHIPS.run(user=self.user.pk))
        within = Q(organization=self.seen_by.within_id)
        within |= Q(organization__reseller=self.seen_by.within_id)
        return tuple(self.user.memberships.select_related("organization").filter(within))

    @cached_property
    def organization_ids(self) -> frozenset[UUID]:
        return frozenset(m.organization_id for m in self.memberships)

    @cached_property
    def inside_ids(self) -> frozenset[UUID]:
        """The organisations whose internal words the viewer may read.

        Looking through a member's eyes lets nobody inside an organisation that is not their own.
        """
        if self.seen_by is None:
            return self.organization_ids
        return self.organization_ids & self.seen_by.actors_own

    @cached_property
    def is_staff(self) -> bool:
        """Whether any membership is a reseller's: acts for customers, sees attempts."""
        return any(m.organization.is_reseller for m in self.memberships)

    @cached_property
    def has_customers(self) -> bool:
        """Whether there may be several customers to choose one from."""
        return self.is_staff or len(self.memberships) > 1

    def grants(self, membership: Membership, ability: Ability) -> bool:
        """Whether this membership lets the viewer do this now."""
        return membership.may(ability) and (self.seen_by is None or ability in READING)

    def may(self, ability: Ability) -> bool:
        """Whether some membership grants this; for one case, ask `may` of this module."""
        return any(self.grants(m, ability) for m in self.memberships)


def viewer_of(request: HttpRequest) -> Viewer:
    """The request's viewer, with the customer in `/for/<slug>/`; 404 if out of their reach.

    While somebody looks as another person, that person is the viewer.
    """
    found = getattr(request, "_viewer", None)
    if found is None:
        found = _unscoped_viewer(request)
        slug = _slug(request)
        if slug:
            scope = customers(found).filter(slug=slug).first()
            if scope is None:
                raise Http404("No such customer.")
            found = replace(found, scope=scope)
        request._viewer = found  # type: ignore[attr-defined]  # one viewer for one request
    return cast(Viewer, found)


def _unscoped_viewer(request: HttpRequest) -> Viewer:
    looking: ViewAs | None = getattr(request, "view_as", None)
    return Viewer(looking.person if looking else cast(User, request.user), seen_by=looking)


def _slug(request: HttpRequest) -> str:
    return str(getattr(request, "scope_slug", ""))


def kept_by(viewer: Viewer, ability: Ability = Ability.SEE_ATTEMPTS) -> frozenset[UUID]:
    """The resellers the viewer works for, where their role grants this."""
    return frozenset(
        m.organization_id
        for m in viewer.memberships
        if m.organization.is_reseller and viewer.grants(m, ability)
    )


def keeper(connection: Connection) -> UUID:
    """The organisation whose staff look after the connection."""
    return connection.owner.reseller_id or connection.owner_id


def connections_behind(steps: Iterable[UUID]) -> dict[UUID, Connection]:
    """The connections, with their owners, that steps got through this door name, by id."""
    return Connection.objects.select_related("owner").in_bulk(set(steps))


def connection_or_404(viewer: Viewer, connection_id: UUID, ability: Ability) -> Connection:
    """A connection the viewer's reseller keeps. 403 when their role there does not grant this."""
    found = Connection.objects.select_related("owner").filter(pk=connection_id).first()
    if found is None or keeper(found) not in kept_by(viewer):
        raise Http404("No such connection.")
    if keeper(found) not in kept_by(viewer, ability):
        raise PermissionDenied("Your role does not allow this.")
    return found


def customers(viewer: Viewer) -> QuerySet[Organization]:
    """The customers the viewer belongs to or serves."""
    reach = Q(pk__in=[])
    for membership in viewer.memberships:
        if membership.organization.is_reseller:
            reach |= Q(reseller=membership.organization_id)
        else:
            reach |= Q(pk=membership.organization_id)
    return Organization.objects.filter(reach, kind=OrganizationKind.CUSTOMER)


def _within(membership: Membership) -> Q:
    """The cases one membership opens."""
    if membership.organization.is_reseller:
        return Q(reseller=membership.organization_id)
    whole = Q(organization=membership.organization_id, visible_to_customer=True)
    if membership.may(Ability.READ_ALL):
        return whole
    person = membership.user_id
    return whole & (Q(filed_by=person) | Q(contact_user=person) | _watched(person))


def _watched(person: UUID) -> Q:
    return Q(Exists(Watch.objects.filter(case=OuterRef("pk"), user=person)))


def watched_by(viewer: Viewer) -> Q:
    """Among cases of this door, those the viewer watches."""
    return _watched(viewer.user.pk)


def visible(viewer: Viewer) -> Q:
    """The condition every query of cases carries."""
    reach = Q(pk__in=[])
    for membership in viewer.memberships:
        reach |= _within(membership)
    if viewer.scope is not None:
        reach &= Q(organization=viewer.scope.pk)
    return reach


def cases(viewer: Viewer) -> QuerySet[Case]:
    return Case.everything.filter(visible(viewer))


def membership_for(viewer: Viewer, case: Case) -> Membership | None:
    """The membership through which the viewer sees this case, a reseller's first."""
    found = [
        m
        for m in viewer.memberships
        if m.organization_id
        == (case.reseller_id if m.organization.is_reseller else case.organization_id)
    ]
    return min(found, key=lambda m: not m.organization.is_reseller, default=None)


def may(viewer: Viewer, case: Case, ability: Ability) -> bool:
    """Whether the viewer, who sees this case, may also do this on it."""
    membership = membership_for(viewer, case)
    return membership is not None and viewer.grants(membership, ability)


def sees_attempts(viewer: Viewer, case: Case) -> bool:
    return may(viewer, case, Ability.SEE_ATTEMPTS)


def case_or_404(viewer: Viewer, reference: str, ability: Ability | None = None) -> Case:
    """The case, by our reference. 404 when not theirs, 403 when theirs but their role may not."""
    case = (
        cases(viewer)
        .select_related(
            "organization", "reseller", "connection", "account", "filed_by", "filed_from"
        )
        .filter(reference=reference)
        .first()
    )
    if case is None:
        raise Http404("No such case.")
    if ability is not None and not may(viewer, case, ability):
        raise PermissionDenied("Your role on this case does not allow this.")
    return case


def entries(viewer: Viewer, case: Case) -> QuerySet[Entry]:
    """The case's timeline as this viewer may read it."""
    internal = Q(audience=Audience.INTERNAL, author_organization__in=viewer.inside_ids)
    return Entry.objects.filter(
        Q(audience__in=[Audience.CUSTOMER, Audience.VENDOR]) | internal, case=case
    )


def files(viewer: Viewer, case: Case) -> QuerySet[Attachment]:
    """The case's files, except those that came with an entry hidden from the viewer."""
    hidden = Q(entry__audience=Audience.INTERNAL) & ~Q(
        entry__author_organization__in=viewer.inside_ids
    )
    return Attachment.objects.filter(case=case).exclude(hidden)


def file_or_404(viewer: Viewer, case: Case, file_id: UUID) -> Attachment:
    """A file of the case, if the entry it came with is one the viewer may read."""
    found = files(viewer, case).filter(pk=file_id).first()
    if found is None:
        raise Http404("No such file.")
    return found


def pushes(viewer: Viewer) -> QuerySet[Push]:
    """Every step of the cases the viewer sees, except those of entries hidden from them.

    Asked step by step, not case by case: the few unfinished ones cost the same among any number.
    """
    reachable = cases(viewer).filter(pk=OuterRef("case_id"))
    hidden = Q(entry__audience=Audience.INTERNAL) & ~Q(
        entry__author_organization__in=viewer.inside_ids
    )
    return Push.everything.filter(Exists(reachable)).exclude(hidden)


def push_or_404(viewer: Viewer, case: Case, push_id: UUID) -> Push:
    found = pushes(viewer).filter(case=case, pk=push_id).first()
    if found is None:
        raise Http404("No such step.")
    return found


def drafts(viewer: Viewer) -> QuerySet[Draft]:
    """The viewer's own unfinished drafts, in scope; nobody else's eyes see them."""
    if viewer.seen_by is not None:
        return Draft.objects.none()
    found = Draft.objects.filter(owner=viewer.user, case=None)
    if viewer.scope is not None:
        found = found.filter(customer=viewer.scope)
    return found


def draft_or_404(viewer: Viewer, draft_id: UUID) -> Draft:
    """One of the viewer's drafts, also when it was filed already (its `case` says so)."""
    found = (
        Draft.objects.select_related(
            "customer", "account__connection", "case", "acting_in", "contact_user"
        )
        .filter(owner=viewer.user, pk=draft_id)
        .first()
    )
    if found is None or (viewer.scope is not None and found.customer_id != viewer.scope.pk):
        raise Http404("No such draft.")
    if viewer.seen_by is not None:
        raise Http404("Drafts are for the eyes of their writer.")
    return found


def is_draft_of_lost_scope(request: HttpRequest, draft_id: UUID) -> bool:
    """Whether the customer in the address, out of reach by now, is that of the person's draft."""
    try:
        viewer_of(request)
    except Http404:
        viewer = _unscoped_viewer(request)
    else:
        return False
    lost = Draft.objects.filter(owner=viewer.user, pk=draft_id, customer__slug=_slug(request))
    return viewer.seen_by is None and lost.exists()


def draft_files(draft: Draft) -> QuerySet[Attachment]:
    """The files of a draft the viewer got from this door."""
    return Attachment.objects.filter(draft=draft)


def draft_of(viewer: Viewer, case: Case) -> Draft | None:
    """What the viewer's case was filed from, if they wrote it themselves."""
    return Draft.objects.filter(case=case, owner=viewer.user).first()


def filing_customers(viewer: Viewer) -> QuerySet[Organization]:
    """The customers the viewer may file a case for."""
    reach = Q(pk__in=[])
    for membership in viewer.memberships:
        if viewer.grants(membership, Ability.FILE):
            key = "reseller" if membership.organization.is_reseller else "pk"
            reach |= Q(**{key: membership.organization_id})
    found = Organization.objects.filter(reach, kind=OrganizationKind.CUSTOMER)
    return found.filter(pk=viewer.scope.pk) if viewer.scope is not None else found


def filing_accounts(viewer: Viewer, customer: Organization) -> QuerySet[VendorAccount]:
    """The vendor accounts a case for this customer may be filed under."""
    if not filing_customers(viewer).filter(pk=customer.pk).exists():
        return VendorAccount.objects.none()
    return entitled_accounts(customer)


def entitled_accounts(customer: Organization) -> QuerySet[VendorAccount]:
    """The accounts this customer is entitled to, of its own and its reseller's connections."""
    owners = [customer.pk, customer.reseller_id] if customer.reseller_id else [customer.pk]
    return VendorAccount.objects.select_related("connection").filter(
        entitlements__customer=customer, connection__owner__in=owners
    )


def references() -> QuerySet[CaseReference]:
    """Every number a case is known by, but our markers: to be joined to cases of this door."""
    return CaseReference.objects.exclude(kind=CaseReference.Kind.MARKER)


def companions(viewer: Viewer, case: Case) -> QuerySet[User]:
    """The people with whom the viewer may share this case, and whom they see watching it.

    The customer's while it may see the case; for the reseller's staff their colleagues too.
    """
    membership = membership_for(viewer, case)
    sides = [case.organization_id] if case.visible_to_customer else []
    if membership is not None and membership.organization.is_reseller:
        sides.append(case.reseller_id)
    return User.objects.filter(
        Exists(Membership.objects.filter(user=OuterRef("pk"), organization__in=sides)),
        is_active=True,
    ).order_by("name", "email")


def contacts(viewer: Viewer, customer: Organization) -> QuerySet[User]:
    """The customer's people, for those who file from elsewhere; nobody for its own members."""
    if customer.pk in viewer.organization_ids or not customers(viewer).contains(customer):
        return User.objects.none()
    return (
        User.objects.filter(memberships__organization=customer, is_active=True)
        .distinct()
        .order_by("name", "email")
    )


def entitlements() -> QuerySet[Entitlement]:
    """Which customer may use which account, where the connection is its own or its reseller's."""
    owned = Q(account__connection__owner=F("customer")) | Q(
        account__connection__owner=F("customer__reseller")
    )
    return Entitlement.objects.filter(owned)


def worker_cases() -> QuerySet[Case]:
    """Every case: for workers, where no person is asking."""
    return Case.everything.all()


def worker_pushes() -> QuerySet[Push]:
    """Every push: for workers, where no person is asking."""
    return Push.everything.all()
