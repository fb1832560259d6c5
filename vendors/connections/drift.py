"""What a vendor changed without telling: in its forms, and in the words it uses of cases.

Nothing stops because of it: what is new is offered, what is unknown is shown as it came. But those
who look after a connection learn what changed, when it was first seen, and in how many cases.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from vendors.connections import notices
from vendors.connections.models import Connection, Drift

MOST = 100  # differences kept of one answer; a tree that is another altogether is told by these
WITHIN = " › "

What = Drift.What
Facts = dict[str, str]


def facts_of(answer: Any) -> Facts:
    """What an answer about a form says, flat: each value by its place, in readable names."""
    return dict(_walk(answer, ()))


def _walk(value: Any, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _walk(below, (*place, str(name)))
    elif isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield from _walk(each, (*place, _named(each, number)))
    else:
        yield WITHIN.join(place), "" if value is None else str(value)


def _named(each: Any, number: int) -> str:
    """An element of a list by its first word, so that others before it may come and go."""
    if isinstance(each, dict):
        words = (value for value in each.values() if isinstance(value, str) and value)
        return next(words, str(number))[:80]
    return str(number) if isinstance(each, list) else str(each)[:80]


def note_answer(connection: Connection, before: Any, after: Any) -> int:
    """Keep how two answers to the same question differ; the number of differences."""
    was, now = facts_of(before), facts_of(after)
    found = [(What.NEW, place, "", now[place]) for place in now.keys() - was.keys()]
    found += [(What.GONE, place, was[place], "") for place in was.keys() - now.keys()]
    both = was.keys() & now.keys()
    found += [(What.CHANGED, p, was[p], now[p]) for p in both if was[p] != now[p]]
    for what, place, old, new in sorted(found, key=lambda each: each[1])[:MOST]:
        _note(connection, what, place, old, new)
    return len(found)


def note_status(connection: Connection, word: str, reference: str) -> None:
    """A status word no table of ours knows was seen on this case."""
    _note(connection, What.STATUS, "status of a case", "", word, reference)


def _note(
    connection: Connection, what: Drift.What, place: str, was: str, now: str, reference: str = ""
) -> None:
    row, made = Drift.objects.get_or_create(
        connection=connection,
        what=what,
        place=place[-300:],
        now=now[:200],
        defaults={"was": was[:200], "case_reference": reference},
    )
    if not made:
        again = {"count": F("count") + 1, "last_seen_at": timezone.now()}
        Drift.objects.filter(pk=row.pk).update(**again)


def tell() -> bool:
    """Tell those who look after a connection what is new of it: once a day at most, all in one.

    Always False: what was told is not looked for again at once.
    """
    now = timezone.now()
    untold = Drift.objects.filter(told_at=None)
    recently = Drift.objects.filter(told_at__gt=now - timedelta(days=1))
    waiting = Connection.objects.filter(pk__in=untold.values("connection"))
    for connection in waiting.exclude(pk__in=recently.values("connection")):
        mine = untold.filter(connection=connection)
        count = mine.update(told_at=now)
        if count:
            notices.drifted(connection, count, now)
    return False
