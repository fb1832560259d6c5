"""Between a draft and its form: what is asked now, what is answered, what waits unused."""

from cases.filing.filing import Filing, context_of, may_send, open_filing, sendable
from cases.filing.starting import ForWhomForm, StartForm, for_whom, refilled

__all__ = [
    "Filing",
    "ForWhomForm",
    "StartForm",
    "context_of",
    "for_whom",
    "may_send",
    "open_filing",
    "refilled",
    "sendable",
]
