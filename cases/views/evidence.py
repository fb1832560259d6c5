"""All that a person needs who must say whether a step reached its vendor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from cases.models import Case, Push
from cases.views.answers import answers_by_section
from portal.one_line import one_line
from vendors import markers
from vendors.contract import Vendor
from vendors.vocabulary import Kind, MarkerHome

HOMES = {
    MarkerHome.TRACKING_NUMBER: "in the customer tracking number",
    MarkerHome.PARTNER_NUMBER: "in the partner ticket number",
    MarkerHome.TEXT: "at the end of the text",
}
FOUND = {
    Kind.CREATE: "This case takes the number you give, and nothing is sent a second time.",
    Kind.NOTE: "The note counts as with {vendor}, and nothing is sent a second time.",
    Kind.FILE: "The file counts as with {vendor}, and nothing is sent a second time.",
    Kind.CLOSE: "{vendor} counts as asked to close, and is not asked a second time.",
}
ABSENT = (
    "It is sent once more, as it stands here. Should it be there after all, {vendor} has it twice."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Something at the vendor that may be the lost step: what it is, and why we think so."""

    vendor_id: str
    title: str
    reason: str
    created_at: datetime | None
    link: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One doubtful step: what was sent, how it is known again, and what each answer leads to.

    `text` is verbatim, our marker's line with it where the text carries one.
    """

    text: str
    answers: list[tuple[str, list[Any]]]
    account: str
    home: str
    link: str
    seen: tuple[Seen, ...]
    if_found: str
    if_absent: str

    @property
    def is_to_pick(self) -> bool:
        """Whether something seen there has a number to link."""
        return any(each.vendor_id for each in self.seen)


def home_of(kind: Kind, home: MarkerHome) -> str:
    """Where our marker stands in what is sent; empty where there is no room for it."""
    if kind is Kind.FILE and home is MarkerHome.TEXT:
        return "at the end of the file's comment"
    return HOMES.get(home, "")


def evidence(push: Push, case: Case, vendor: type[Vendor], behind: int) -> Evidence:
    """The evidence about a step of this case, behind which so many others wait."""
    kind, home = Kind(push.kind), MarkerHome(push.marker_home)
    go_on = {0: "", 1: " The step behind it goes on."}.get(
        behind, f" The {behind} steps behind it go on."
    )
    return Evidence(
        text=_text(push, home),
        answers=answers_by_section(push.payload.get("answers", ())),
        account=_account(push.payload, case),
        home=home_of(kind, home),
        link=vendor.portal_link(case.vendor_id or ""),
        seen=tuple(_seen(push.candidates, kind, vendor)),
        if_found=FOUND[kind].format(vendor=vendor.name) + go_on,
        if_absent=ABSENT.format(vendor=vendor.name),
    )


def _text(push: Push, home: MarkerHome) -> str:
    if push.kind == Kind.CREATE:
        return ""
    text = str(push.payload.get("text") or push.payload.get("comment") or "")
    return markers.append(text, push.marker) if home is MarkerHome.TEXT else text


def _account(payload: Mapping[str, Any], case: Case) -> str:
    """The vendor account it was sent for: as sent, or the case's."""
    told = payload.get("account")
    if told:
        return f"{told['name']} ({told['account_id']})"
    return f"{case.account.name} ({case.account.account_id})" if case.account else ""


def _seen(
    candidates: Iterable[Mapping[str, str]], kind: Kind, vendor: type[Vendor]
) -> Iterable[Seen]:
    for each in candidates:
        number = each["vendor_id"]
        at = each.get("created_at", "")
        yield Seen(
            number,
            one_line(each["title"]),
            each["reason"],
            created_at=parse_datetime(at) if at else None,
            link=vendor.portal_link(number) if kind is Kind.CREATE and number else "",
        )
