"""Wall-clock times as a person types them, and the days on which a clock skips or repeats an hour.

A time that is not settled yet travels as text, `2026-10-25T02:30[Europe/Berlin]`: what was typed
and the zone it was meant in, so nothing typed is lost while it is being mended.
"""

import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from vendors.schema import ZonedTime

EARLIER, LATER = "earlier", "later"
FIRST_YEAR, LAST_YEAR = 1900, 2999  # within them every zone converts to UTC without overflow

_CONTINENTS = (
    "Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/",
    "Australia/", "Europe/", "Indian/", "Pacific/",
)  # fmt: skip
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LOCAL = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?", re.ASCII)
_UNSETTLED = re.compile(r"(?P<local>[^\[\]]*)\[(?P<zone>[^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Typed:
    """A local time as typed, the zone meant, and which of two equal readings was chosen."""

    local: str
    zone: str
    fold: str = ""

    def __str__(self) -> str:
        return f"{self.local}[{self.zone}]"


class Wrong(ValueError):
    """The typed time is no moment; `str()` says why to a person."""


class Twice(Wrong):
    """The clock showed this time twice; `offsets` of the earlier and the later, as UTC±HH:MM."""

    def __init__(self, words: str, offsets: tuple[str, str]) -> None:
        super().__init__(words)
        self.offsets = offsets


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() | {"UTC"})


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The zones offered: UTC, then those named by continent; no aliases such as `GB`."""
    return ("UTC", *sorted(zone for zone in _known() if zone.startswith(_CONTINENTS)))


def is_zone(name: str) -> bool:
    return name in _known()


def is_day(text: str) -> bool:
    """Is this a date that exists, as YYYY-MM-DD?"""
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def is_local(text: str) -> bool:
    """Is this a date and time that a calendar and a clock can show?"""
    try:
        return bool(_LOCAL.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def moved(moment: ZonedTime, zone: str) -> ZonedTime:
    """The same moment as clocks in `zone` show it."""
    return ZonedTime(moment.at.astimezone(zoneinfo.ZoneInfo(zone)), zone)


def typed(answer: ZonedTime | str, zone: str) -> Typed:
    """The text to put back into the input for this answer; `zone` where the answer names none."""
    if isinstance(answer, ZonedTime):
        at = answer.at
        layout = "%Y-%m-%dT%H:%M:%S" if at.second else "%Y-%m-%dT%H:%M"
        local = at.replace(tzinfo=None)
        fold = "" if len(_moments(local, answer.zone)) < 2 else (LATER if at.fold else EARLIER)
        return Typed(local.strftime(layout), answer.zone, fold)
    found = _UNSETTLED.fullmatch(answer)
    return Typed(found["local"], found["zone"] or zone) if found else Typed(answer, zone)


def read(entry: Typed) -> ZonedTime | str:
    """The moment meant, or the unsettled text, or empty when nothing was typed."""
    if not entry.local.strip():
        return ""
    try:
        return settle(entry)
    except Wrong:
        return str(entry)


def settle(entry: Typed) -> ZonedTime:
    """The moment meant; raises Wrong, or Twice when `fold` must say which of two."""
    if not is_zone(entry.zone):
        raise Wrong("Choose a time zone from the list.")
    local = _parse(entry.local)
    moments = _moments(local, entry.zone)
    if not moments:
        day = f"{local.day} {local:%B %Y}"
        raise Wrong(
            f"In {entry.zone} the clock skipped {local:%H:%M} on {day}, so there is no such time."
            " Enter one before or after the change."
        )
    if len(moments) == 1 or entry.fold == EARLIER:
        return ZonedTime(moments[0], entry.zone)
    if entry.fold == LATER:
        return ZonedTime(moments[1], entry.zone)
    raise Twice(
        f"In {entry.zone} the clock showed {local:%H:%M} twice that day. Say which one you mean.",
        (offset(moments[0]), offset(moments[1])),
    )


def offset(at: datetime) -> str:
    """The offset as people write it: `UTC+02:00`."""
    text = at.strftime("%z")
    return f"UTC{text[:3]}:{text[3:5]}"


def spoken(moment: ZonedTime) -> str:
    """The moment in words, exact and with its zone."""
    at = moment.at
    clock = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
    return f"{at.day} {at:%B %Y}, {clock} ({moment.zone}, {offset(at)})"


def unsettled(entry: Typed) -> str:
    """What was typed, in words with its zone; as it was typed when it is no date and time."""
    if not is_local(entry.local.strip()):
        return entry.local
    at = datetime.fromisoformat(entry.local.strip())
    clock = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
    return f"{at.day} {at:%B %Y}, {clock} ({entry.zone})"


def _parse(text: str) -> datetime:
    if not is_local(text.strip()):
        raise Wrong("Enter a date and time, such as 2026-03-12 14:30.")
    local = datetime.fromisoformat(text.strip())
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise Wrong(f"Enter a year between {FIRST_YEAR} and {LAST_YEAR}.")
    return local


def _moments(local: datetime, zone: str) -> tuple[datetime, ...]:
    """Every moment at which clocks in the zone show `local`, earliest first: none, one or two."""
    info = zoneinfo.ZoneInfo(zone)
    read = (local.replace(tzinfo=info, fold=fold) for fold in (0, 1))
    real = {at.utcoffset(): at for at in read if _shows(at.astimezone(UTC).astimezone(info), local)}
    return tuple(sorted(real.values(), key=lambda at: at.astimezone(UTC)))


def _shows(at: datetime, local: datetime) -> bool:
    return at.replace(tzinfo=None, fold=0) == local
