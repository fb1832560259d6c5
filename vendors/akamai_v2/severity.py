"""Severities: the attributes' options, each with its definition and response times.

The words differ by product ("1-Major Impact", "1-Critical"), so nothing here knows any of them.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from vendors.akamai_v2.controls import Option, make_field, matching, options
from vendors.akamai_v2.shapes import items, member, members, text, texts
from vendors.akamai_v2.wording import SEVERITY
from vendors.schema import Choice, Control, Field

INTERACTIONS = {"initialresponse": "first response", "statusupdates": "status updates"}
SUGGESTED = "Akamai suggests “{}”. Choose what fits."
_RANK = re.compile(r"\s*([1-4])(?![0-9])")


def rank(severity: str) -> int | None:
    """The leading digit of the vendor's word, 1 to 4, if it has one."""
    found = _RANK.match(severity)
    return int(found[1]) if found else None


def severity_field(spec: Any, definitions: Any, times: Any) -> Field:
    """The severity to choose; what is posted is the option's answerValue.

    Without options in the attributes those of the definitions are offered, without either it is
    a text: a case needs a severity.
    """
    offered = options(spec) or _defined(definitions)
    field = make_field(
        spec, key="severity", member_name="severity", section="severity", offered=offered
    )
    named = text(member(member(spec, "uiControls"), "displayName")).strip()
    field = replace(field, label=named or SEVERITY, required=not field.disabled)
    if not offered:
        return replace(field, control=Control.TEXT)
    given = matching(texts(members(spec).get("value")), offered)
    if given and not field.disabled:  # nobody should file an outage as what stood there already
        field = replace(field, help=f"{field.help}\n{SUGGESTED.format(given[0])}".strip())
    return replace(
        field,
        control=Control.RADIO,
        choices=tuple(_choice(option.value, definitions, times) for option in offered),
        default=given[0] if given else None,
        disabled=field.disabled and bool(given),
        clearable=False,
    )


def footnotes(times: Any) -> str:
    """The vendor's additionalInformation, one line each."""
    return "\n".join(texts(members(times).get("additionalInformation")))


def _defined(definitions: Any) -> tuple[Option, ...]:
    words = [text(members(item).get("severityLevelType")) for item in items(definitions)]
    return tuple(Option(word, "") for word in dict.fromkeys(words) if word.strip())


def _choice(word: str, definitions: Any, times: Any) -> Choice:
    meaning = members(_about(word, items(definitions)))
    lines = _response(word, times)
    standard = text(meaning.get("standardResponseTime")).strip()
    if not lines and standard:
        lines = (f"Usual response: {standard}",)
    said = (text(meaning.get(name)).strip() for name in ("description", "escalationInstructions"))
    return Choice(word, word, description="\n".join(filter(None, said)), response=lines)


def _about(word: str, entries: Iterable[Any]) -> Any:
    """The entry whose severityLevelType is this word, else the only one of the same rank."""
    found = [(text(members(e).get("severityLevelType")).strip(), e) for e in entries]
    same = [e for name, e in found if name.casefold() == word.strip().casefold()]
    alike = [e for name, e in found if rank(name) is not None and rank(name) == rank(word)]
    return (same or (alike if len(alike) == 1 else []) or [None])[0]


def _response(word: str, times: Any) -> tuple[str, ...]:
    """One line per support type: "Premium: first response 1 hour, status updates daily"."""
    lines = []
    for support in items(members(times).get("responseTimeAndFrequencyDetails")):
        stated = []
        for kind in items(members(support).get("interactionTypes")):
            entry = members(_about(word, items(members(kind).get("responseTimes"))))
            time = text(entry.get("responseTime")).strip()
            name = text(members(kind).get("interactionType")).strip()
            if time:
                stated.append(f"{INTERACTIONS.get(name.casefold(), name)} {time}".strip())
        if stated:
            name = text(support.get("supportTypeDisplayName")).strip()
            lines.append(f"{name}: {', '.join(stated)}" if name else ", ".join(stated))
    return tuple(lines)
