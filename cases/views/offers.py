"""What staff may do at the desk: to a connection they keep, and to all steps of one cause."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.forms import Form
from django.utils import timezone

from cases.access import Viewer, keeper, kept_by
from cases.forms import ReasonForm
from cases.views.causes import Cause
from portal.accounts.roles import Ability
from vendors.connections import health
from vendors.connections.models import Connection
from vendors.connections.offered import name_of


@dataclass(frozen=True, slots=True)
class Kept:
    """A connection the viewer's reseller keeps; `form` is there for whoever may change it."""

    connection: Connection
    vendor: str
    standing: str
    form: Form | None

    @property
    def deed(self) -> str:
        return "resume" if self.connection.is_paused else "pause"


def kept_connections(
    viewer: Viewer, rows: Iterable[Connection], forms: Mapping[str, Form]
) -> list[Kept]:
    """Those among these connections that the viewer's resellers keep, each with its owner."""
    mine, settles = kept_by(viewer), kept_by(viewer, Ability.SETTLE)
    return [
        Kept(
            each,
            name_of(each.vendor),
            health.standing(each).label,
            _form(forms, f"connection-{each.pk}") if keeper(each) in settles else None,
        )
        for each in rows
        if keeper(each) in mine
    ]


def offer_retries(causes: Iterable[Cause], forms: Mapping[str, Form]) -> None:
    """Give each cause whose steps may all be tried again the form to do it."""
    for cause in causes:
        if cause.again:
            cause.retry = _form(forms, f"retry-{cause.key}")
            cause.seen_at = timezone.now()


def _form(forms: Mapping[str, Form], name: str) -> Form:
    return forms.get(name) or ReasonForm(step=name)
