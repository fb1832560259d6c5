"""Writing notices: rows first, one for each person and cause; mail and bell read them later."""

from collections.abc import Iterable
from typing import Any

from portal.accounts.models import Membership, Notification, Organization, User
from portal.accounts.roles import ABILITIES, Ability

Kind = Notification.Kind


def write(users: Iterable[User], **columns: Any) -> None:
    """A notice for each of these people who has none of this cause; never an error for a second."""
    rows = [Notification(user=user, **columns) for user in users]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def over(kind: Notification.Kind, *, but: User | None = None, **columns: Any) -> None:
    """Tell whoever was told of the last trouble of this kind at a connection that it is over.

    Once for each trouble; `but` is who ended it.
    """
    about = Notification.objects.filter(kind=kind, connection_id=columns["connection_id"])
    last = about.order_by("-created_at").values_list("cause", flat=True).first()
    if last is None:
        return
    told = User.objects.filter(notices__cause=last, is_active=True)
    if but is not None:
        told = told.exclude(pk=but.pk)
    write(told, kind=Kind.RECOVERED, cause=f"over: {last}", **columns)


def who_may(ability: Ability, organization: Organization) -> list[User]:
    """The active people whose role in this organisation grants this."""
    roles = [role for role, abilities in ABILITIES.items() if ability in abilities]
    found = Membership.objects.filter(
        organization=organization, role__in=roles, user__is_active=True
    )
    return [membership.user for membership in found.select_related("user")]
