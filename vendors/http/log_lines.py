"""One record is one line: no text in it can end the line, move the cursor or look like another."""

import logging
import re

INDENT = "    "  # before what follows a record's line: of a traceback, which is ours to break

# control characters, line and paragraph separators, and what turns the direction of a line
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def visible(text: str) -> str:
    """`text` on one line, every character that is not seen written as its escape."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class OneLine(logging.Formatter):
    """Formats a record as one line; a traceback follows it, each of its lines indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's own name
        return visible(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        line, *traceback = super().format(record).split("\n")
        return "\n".join([line, *(INDENT + visible(more) for more in traceback)])
