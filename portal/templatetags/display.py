"""How a page draws small things everywhere: icons, badges, moments, sizes."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.scope import outside

register = template.Library()

UNITS = ("bytes", "kB", "MB", "GB", "TB")
JUST_NOW = timedelta(seconds=45)
RELATIVE = timedelta(hours=24)
MESSAGE_ICONS = {"success": "tick", "warning": "alert", "error": "alert"}


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, label: str = "") -> SafeString:
    """A symbol of our sprite; without a label it is decoration and hidden from assistive tools."""
    spoken = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else SafeString('aria-hidden="true"')
    )
    return format_html(
        '<svg class="icon" {}><use href="{}#{}"></use></svg>',
        spoken,
        static("icons/icons.svg"),
        name,
    )


@register.simple_tag
@lru_cache(maxsize=1024)
def badge(tone: str, text: str, symbol: str = "") -> SafeString:
    """A shape and a word in one of the tones of `components.css`."""
    return format_html(
        '<span class="badge badge-{}">{}{}</span>', tone, icon(symbol) if symbol else "", text
    )


@register.filter
def size(count: int | None) -> str:
    """A number of bytes as people say it, in steps of a thousand; empty when nobody knows."""
    if count is None:
        return ""
    amount, unit = float(count), 0
    while amount >= 999.5 and unit < len(UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    digits = 0 if unit == 0 or amount >= 99.5 else 1
    told = f"{amount:.{digits}f}"
    return f"{told.removesuffix('.0')} {UNITS[unit]}"


def moment(at: datetime) -> str:
    """The whole moment in the reader's zone, with the zone named: `12 Mar 2026, 14:10 CET`."""
    local = timezone.localtime(at)
    return f"{local.day} {local:%b %Y, %H:%M} {local.tzname()}"


def short_moment(at: datetime, now: datetime) -> str:
    """The moment without what today makes superfluous; the zone stays."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    if local.date() == today.date():
        return f"{local:%H:%M} {local.tzname()}"
    if local.year == today.year:
        return f"{local.day} {local:%b, %H:%M} {local.tzname()}"
    return moment(at)


def age(at: datetime, now: datetime) -> str:
    """How long ago, in one unit; a day or more is told as a date."""
    passed = now - at
    if passed < JUST_NOW:
        return "just now"
    if passed < timedelta(minutes=60):
        return f"{max(1, round(passed.total_seconds() / 60))} min ago"
    if passed < RELATIVE:
        return f"{int(passed.total_seconds() // 3600)} h ago"
    local = timezone.localtime(at)
    year = "" if local.year == timezone.localtime(now).year else f" {local.year}"
    return f"{local.day} {local:%b}{year}"


def _element(at: datetime, text: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        moment(at),
        text,
    )


@register.simple_tag
def when(at: datetime | None, otherwise: str = "") -> SafeString | str:
    """A moment as a time of day or a date, in the reader's zone, which it names."""
    return otherwise if at is None else _element(at, short_moment(at, timezone.now()))


@register.simple_tag
def soon(at: datetime) -> SafeString:
    """A moment to come: how soon within the hour, then its time; one already due is `now`."""
    now = timezone.now()
    left = at - now
    if left <= timedelta():
        return _element(at, "now")
    minutes = max(1, round(left.total_seconds() / 60))
    return _element(at, f"in {minutes} min" if minutes < 60 else f"at {short_moment(at, now)}")


def in_sentence(at: datetime) -> str:
    """A moment within a sentence: `at 00:52 CET` today, `on 22 Nov, 00:52 CET` else."""
    now = timezone.now()
    is_today = timezone.localtime(at).date() == timezone.localtime(now).date()
    return f"{'at' if is_today else 'on'} {short_moment(at, now)}"


@register.simple_tag
def at_or_on(at: datetime) -> SafeString:
    """A moment within a sentence, with the whole of it on hover."""
    preposition, _, text = in_sentence(at).partition(" ")
    return format_html("{} {}", preposition, _element(at, text))


@register.simple_tag
def ago(at: datetime | None, otherwise: str = "never") -> SafeString | str:
    """How long ago, with the moment itself on hover; a date from a day on."""
    return otherwise if at is None else _element(at, age(at, timezone.now()))


@register.filter
def initials(name: object) -> str:
    """Up to two letters for a disc: of the first and the last word, or of an address."""
    words = str(name).split("@")[0].replace(".", " ").split()
    letters = [word[0] for word in words if word[0].isalnum()]
    return "".join(letters[:1] + letters[1:][-1:]).upper() or "?"


@register.simple_tag(takes_context=True)
def current(context: dict[str, Any], *names: str) -> SafeString | str:
    """`aria-current="page"` when the page shown is one of these URL names."""
    match = getattr(context.get("request"), "resolver_match", None)
    is_here = match is not None and match.view_name in names
    return SafeString(' aria-current="page"') if is_here else ""


@register.filter
def anchor(field: BoundField) -> str:
    """The id a link to this field leads to: its input, or the first of several."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def message_icon(level: str) -> str:
    return MESSAGE_ICONS.get(level, "info")


@register.simple_tag(takes_context=True)
def scope_url(context: dict[str, Any], slug: str = "") -> str:
    """The portal's address in one customer's scope; without a slug, this page outside any."""
    request = context["request"]
    return f"{outside(request)}{f'/for/{slug}/' if slug else request.path_info}"
