"""What a viewer may add to a case: to whom a note may go, and why something cannot be done now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cases import access, actions
from cases.access import Viewer
from cases.forms import CloseForm, FileForm, NoteForm
from cases.models import Case
from cases.models.timeline import Audience
from cases.views.in_step import sign
from portal.accounts.models import Organization
from portal.accounts.roles import Ability
from vendors.contract import Vendor
from vendors.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class AudienceChoice:
    """One audience in the composer: its name, who that is, and what the button says."""

    key: str
    label: str
    explains: str
    button: str


@dataclass(frozen=True, slots=True)
class Composer:
    """The forms below a timeline. A reason stands where a form cannot: empty, it can.

    `chosen` is the audience of the note: one of those there are, also when another was asked for.
    """

    audiences: tuple[AudienceChoice, ...]
    chosen: str
    note: NoteForm
    file: FileForm
    close: CloseForm
    no_note: str
    no_file: str
    no_close: str

    @property
    def why_not(self) -> list[str]:
        """Why some button of the page's head is disabled."""
        return list(dict.fromkeys(why for why in (self.no_file, self.no_close) if why))

    @property
    def signs(self) -> Mapping[str, str]:
        """How each part looks now, for the page to say when it asks what changed since."""
        note = repr((self.no_note, [(choice.key, choice.button) for choice in self.audiences]))
        return {"note": sign(note), "file": sign(self.no_file), "close": sign(self.no_close)}


def compose(
    viewer: Viewer,
    case: Case,
    vendor: type[Vendor],
    *,
    note: NoteForm | None = None,
    file: FileForm | None = None,
    close: CloseForm | None = None,
    asked: str = "",
) -> Composer | None:
    """The composer for this viewer, None for one who only reads. A form given is shown as it is.

    `asked` is the audience chosen on the page that asks, as far as it is still offered.
    """
    if not access.may(viewer, case, Ability.WRITE):
        return None
    choices = audiences(viewer, case, vendor)
    return Composer(
        audiences=choices,
        chosen=_chosen(note["audience"].value() if note is not None else asked, choices),
        note=note or NoteForm(audiences=[choice.key for choice in choices]),
        file=file or FileForm(),
        close=close or CloseForm(),
        no_note=_reason(case, case.can_add_note, vendor, Kind.NOTE, "notes"),
        no_file=_reason(case, case.can_attach_file, vendor, Kind.FILE, "files"),
        no_close=_no_close(case, vendor),
    )


def _no_close(case: Case, vendor: type[Vendor]) -> str:
    reason = _reason(case, case.can_request_close, vendor, Kind.CLOSE, "close requests")
    return reason or actions.close_asked(case, vendor.name)


def _reason(case: Case, is_allowed: bool, vendor: type[Vendor], kind: Kind, things: str) -> str:
    if kind not in vendor.capabilities.kinds:
        return f"{vendor.name} takes no {things} through this portal."
    if is_allowed:
        return ""
    if case.is_closed:
        return f"{vendor.name} closed this case and takes no {things} on it."
    return f"{vendor.name} does not allow {things} on this case at the moment."


def _chosen(asked: str | None, choices: Sequence[AudienceChoice]) -> str:
    """The audience asked for; where it is offered no more, one that reads no more than that did."""
    offered = [choice.key for choice in choices]
    if asked in offered or not offered:
        return asked or ""
    return offered[-1] if asked == Audience.CUSTOMER else offered[0]


def instead(case: Case, vendor: type[Vendor], asked: str, choices: Sequence[AudienceChoice]) -> str:
    """What to tell somebody whose note was for an audience that is offered no more; else empty."""
    if asked not in (Audience.VENDOR, Audience.CUSTOMER) or asked in {c.key for c in choices}:
        return ""
    if asked == Audience.CUSTOMER:
        why = f"{case.organization or 'The customer'} does not see this case any more"
    elif case.is_closed:
        why = f"{vendor.name} closed this case meanwhile"
    else:
        why = f"{vendor.name} takes no notes on this case any more"
    other = next((c for c in choices if c.key == _chosen(asked, choices)), None)
    if other is None:
        return f"{why}; your text is kept."
    is_own = other.key == Audience.INTERNAL
    question = "Keep it as an internal note" if is_own else f"Send it to {other.label}"
    return f"{why}; your text is kept. {question} instead?"


def audiences(viewer: Viewer, case: Case, vendor: type[Vendor]) -> tuple[AudienceChoice, ...]:
    """Who a note may be for. The first is chosen until the person chooses another."""
    membership = access.membership_for(viewer, case)
    if membership is None:
        return ()
    own = membership.organization
    found = []
    if case.can_add_note and Kind.NOTE in vendor.capabilities.kinds:
        found.append(_for_vendor(case, vendor, own))
    other = _other_side(case, own)
    if other is not None and case.visible_to_customer:
        explains = f"Read by {own} and {other}. It does not go to {vendor.name}."
        found.append(
            AudienceChoice(Audience.CUSTOMER, f"{other}", explains, f"Post to {_side(own, other)}")
        )
    explains = f"Read by people of {own} only. It never leaves the portal."
    found.append(AudienceChoice(Audience.INTERNAL, "Internal", explains, "Post internal note"))
    return tuple(found)


def _for_vendor(case: Case, vendor: type[Vendor], own: Organization) -> AudienceChoice:
    customer = case.organization if case.visible_to_customer else None
    readers = [str(o) for o in (customer, case.reseller) if o is not None]
    explains = f"Read by {vendor.name} and by {' and '.join(readers)}."
    if own.is_reseller and case.organization is not None:
        explains += f" You write for {case.organization}."
    return AudienceChoice(Audience.VENDOR, vendor.name, explains, f"Send to {vendor.name}")


def _other_side(case: Case, own: Organization) -> Organization | None:
    """The reseller for a customer, the customer for its reseller."""
    return case.organization if own.is_reseller else case.reseller


def _side(own: Organization, other: Organization) -> str:
    return "customer" if own.is_reseller else str(other)
