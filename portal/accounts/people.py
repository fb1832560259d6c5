"""Who belongs to an organisation, and what those who manage its people may do about it.

A deed takes effect with the person's next request, since memberships are read in each. It changes
memberships alone: cases, drafts and everything a person wrote stay as they are.
"""

from uuid import UUID

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q, QuerySet

from portal.accounts import audit
from portal.accounts.models import Membership, Organization, User
from portal.accounts.roles import ABILITIES, RANK, ROLES_OF_KIND, Ability, OrganizationKind, Role

MANAGING = tuple(role for role, able in ABILITIES.items() if Ability.MANAGE_PEOPLE in able)
HIGHEST = max(RANK.values()) + 1  # the operator's


class Refused(Exception):
    """Why a deed was not done: `words` belong at `field` (empty: the whole form)."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


def managed(user: User) -> QuerySet[Organization]:
    """The organisations whose people this person manages: own ones, and a reseller's customers."""
    if user.is_superuser:
        return Organization.objects.all()
    mine = user.memberships.filter(role__in=MANAGING).values("organization")
    return Organization.objects.filter(Q(pk__in=mine) | Q(reseller__in=mine))


def readable(user: User) -> QuerySet[Organization]:
    """The organisations whose people this person may read: a reseller's staff choose contacts
    among their customers' people and look at the portal as them.
    """
    staffed = user.memberships.filter(organization__kind=OrganizationKind.RESELLER)
    mine = staffed.values("organization")
    served = Organization.objects.filter(Q(pk__in=mine) | Q(reseller__in=mine))
    return managed(user) | served


def known(user: User) -> QuerySet[Organization]:
    """The organisations this person may know of: their own, and a reseller's customers."""
    if user.is_superuser:
        return Organization.objects.all()
    mine = user.memberships.values("organization")
    return Organization.objects.filter(Q(pk__in=mine) | Q(reseller__in=mine))


def roles_of(organization: Organization) -> tuple[Role, ...]:
    """The roles there are in this kind of organisation, the lowest first."""
    return ROLES_OF_KIND[OrganizationKind(organization.kind)]


def memberships(organization: Organization) -> QuerySet[Membership]:
    return Membership.objects.select_related("user", "organization").filter(
        organization=organization
    )


def served(actor: User, organization: Organization) -> Organization | None:
    """The organisation the actor acts for, if it is not one of their own."""
    belongs = actor.memberships.filter(organization=organization).exists()
    return None if belongs else organization


def change_role(
    *, actor: User, organization: Organization, membership_id: UUID, role: str
) -> Membership:
    """Give somebody another role; refused where `why_not` says so."""
    if role not in roles_of(organization):
        raise Refused("Choose a role that is offered here.", "role")
    with transaction.atomic():
        membership = _locked(organization, membership_id)
        if membership.role == role:
            return membership
        _check(actor, membership, role)
        Membership.objects.filter(pk=membership.pk).update(role=role)
        membership.role = role
        _record(actor, "role changed", membership, changed=("role",))
    return membership


def remove(*, actor: User, organization: Organization, membership_id: UUID) -> Membership:
    """End a membership. Who belongs nowhere any more is signed out everywhere."""
    with transaction.atomic():
        membership = _locked(organization, membership_id)
        _check(actor, membership, "")
        _record(actor, "person removed", membership)
        Membership.objects.filter(pk=membership.pk).delete()
        person = membership.user
        if not person.is_superuser and not person.memberships.exists():
            for session in UserSession.objects.filter(user=person):
                session.end()
    return membership


def why_not(actor: User, membership: Membership, role: str = "") -> str:
    """Why the actor may not give this role, or with none remove the person; empty if they may."""
    if membership.user_id == actor.pk:
        return "Nobody changes their own role or removes themselves. Ask a colleague who may."
    if _rank(actor, membership.organization) < max(RANK[membership.role], RANK.get(role, 0)):
        return "Their role is above yours here."
    if role not in MANAGING and _is_last(membership):
        words = membership.get_role_display().lower()
        name = membership.organization
        return f"{membership.user} is the last {words} of {name}. Make somebody else {words} first."
    return ""


def _check(actor: User, membership: Membership, role: str) -> None:
    if words := why_not(actor, membership, role):
        raise Refused(words)


def _locked(organization: Organization, membership_id: UUID) -> Membership:
    """The membership, with the organisation locked: two people cannot remove each other at once."""
    Organization.objects.select_for_update().get(pk=organization.pk)
    membership = memberships(organization).filter(pk=membership_id).first()
    if membership is None:
        raise Refused(f"This person does not belong to {organization} any more.")
    return membership


def _rank(actor: User, organization: Organization) -> int:
    """The highest rank through which the actor manages people here; 0 if they do not."""
    if actor.is_superuser:
        return HIGHEST
    mine = actor.memberships.filter(
        Q(organization=organization) | Q(organization=organization.reseller_id), role__in=MANAGING
    )
    return max((RANK[role] for role in mine.values_list("role", flat=True)), default=0)


def _is_last(membership: Membership) -> bool:
    """Whether nobody else who can sign in manages the people of this organisation."""
    if membership.role not in MANAGING:
        return False
    others = memberships(membership.organization).exclude(pk=membership.pk)
    return not others.filter(role__in=MANAGING, user__is_active=True).exists()


def _record(
    actor: User, action: str, membership: Membership, changed: tuple[str, ...] = ()
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object=membership,
        organization=membership.organization,
        acting_for=served(actor, membership.organization),
        changed=changed,
    )
