"""What people do: each deed becomes rows in one transaction, before anybody is answered.

Every action takes keywords and a viewer, never a request. It raises Rejected for what the person
must mend, Stale for a draft that another window changed, and PermissionDenied for what their role
does not allow.
"""

from cases.actions.closing import close_asked
from cases.actions.drafting import (
    choose_contact,
    discard_draft,
    drop_file,
    keep_file,
    save_answers,
    start_draft,
)
from cases.actions.filing import file_case
from cases.actions.problems import Rejected, Stale
from cases.actions.replying import add_note, attach_file, refresh, request_close
from cases.actions.running import Retried, pause, resume, retry_all
from cases.actions.settling import (
    assign_case,
    confirm_absent,
    confirm_found,
    release,
    resend,
    skip,
    withdraw,
)
from cases.actions.sharing import set_visibility, share, unshare, unwatch, watch

__all__ = [
    "Rejected",
    "Retried",
    "Stale",
    "add_note",
    "assign_case",
    "attach_file",
    "choose_contact",
    "close_asked",
    "confirm_absent",
    "confirm_found",
    "discard_draft",
    "drop_file",
    "file_case",
    "keep_file",
    "pause",
    "refresh",
    "release",
    "request_close",
    "resend",
    "resume",
    "retry_all",
    "save_answers",
    "set_visibility",
    "share",
    "skip",
    "start_draft",
    "unshare",
    "unwatch",
    "watch",
    "withdraw",
]
