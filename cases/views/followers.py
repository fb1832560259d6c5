"""The people of a case as its page shows them: who watches it, and whom it may be shared with."""

from dataclasses import dataclass

from django.db.models import CharField, F, FilteredRelation, Q, Value
from django.db.models.functions import Coalesce, NullIf

from cases import access
from cases.access import Viewer
from cases.forms import ShareForm, VisibilityForm
from cases.models import Case
from portal.accounts.models import User
from portal.accounts.roles import Ability


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody who follows the case; `shared_by` is empty when they do of their own accord."""

    person: User
    shared_by: str


@dataclass(frozen=True, slots=True)
class People:
    """What the section about people shows. A form that is None is not for this viewer."""

    watchers: tuple[Watcher, ...]
    is_watching: bool
    share: ShareForm | None
    visibility: VisibilityForm | None


def people_of(
    viewer: Viewer,
    case: Case,
    share: ShareForm | None = None,
    visibility: VisibilityForm | None = None,
) -> People:
    """The people of the case the viewer may know of, with one query; a form given is shown."""
    may_write = access.may(viewer, case, Ability.WRITE)
    name = NullIf("own__shared_by__name", Value(""))
    by = Coalesce(name, "own__shared_by__email", Value(""), output_field=CharField())
    known = (
        access.companions(viewer, case)
        .annotate(own=FilteredRelation("watches", condition=Q(watches__case=case.pk)))
        .annotate(watch_id=F("own__pk"), shared_by=by)
        .only("name", "email")
    )
    found = list(known if may_write else known.filter(own__isnull=False))
    watchers = tuple(Watcher(p, p.shared_by) for p in found if p.watch_id is not None)
    others = [p for p in found if p.watch_id is None and p.pk != viewer.user.pk]
    membership = access.membership_for(viewer, case)
    is_staff = membership is not None and membership.organization.is_reseller
    return People(
        watchers,
        is_watching=any(w.person.pk == viewer.user.pk for w in watchers),
        share=(share or ShareForm(people=others)) if may_write else None,
        visibility=(visibility or VisibilityForm()) if may_write and is_staff else None,
    )
