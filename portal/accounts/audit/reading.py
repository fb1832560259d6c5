"""Who reads what of the audit: admins their reseller's and its customers', the operator all."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from portal.accounts.audit import chain
from portal.accounts.models import AuditEvent, Organization, User
from portal.accounts.roles import Ability

ACTIONS_OF = 2000  # the newest events, whose actions are proposed as a filter


@dataclass(frozen=True, slots=True)
class Reach:
    """The organisations whose audit somebody may read, and the events recorded under them."""

    organizations: QuerySet[Organization]
    events: QuerySet[AuditEvent]


def reach_of(user: User, scope: str = "") -> Reach | None:
    """What this person may read, of one customer or all; None when they read no audit of it."""
    organizations = _organizations_of(user)
    if scope:
        organizations = organizations.filter(slug=scope, reseller__isnull=False)
    elif user.is_superuser:
        return Reach(organizations, AuditEvent.objects.all())  # also what belongs to none
    if not organizations.exists():
        return None
    return Reach(organizations, AuditEvent.objects.filter(organization__in=organizations))


def _organizations_of(user: User) -> QuerySet[Organization]:
    if user.is_superuser:
        return Organization.objects.all()
    reach = Q()
    for membership in user.memberships.all():
        if membership.may(Ability.READ_AUDIT):
            own = membership.organization_id
            reach |= Q(pk=own) | Q(reseller=own)
    return Organization.objects.filter(reach) if reach else Organization.objects.none()


def sealed_until(events: QuerySet[AuditEvent]) -> datetime | None:
    """The moment of the newest of these events that is part of its chain."""
    newest = chain.sealed(events).order_by("-at").values_list("at", flat=True)
    return newest.first()


def recent_actions(events: QuerySet[AuditEvent]) -> list[str]:
    """What was done lately, each once, in alphabetical order."""
    recent = events.order_by("-at")[:ACTIONS_OF].values("pk")
    found = AuditEvent.objects.filter(pk__in=recent).order_by("action")
    return list(found.values_list("action", flat=True).distinct())
