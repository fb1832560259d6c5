"""Looking as somebody else: who may, how it begins and how it ends, each on record once."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from portal.accounts import audit
from portal.accounts.models import Organization, User, ViewAs
from portal.accounts.models.view_as import LASTS
from portal.accounts.roles import RANK, Ability

Ending = ViewAs.Ending


def reseller_to_look_in(actor: User, person: User) -> Organization:
    """The reseller whose reach lets `actor` look as `person`.

    Raises Http404 where the person is out of reach, and PermissionDenied for oneself, the site's
    operator, and anybody whose role anywhere is as high as the actor's there.
    """
    near = _resellers_of(person) if person.is_active else {}
    ranks = _ranks(actor, near)
    if not ranks:
        raise Http404("No such person.")
    highest = max(RANK[m.role] for m in person.memberships.all())
    if person == actor or person.is_superuser:
        raise PermissionDenied("Nobody views as themselves or as the operator.")
    for reseller, rank in ranks.items():
        if highest < rank:
            return reseller
    raise PermissionDenied("Nobody views as somebody of an equal or higher role.")


def _resellers_of(person: User) -> dict[Organization, None]:
    """The resellers the person works for or whose customer they belong to, in a lasting order."""
    found: dict[Organization, None] = {}
    memberships = person.memberships.select_related("organization__reseller")
    for membership in memberships.order_by("organization__name"):
        own = membership.organization
        reseller = own if own.is_reseller else own.reseller
        if reseller is not None:
            found[reseller] = None
    return found


def _ranks(actor: User, resellers: dict[Organization, None]) -> dict[Organization, int]:
    """The actor's rank in those of the resellers in which they may look as others."""
    if not actor.is_active:
        return {}
    if actor.is_superuser:
        return dict.fromkeys(resellers, max(RANK.values()) + 1)
    own = actor.memberships.filter(organization__in=list(resellers))
    roles = {m.organization_id: m.role for m in own if m.may(Ability.VIEW_AS)}
    return {each: RANK[roles[each.pk]] for each in resellers if each.pk in roles}


def start(*, actor: User, person: User, reason: str, lasts: timedelta = LASTS) -> ViewAs:
    """Begin to look as `person`; raises as `reseller_to_look_in` does."""
    within = reseller_to_look_in(actor, person)
    now = timezone.now()
    with transaction.atomic():
        looking = ViewAs.objects.create(
            actor=actor,
            person=person,
            within=within,
            reason=reason,
            started_at=now,
            until=now + lasts,
        )
        _record(looking, "view as started", reason)
    return looking


def end(looking: ViewAs, ending: Ending) -> bool:
    """End it, unless it was ended already: however many try, one does and it is recorded once."""
    with transaction.atomic():
        mine = ViewAs.objects.filter(pk=looking.pk, ended_at=None)
        if not mine.update(ended_at=timezone.now(), ending=ending):
            return False
        _record(looking, "view as ended", ending.label)
    return True


def _record(looking: ViewAs, action: str, reason: str) -> None:
    audit.record(
        actor=looking.actor,
        action=action,
        object=looking.person,
        organization=looking.place,
        acting_for=looking.place,
        reason=reason,
    )


def resume(actor: User, name: str) -> tuple[ViewAs | None, Ending | None]:
    """What `actor` looks as by the id their session holds; or how that is over.

    Neither is given for an id that was never theirs.
    """
    looking = ViewAs.objects.select_related("person", "within").filter(pk=name, actor=actor).first()
    if looking is None:
        return None, None
    if looking.is_live and not _is_allowed(actor, looking):
        end(looking, Ending.LOST)
        return looking, Ending.LOST
    if looking.is_live:
        return looking, None
    end(looking, Ending.EXPIRED)
    return looking, Ending(looking.ending or Ending.EXPIRED)


def _is_allowed(actor: User, looking: ViewAs) -> bool:
    """Whether the actor may still look as this person, where they began."""
    try:
        return reseller_to_look_in(actor, looking.person) == looking.within
    except (Http404, PermissionDenied):
        return False


def end_forgotten() -> bool:
    """End one look whose time is up and that nobody stopped; whether there was one."""
    late = ViewAs.objects.filter(ended_at=None, until__lte=timezone.now())
    looking = late.select_related("actor", "person", "within").order_by("until").first()
    return looking is not None and end(looking, Ending.EXPIRED)
