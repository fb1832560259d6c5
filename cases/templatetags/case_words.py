"""How cases, steps and entries are said and drawn: one table for each kind of word."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.template.defaultfilters import linebreaks_filter, urlize
from django.urls import reverse
from django.utils.safestring import SafeString

from cases import access
from cases.delivery import Delivery
from cases.models import Push
from cases.models.timeline import Audience
from cases.notices import reading
from portal.accounts.roles import Ability
from portal.templatetags.display import badge, icon
from vendors.vocabulary import EntryKind, Kind, Status

register = template.Library()

# our reading of the vendor's status -> tone, symbol
STATUS_LOOKS = {
    Status.NEW: ("info", "ring"),
    Status.OPEN: ("progress", "half"),
    Status.WAITING: ("wait", "envelope"),
    Status.SOLVED: ("ok", "tick"),
    Status.CLOSED: ("neutral", "closed"),
}
# rank -> tone, symbol; the vendor's own word is what is read
SEVERITY_LOOKS = {
    1: ("severe", "triangle"),
    2: ("grave", "diamond"),
    3: ("info", "disc"),
    4: ("neutral", "ring"),
}
DELIVERY_LOOKS = {
    "draft": ("neutral", "draft"),
    "waiting": ("info", "up"),
    "unconfirmed": ("info", "clock"),
    "with_vendor": ("plain badge-ok", "ticks"),
    "failed": ("danger", "alert"),
    "needs_person": ("wait", "question"),
    "received": ("plain", "tick"),
    "withdrawn": ("neutral", "undo"),
}
NEXT_LOOKS = {
    "us": ("wait", "envelope"),
    "vendor": ("plain", "half"),
    "nobody": ("plain", "dash"),
    "customer": ("plain", "envelope"),
    "settler": ("plain", "question"),
    "caseport": ("plain", "up"),
}
EVENT_SYMBOLS = {
    EntryKind.STATUS: "swap",
    EntryKind.MILESTONE: "flag",
    EntryKind.SYSTEM: "info",
}
AUDIENCE_SYMBOLS = {
    Audience.VENDOR: "delivery",
    Audience.CUSTOMER: "people",
    Audience.INTERNAL: "lock",
}
STEP_WORDS = {
    Kind.CREATE: "The case itself",
    Kind.NOTE: "Note",
    Kind.FILE: "File",
    Kind.CLOSE: "Close request",
}

MANY_NOTICES = 99

# a text beyond either of the first two is folded, and of it so much is shown
LONG_TEXT, MANY_LINES = 3000, 40
SHOWN_TEXT, SHOWN_LINES = 1500, 20

PAGES: Mapping[str, str] = {  # what can be seen for any customer, by its address in the scope
    "home": "",
    "cases:list": "cases/",
    "cases:new": "cases/new/",
    "cases:drafts": "drafts/",
    "cases:deliveries": "deliveries/",
}
LIKE: Mapping[str, str] = {  # what belongs to one customer, by the page it is found on
    "cases:case": "cases:list",
    "cases:draft": "cases:drafts",
    "cases:review": "cases:drafts",
}


@register.simple_tag
def status_badge(word: str, status: str) -> SafeString:
    """The vendor's own word for the status, looking like our reading of it."""
    tone, symbol = STATUS_LOOKS.get(Status(status), ("neutral", "question"))
    return badge(tone, word, symbol) if word else SafeString("")


@register.simple_tag
def severity_badge(word: str, rank: int | None) -> SafeString:
    """The vendor's own word for the severity, looking like its rank."""
    tone, symbol = SEVERITY_LOOKS.get(rank or 0, ("neutral", ""))
    return badge(tone, word, symbol) if word else SafeString("")


@register.simple_tag
def delivery_badge(delivery: Delivery) -> SafeString:
    """How a step stands; a further attempt stays amber until its vendor has confirmed it."""
    tone, symbol = DELIVERY_LOOKS[delivery.key]
    tone = "wait" if delivery.is_again else tone
    return badge(tone, delivery.label, symbol)


def next_badge(who: str, names: Mapping[str, str]) -> SafeString:
    """Who must act next; `names` are those of the vendor and of others than the reader."""
    words = {"us": "You", "nobody": "Nobody", "caseport": "Caseport"}
    tone, symbol = NEXT_LOOKS[who]
    return badge(tone, words.get(who) or names[who], symbol)


@lru_cache(maxsize=64)
def audience_words(audience: str, vendor: str) -> str:
    """Who reads an entry of this audience."""
    return {
        Audience.VENDOR: f"Shared with {vendor}",
        Audience.CUSTOMER: f"Not sent to {vendor}",
        Audience.INTERNAL: "Internal",
    }[Audience(audience)]


@register.simple_tag
def audience_badge(audience: str, vendor: str) -> SafeString:
    return badge(
        f"plain audience-{audience}",
        audience_words(audience, vendor),
        AUDIENCE_SYMBOLS[Audience(audience)],
    )


@register.simple_tag
def event_icon(kind: str) -> SafeString:
    return icon(EVENT_SYMBOLS.get(EntryKind(kind), "info"))


@register.filter
def step_words(kind: str) -> str:
    """What a push is called in a page."""
    return STEP_WORDS.get(Kind(kind), kind)


@register.filter
def at(table: Mapping[object, object], key: object) -> object:
    """What a table holds under a key that only the page knows."""
    return table[key]


@register.filter
def prose(text: str) -> SafeString:
    """Plain text of a vendor or a person as HTML: escaped, its lines kept, its addresses linked."""
    return linebreaks_filter(urlize(text))


@register.filter
def halves(text: str) -> tuple[str, str]:
    """A long text as its beginning and the rest, parted between words; a short one has no rest."""
    lines = text.split("\n")
    if len(text) <= LONG_TEXT and len(lines) <= MANY_LINES:
        return text, ""
    beginning = "\n".join(lines[:SHOWN_LINES])[:SHOWN_TEXT]
    if len(beginning) == SHOWN_TEXT and (last := max(map(beginning.rfind, " \n"))) > 0:
        beginning = beginning[:last]
    return beginning, text[len(beginning) :]


@register.filter
def may(viewer: access.Viewer, ability: str) -> bool:
    """Whether some role of the viewer grants this."""
    return viewer.may(Ability(ability))


@register.filter
def unread(viewer: access.Viewer) -> int:
    """How many notices the viewer has not read, counted no further than a bell can show."""
    return reading.unread(viewer)[: MANY_NOTICES + 1].count()


@register.simple_tag(takes_context=True)
def page_kind(context: dict[str, Any]) -> str:
    """Which page to stay on when the customer acted for changes."""
    match = getattr(context.get("request"), "resolver_match", None)
    name = match.view_name if match is not None else ""
    kind = LIKE.get(name, name)
    return kind if kind in PAGES else "home"


@register.filter
def step_url(deed: str, push: Push) -> str:
    """Where a decision about this step is posted."""
    return reverse(f"cases:{deed}", args=[push.case.reference, push.pk])


@register.filter
def refused_answers(push: Push) -> list[str]:
    """The questions of the form that a refusal names, as they were put to the person."""
    names = {name.rpartition(".")[2] for name in push.outcome_fields}
    asked = push.case.answers
    return [each["label"] for each in asked if each["key"].rpartition("/")[2] in names]
