"""A case that cannot be read: since when, why, and when it is tried again. It costs only itself."""

from datetime import timedelta

from cases.models import Case
from portal import clock
from vendors.http.redaction import redact

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=1)


def note(case: Case, why: str) -> None:
    """Record one more failed read. The pause before the next grows with the time it has lasted."""
    now = clock.now()
    since = case.unreadable_since or now
    case.unreadable_since = since
    case.unreadable_why = redact(why)[:300]
    case.read_again_at = now + min(max(now - since, SHORTEST), LONGEST)
    case.save(update_fields=["unreadable_since", "unreadable_why", "read_again_at"])


def clear(case: Case) -> list[str]:
    """Forget failed reads, in memory; the names of the columns to be saved."""
    if case.unreadable_since is None:
        return []
    case.unreadable_since = case.read_again_at = None
    case.unreadable_why = ""
    return ["unreadable_since", "unreadable_why", "read_again_at"]
