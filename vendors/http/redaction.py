"""Nothing secret leaves by a log line: secrets are replaced by key, by shape and by value.

Filters on a logger do not see what its children hand up, so the filter belongs on every handler.
"""

import logging
import re
import threading
from collections.abc import Iterable

HIDDEN = "***"
SHORTEST = 6  # a shorter value would blot out ordinary words

_KEYS = (
    "authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth-token|api[_-]?key|"
    "client[_-]?secret|client[_-]?token|access[_-]?token|refresh[_-]?token|id[_-]?token|"
    "password|passwd|passphrase|secret|signature|sessionid|csrftoken|totp"
)
_KEY = re.compile(rf"(?:{_KEYS})", re.IGNORECASE)
_BY_KEY = re.compile(
    rf"""(?ix) (['"]? \b (?:{_KEYS}) ['"]? \s* [:=] \s*)
         ( "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | (?:Bearer|Basic)\s+\S+ | [^\s,;&)\]}}]+ )"""
)
_BY_SHAPE = re.compile(
    r"""EG1-HMAC-SHA256\s+[^\s'"]+
      | \b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/-]{8,}=*
      | \baka[a-z]-[a-z0-9]{8,}-[a-z0-9]{4,}\b(?!\.)
      | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*\.?[A-Za-z0-9_-]*
      | \bgAAAA[A-Za-z0-9_-]{20,}=*
      | (?<=/invitation/)[A-Za-z0-9_-]{20,}
      | (?<=%2Finvitation%2F)[A-Za-z0-9_-]{20,}""",
    re.VERBOSE,
)

# what every log record carries anyway; anything beside these was given as `extra`
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _Known:
    """The secrets of this process, and one pattern that finds any of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None

    def add(self, values: Iterable[str]) -> None:
        with self._lock:
            all_values = self._values | {value for value in values if len(value) >= SHORTEST}
            if all_values != self._values:
                longest_first = sorted(all_values, key=len, reverse=True)
                self._pattern = re.compile("|".join(map(re.escape, longest_first)))
                self._values = all_values

    def hide(self, text: str) -> str:
        return self._pattern.sub(HIDDEN, text) if self._pattern else text


_known = _Known()


def register(secrets: Iterable[str]) -> None:
    """Replace these values in every line from now on, in this process."""
    _known.add(secrets)


def redact(text: str) -> str:
    """`text` with everything that is or looks secret replaced by `***`."""
    text = _BY_SHAPE.sub(HIDDEN, _known.hide(text))
    return _BY_KEY.sub(lambda found: found[1] + HIDDEN, text)


class RedactingFilter(logging.Filter):
    """Rewrites a record's message, traceback and extras before a handler formats them."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(_message(record)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        for name in vars(record).keys() - _PLAIN:
            value = getattr(record, name)
            if _KEY.search(name):
                setattr(record, name, HIDDEN)
            elif isinstance(value, str):
                setattr(record, name, redact(value))
        return True


def _message(record: logging.LogRecord) -> str:
    # a line whose arguments do not fit its format is still a line worth keeping
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return f"{record.msg} {record.args!r}"
