"""Whether the vendor owes an answer to a close request: then nobody asks it again."""

from django.utils import timezone
from django.utils.dateformat import format as in_words

from cases import access
from cases.models import Case, Entry, Push
from cases.models.push import State
from vendors.vocabulary import EntryKind, Kind

GONE = (State.WITHDRAWN, State.SKIPPED, State.SUPERSEDED)
ANSWERS = (EntryKind.NOTE, EntryKind.EMAIL, EntryKind.STATUS)


def close_asked(case: Case, vendor_name: str) -> str:
    """Who asked when to close this case, to a person; empty when it may be asked (again)."""
    closes = access.worker_pushes().filter(case=case, kind=Kind.CLOSE).exclude(state__in=GONE)
    last = closes.select_related("author").order_by("-created_at").first()
    if last is None or _is_answered(last):
        return ""
    at = in_words(timezone.localtime(last.created_at), "j M, H:i T")
    if last.state == State.DONE:
        stands = f"{vendor_name} has not answered yet"
    elif last.state == State.REFUSED:
        stands = "the request was refused: see there what can be done"
    elif last.sent_at is None:
        stands = "the request waits to be sent"
    else:
        stands = f"{vendor_name} has not confirmed the request yet"
    return f"{last.author or 'Somebody'} asked to close this case on {at}; {stands}."


def _is_answered(close: Push) -> bool:
    """Whether the vendor wrote, or changed the case's status, after it got the request."""
    if close.state != State.DONE:
        return False
    since = close.sent_at or close.created_at
    said = Entry.objects.filter(case=close.case_id, author=None, kind__in=ANSWERS)
    return said.filter(occurred_at__gt=since).exists()
