"""uiControls as a Field: the vendor's ten input types, their limits and what stands in them.

Rests on the page's table "UiControls". Where its samples spell otherwise both spellings are read:
`maxlength` beside `maxLength`, `"Date"` beside the listed types.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from vendors.akamai_v2 import wording
from vendors.akamai_v2.shapes import flag, items, member, members, text, texts, whole
from vendors.schema import Answer, Choice, Control, Field, ZonedTime

logger = logging.getLogger("caseport.vendor")

CONTROLS = {
    "checkbox": Control.CHECKBOX,
    "date": Control.DATETIME,  # of the samples alone, which answer it with a full UTC time
    "date-time": Control.DATETIME,
    "date-time-timezone": Control.DATETIME_ZONE,
    "decimal": Control.DECIMAL,
    "dropdown": Control.SELECT,
    "file-upload": Control.FILE,
    "number": Control.INTEGER,
    "radio": Control.RADIO,
    "text": Control.TEXT,
    "textarea": Control.LONG_TEXT,
}
ONE_OF = (Control.SELECT, Control.RADIO)
OPTIONS = (*ONE_OF, Control.CHECKBOXES)
WRITTEN = (Control.TEXT, Control.LONG_TEXT)
KEEPS_ITS_SHAPE_DISABLED = (*OPTIONS, *WRITTEN, Control.CHECKBOX)
MAX_ROWS = 40

_UNITS = {"": 1, "b": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_SIZE = re.compile(r"\s*([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([kmg]i?|)b?(?:ytes?)?\s*", re.IGNORECASE)
_MANY = 100  # unknown types worth telling of; more would be a vendor gone mad
_told: set[str] = set()


@dataclass(frozen=True, slots=True)
class Option:
    """An answer option: its value is what is shown and sent, its id only names it."""

    value: str
    answer_id: str
    dependents: tuple[Any, ...] = ()  # raw dependentQuestions, see questionnaire.py


def options(spec: Any) -> tuple[Option, ...]:
    """The answerOptions of an attribute or question, each value once."""
    found: dict[str, Option] = {}
    for item in items(members(spec).get("answerOptions")):
        answer_id = text(members(item).get("answerId"))
        value = text(members(item).get("answerValue")) or answer_id
        if value.strip():
            below = tuple(items(members(item).get("dependentQuestions")))
            found.setdefault(value, Option(value, answer_id, below))
    return tuple(found.values())


def size(value: Any) -> int | None:
    """Bytes of "5MB", "500 KB" or 1024; None if it cannot be read.

    KB, MB and GB are decimal, as the vendor counts elsewhere (its schemas call 2 GB
    2,000,000,000 bytes); the smaller reading never lets a file through that it refuses.
    """
    found = _SIZE.fullmatch(text(value))
    if found is None:
        return None
    return int(Decimal(found[1]) * _UNITS[found[2].casefold()]) or None


def control_of(ui: Any, choices: tuple[Option, ...]) -> Control:
    """The control for a fieldType; an unknown one is a text and logged once."""
    kind = text(member(ui, "fieldType")).strip().casefold()
    control = CONTROLS.get(kind)
    if control is None:
        _tell(kind, "unknown fieldType %r is asked as text")
        return Control.TEXT
    if control is Control.CHECKBOX and choices:
        return Control.CHECKBOXES
    if control in ONE_OF and not choices:
        _tell(f"{kind} without options", "%r is asked as text")
        return Control.TEXT
    return control


def _tell(kind: str, words: str) -> None:
    if kind not in _told and len(_told) < _MANY:
        _told.add(kind)
        logger.warning("akamai_v2: " + words, kind[:60])


def make_field(
    spec: Any,
    *,
    key: str,
    member_name: str,
    section: str,
    label: str = "",
    offered: tuple[Option, ...] | None = None,
) -> Field:
    """An attribute or question as a Field, prefilled with its `value` or `currentAnswers`.

    `label` goes before the vendor's displayName; `offered` are those of its options that may be
    chosen now, all when None.
    """
    ui = member(spec, "uiControls")
    known = options(spec)
    control = control_of(ui, known)
    given = texts(members(spec).get("currentAnswers")) or texts(members(spec).get("value"))
    disabled = flag(member(ui, "isDisabled"))
    default = prefilled(control, given, known if offered is None else offered)
    if disabled and (control not in KEEPS_ITS_SHAPE_DISABLED or (given and not default)):
        # nobody answers it, so its given value goes out exactly as it came
        control, default = Control.TEXT, ", ".join(given) or None
    shown = (known if offered is None else offered) if control in OPTIONS else ()
    name = text(member(ui, "displayName")).strip()
    helps = [name if label and name != label else "", text(members(spec).get("helpText")).strip()]
    return Field(
        key=key,
        label=label or name or member_name,
        control=control,
        member=member_name,
        section=section,
        required=flag(member(ui, "isRequired")) and not disabled,
        choices=tuple(Choice(option.value, option.value) for option in shown),
        max_length=whole(member(ui, "maxLength")) if control in WRITTEN else None,
        max_size=size(member(ui, "maxSize")) if control is Control.FILE else None,
        rows=_rows(ui) if control is Control.LONG_TEXT else None,
        default=default,
        disabled=disabled,
        source=wording.GIVEN if disabled else "",
        clearable=flag(member(ui, "isClearable")),
        help="\n".join(filter(None, helps)),
    )


def _rows(ui: Any) -> int | None:
    rows = whole(member(ui, "rows"))
    return None if rows is None else min(rows, MAX_ROWS)


def prefilled(control: Control, given: tuple[str, ...], offered: Sequence[Option]) -> Answer | None:
    """What stands in a field before anybody answers; None if it does not fit the control."""
    if not given or control is Control.FILE:
        return None
    if control in OPTIONS:
        found = matching(given, offered)
        if control is Control.CHECKBOXES:
            return found or None
        return found[0] if found else None
    if control is Control.CHECKBOX:
        return "true" if flag(given[0]) else None
    if control in (Control.DATETIME, Control.DATETIME_ZONE):
        return _moment(given[0])
    return ("\n" if control is Control.LONG_TEXT else ", ").join(given)


def matching(given: Iterable[str], offered: Sequence[Option]) -> tuple[str, ...]:
    """The values of the options named, by value or by id: the vendor does both, also side by side.

    A name that is a value of one option and the id of another is the value.
    """
    named = {_folded(name) for name in given}
    ids = named - {_folded(option.value) for option in offered} - {""}
    return tuple(
        o.value for o in offered if _folded(o.value) in named or _folded(o.answer_id) in ids
    )


def _folded(name: str) -> str:
    return name.strip().casefold()


def _moment(given: str) -> ZonedTime | None:
    try:
        at = datetime.fromisoformat(given)
        utc = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(ZoneInfo("UTC"))
    except (ValueError, OverflowError):
        return None
    return ZonedTime(utc, "UTC")
