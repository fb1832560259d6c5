"""What one person may see of metadata that belongs to the whole connection.

Names of customers outside the entitlement leave every text; prefilled values that describe the API
user become the contact's.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from vendors.akamai_v2.controls import Option, matching, options
from vendors.akamai_v2.shapes import member, members, text, texts
from vendors.vocabulary import Account, FilingContext

PEOPLE = {
    "userName": "name",
    "userEmail": "email",
    "userPhone": "phone",
    "userCompany": "company",
}  # member of userDetail -> attribute of Contact
PREFILLED = ("value", "currentAnswers")
HIDDEN = "…"
SHORTEST = 3  # a name shorter than this is no name in a running text
MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Discretion:
    """Cuts metadata to one person: made from the attributes, used on all that follows them."""

    own: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()  # the API user's value -> the contact's

    @classmethod
    def of(cls, attributes: Iterable[Mapping[str, Any]], context: FilingContext) -> Self:
        own: set[str] = {name for a in context.entitled for name in (a.name, a.account_id)}
        foreign: set[str] = set()
        replaced: dict[str, str] = {}
        for found in attributes:
            offered = options(found.get("customer"))
            entitled = entitled_options(offered, context.entitled)
            own |= {name for option in entitled for name in (option.value, option.answer_id)}
            foreign |= {
                name
                for option in offered
                if option not in entitled
                for name in (option.value, option.answer_id)
            }
            replaced |= _api_user(members(found.get("userDetail")), context)
        longest = sorted(replaced.items(), key=lambda pair: -len(pair[0]))
        ours = _names(own)
        return cls(ours, tuple(n for n in _names(foreign) if n not in ours), tuple(longest))

    def cut(self, spec: Any, depth: int = 0) -> Any:
        """The same metadata without what this person may not see."""
        if depth > MAX_DEPTH:
            return None
        match spec:
            case str():
                return self.hide(spec)
            case list():
                kept = (item for item in spec if not self.names_another(_option(item)))
                return [self.cut(item, depth + 1) for item in kept]
            case dict():
                return {name: self._cut_member(spec, name, depth) for name in spec}
        return spec

    def hide(self, words: str) -> str:
        """The text with other customers' names blotted out."""
        if not self.foreign or not words:
            return words
        return _pattern(self.own, self.foreign).sub(self._blot, words)

    def names_another(self, words: str) -> bool:
        return self.hide(words) != words

    def _cut_member(self, spec: Mapping[str, Any], name: str, depth: int) -> Any:
        asks = member(spec, "uiControls") is not None or "questionText" in spec
        if name in PREFILLED and asks:
            return self._given(spec[name], is_choice=bool(options(spec)))
        return self.cut(spec[name], depth + 1)

    def _given(self, value: Any, *, is_choice: bool) -> list[str]:
        """A prefilled value: what names another customer goes altogether."""
        kept = [found for found in texts(value) if not self.names_another(found)]
        return kept if is_choice else [self._as_contact(found) for found in kept]

    def _as_contact(self, words: str) -> str:
        for theirs, ours in self.replaced:
            words = words.replace(theirs, ours)
        return words

    def _blot(self, found: re.Match[str]) -> str:
        return found[0] if found[0].casefold() in self.own else HIDDEN


def entitled_options(
    offered: tuple[Option, ...], entitled: Iterable[Account]
) -> tuple[Option, ...]:
    """Those options of the customer list that name an account of `entitled`, by id or by name."""
    names = [name for account in entitled for name in (account.account_id, account.name) if name]
    found = {name.strip().casefold() for name in names}
    return tuple(
        option
        for option in offered
        if option.value.strip().casefold() in found or option.answer_id.strip().casefold() in found
    )


def preferred(offered: tuple[Option, ...], account: Account, given: Any) -> str | None:
    """The customer to begin with: the account filed under, else the vendor's current answer."""
    mine = entitled_options(offered, (account,))
    named = mine or tuple(o for o in offered if o.value in matching(texts(given), offered))
    return named[0].value if named else None


def _option(item: Any) -> str:
    return text(members(item).get("answerValue"))


def _names(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        sorted({name.strip().casefold() for name in found if len(name.strip()) >= SHORTEST})
    )


def _api_user(user: Mapping[str, Any], context: FilingContext) -> dict[str, str]:
    """The API user's values with the contact's that take their place."""
    found = {
        text(member(user.get(theirs), "value")).strip(): getattr(context.contact, ours)
        for theirs, ours in PEOPLE.items()
    }
    return {theirs: ours for theirs, ours in found.items() if len(theirs) >= SHORTEST}


@lru_cache(maxsize=64)
def _pattern(own: tuple[str, ...], foreign: tuple[str, ...]) -> re.Pattern[str]:
    """Every known name, longest first, so that an own name hides a foreign one inside it."""
    names = sorted({*own, *foreign}, key=lambda name: (-len(name), name))
    alternatives = "|".join(map(re.escape, names))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)
