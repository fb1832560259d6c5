"""Case attributes as fields: who the case is for, what it says, and the reseller's members.

Rests on the page's table "CaseAttributes". Each key is the member of the same name in a new case,
those of userDetail below `userDetail/`; the person's own text is `description` whichever member
takes it. `upload` does nothing in the API and is not asked.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from vendors.akamai_v2 import wording
from vendors.akamai_v2.controls import WRITTEN, make_field, options
from vendors.akamai_v2.discretion import PEOPLE, Discretion, entitled_options, preferred
from vendors.akamai_v2.shapes import flag, items, member, members, text, whole
from vendors.schema import Choice, Control, Field
from vendors.vocabulary import FilingContext

Attributes = Mapping[str, Any]

SECTION_OF = {
    "subject": "details",
    "endCustomerName": "people",
    "customerTrackingNumber": "references",
    "partnerTicketNumber": "references",
}
DETAILS = "additionalDetails"  # takes the person's text where `description` is ignored
MADE_ELSEWHERE = {
    DETAILS,
    "categoryType",
    "customer",
    "description",
    "doNotShowInPortalFlag",
    "files",
    "links",
    "questionnaire",
    "severity",
    "subCategories",
    "upload",
    "userDetail",
}
NO_CONTROLS = {"uiControls": {"fieldType": "text"}}
NO_TEXT_CONTROLS = {"uiControls": {"fieldType": "textarea"}}
PERSON_CONTROLS = {"userEmail": Control.EMAIL, "userPhone": Control.PHONE}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_QUESTIONNAIRE = re.compile(r"/questionnaires/([A-Za-z0-9_-]{1,64})/?(?:[?#].*)?$")


# several answers into one


def merged(answers: Iterable[Attributes]) -> dict[str, Any]:
    """The attributes of several subcategories by key: the first stands, strictest limits hold."""
    found: dict[str, Any] = {}
    for answer in answers:
        for name, spec in answer.items():
            if name == "userDetail":
                people = [members(found.get(name)), members(spec)]
                found[name] = merged(people) if people[0] else dict(people[1])
            else:
                found[name] = _stricter(found[name], spec) if found.get(name) else spec
    return found


def _stricter(first: Any, other: Any) -> Any:
    if not isinstance(first, dict) or not isinstance(other, dict):
        return first
    ui, also = members(member(first, "uiControls")), member(other, "uiControls")
    lengths = [n for n in (whole(member(ui, "maxLength")), whole(member(also, "maxLength"))) if n]
    required = flag(member(ui, "isRequired")) or flag(member(also, "isRequired"))
    limits = {"isRequired": required, **({"maxLength": min(lengths)} if lengths else {})}
    both = {**first, "uiControls": {**ui, **limits}}
    if options(first) and options(other):
        both["answerOptions"] = items(first["answerOptions"]) + items(other["answerOptions"])
    return both


def questionnaire_ids(answer: Attributes) -> tuple[str, ...]:
    """The questionnaires the top-level links lead to, each once."""
    hrefs = (text(members(link).get("href")) for link in items(answer.get("links")))
    found = (_QUESTIONNAIRE.search(href) for href in hrefs)
    return tuple(dict.fromkeys(match[1] for match in found if match))


# the fields


@dataclass(frozen=True, slots=True)
class Asking:
    """The attributes of one form with all that decides how they are asked."""

    attributes: Attributes
    context: FilingContext
    discretion: Discretion
    has_questionnaire: bool

    def make(self, name: str, section: str, otherwise: Attributes = NO_CONTROLS) -> Field:
        """One attribute as a field, whether the vendor describes it or not."""
        spec = self.discretion.cut(self.attributes.get(name)) or otherwise
        field = make_field(spec, key=name, member_name=name, section=section)
        if text(member(member(spec, "uiControls"), "displayName")).strip():
            return field
        return replace(field, label=wording.ATTRIBUTE_LABELS.get(name, name))

    def offers(self, name: str) -> bool:
        return isinstance(self.attributes.get(name), dict)


def attribute_fields(asking: Asking) -> tuple[Field, ...]:
    """Every attribute but the severity, in the order of the page."""
    makers: tuple[Callable[[Asking], Iterable[Field]], ...] = (
        _subject,
        _texts,
        _others,
        _person,
        _customer,
        _offered_only,
        _hidden,
    )
    return tuple(field for maker in makers for field in maker(asking))


def _subject(asking: Asking) -> Iterable[Field]:
    field = asking.make("subject", "details")
    yield replace(field, required=not field.disabled)


def _texts(asking: Asking) -> Iterable[Field]:
    """The person's own words: one answer, which beside a questionnaire another member takes."""
    described = asking.make("description", "details", NO_TEXT_CONTROLS)
    if not asking.has_questionnaire:
        yield replace(_long(described), required=not described.disabled)
        if asking.offers(DETAILS):
            yield asking.make(DETAILS, "details", NO_TEXT_CONTROLS)
        return
    field = described
    if asking.offers(DETAILS):
        field = asking.make(DETAILS, "details", NO_TEXT_CONTROLS)
    yield replace(
        _long(field),
        key="description",
        member=DETAILS,
        required=not field.disabled and (field.required or described.required),
        help="\n".join(filter(None, [field.help, wording.DETAILS_HELP])),
    )


def _long(field: Field) -> Field:
    return replace(field, control=Control.LONG_TEXT) if field.control in WRITTEN else field


def _person(asking: Asking) -> Iterable[Field]:
    """The person the case is for; the vendor's own values are the API user's and never shown."""
    described = members(asking.attributes.get("userDetail"))
    for name, ours in PEOPLE.items():
        spec = asking.discretion.cut(described.get(name)) or NO_CONTROLS
        ui = member(spec, "uiControls")
        field = make_field({"uiControls": ui}, key="", member_name=name, section="people")
        named = text(member(ui, "displayName")).strip()
        yield replace(
            field,
            key=f"userDetail/{name}",
            label=named or wording.ATTRIBUTE_LABELS[name],
            control=PERSON_CONTROLS.get(name, Control.TEXT),
            choices=(),
            max_size=None,
            rows=None,
            required=True,
            disabled=False,
            source="",
            default=getattr(asking.context.contact, ours) or None,
        )


def _customer(asking: Asking) -> Iterable[Field]:
    """The customer a reseller files for, cut to those the case's organisation may use."""
    if not asking.offers("customer"):
        return
    spec = asking.attributes["customer"]
    known = options(spec)
    field = make_field(
        asking.discretion.cut({**spec, "value": None, "currentAnswers": None}),
        key="customer",
        member_name="customer",
        section="people",
    )
    field = replace(
        field, control=Control.SELECT, disabled=False, source="", max_length=None, rows=None
    )
    if field.label == "customer":
        field = replace(field, label=wording.CUSTOMER)
    offered = entitled_options(known, asking.context.entitled)
    required = flag(member(member(spec, "uiControls"), "isRequired"))
    if offered:
        given = preferred(offered, asking.context.account, spec.get("currentAnswers"))
        only = offered[0].value if len(offered) == 1 else None
        yield replace(
            field,
            choices=tuple(Choice(option.value, option.value) for option in offered),
            default=only or given,
            disabled=only is not None,
            source=wording.ENTITLED if only else "",
            required=required and only is None,
        )
    elif required:
        yield replace(field, choices=(), required=True, errors=(wording.NO_CUSTOMER,))


def _offered_only(asking: Asking) -> Iterable[Field]:
    """Members a case may go without: asked if the vendor offers them."""
    for name, section in SECTION_OF.items():
        if section != "details" and asking.offers(name):
            yield asking.make(name, section)


def _others(asking: Asking) -> Iterable[Field]:
    """Attributes the page does not list: the vendor asks for them, so they are asked."""
    for name, spec in asking.attributes.items():
        known = name in MADE_ELSEWHERE or name in SECTION_OF
        if known or not _NAME.fullmatch(str(name)):
            continue
        if isinstance(member(spec, "uiControls"), dict):
            yield asking.make(name, "details")


def _hidden(asking: Asking) -> Iterable[Field]:
    """Whether the vendor's own pages leave the case out: for staff alone to decide."""
    if asking.context.is_staff:
        yield Field(
            key="doNotShowInPortalFlag",
            label=wording.HIDDEN,
            control=Control.CHECKBOX,
            member="doNotShowInPortalFlag",
            section="people",
            help=wording.HIDDEN_HELP,
        )
