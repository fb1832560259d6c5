"""Who watches a case, with whom it is shared, and whether its customer sees it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases import access
from cases.access import Viewer
from cases.actions.problems import Rejected
from cases.models import Case, Watch
from portal.accounts import audit
from portal.accounts.models import User
from portal.accounts.roles import Ability


def watch(*, viewer: Viewer, case: Case) -> None:
    """Follow a case one sees; doing it twice is doing it once."""
    if viewer.seen_by is not None:
        raise PermissionDenied("Nobody watches a case in somebody else's name.")
    Watch.objects.get_or_create(case=case, user=viewer.user)


def unwatch(*, viewer: Viewer, case: Case) -> None:
    """Follow it no more. Who saw it only because it was shared with them sees it no more either."""
    if viewer.seen_by is not None:
        raise PermissionDenied("Nobody stops watching a case in somebody else's name.")
    Watch.objects.filter(case=case, user=viewer.user).delete()


def share(*, viewer: Viewer, case: Case, person: User) -> None:
    """Let a person of the case's customer, or a colleague at its reseller, follow the case."""
    _guard(viewer, case)
    if not access.companions(viewer, case).contains(person):
        raise Rejected("person", "Choose somebody who is offered here.")
    with transaction.atomic():
        _, is_new = Watch.objects.get_or_create(
            case=case, user=person, defaults={"shared_by": viewer.user}
        )
        if is_new:
            _record(viewer, case, "case shared", f"with {person}")


def unshare(*, viewer: Viewer, case: Case, person: User) -> None:
    """Take back what was shared; what somebody watches of their own accord stays theirs."""
    _guard(viewer, case)
    if not access.companions(viewer, case).contains(person):
        raise Rejected("", "Choose somebody this case is shared with.")
    with transaction.atomic():
        shared = Watch.objects.filter(case=case, user=person, shared_by__isnull=False)
        if shared.delete()[0]:
            _record(viewer, case, "case no longer shared", f"with {person}")


def set_visibility(*, viewer: Viewer, case: Case, visible: bool, reason: str) -> None:
    """Show the case to its customer's people or hide it from them.

    Who filed it and for whom is never changed by this, and no entry is: shown again, it is as it
    was.
    """
    membership = access.membership_for(viewer, case)
    if membership is None or not membership.organization.is_reseller:
        raise PermissionDenied("Only the reseller's staff show or hide cases.")
    _guard(viewer, case)
    with transaction.atomic():
        changed = (
            access.worker_cases()
            .filter(pk=case.pk, visible_to_customer=not visible)
            .update(visible_to_customer=visible, updated_at=timezone.now())
        )
        if changed:
            _record(viewer, case, "case shown" if visible else "case hidden", reason)


def _guard(viewer: Viewer, case: Case) -> None:
    if not access.may(viewer, case, Ability.WRITE):
        raise PermissionDenied("Your role on this case does not allow this.")


def _record(viewer: Viewer, case: Case, action: str, reason: str) -> None:
    membership = access.membership_for(viewer, case)
    acts_for = membership is not None and membership.organization.is_reseller
    audit.record(
        actor=viewer.user,
        action=action,
        object=case,
        organization=case.organization or case.reseller,
        acting_for=case.organization if acts_for else None,
        reason=reason,
    )
