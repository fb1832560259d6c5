"""Prints .env.example: `python -m portal.env_example > .env.example`."""

import shlex
from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap

from portal.env import VARIABLES, Variable

HEAD = """\
# Every variable Caseport reads, with its default and its meaning. Written from portal/env.py by
# `python -m portal.env_example > .env.example`; a test holds the two together.
#
# Caseport reads the process's environment, not this file: hand it over by your service manager
# (systemd's EnvironmentFile, Compose's env_file). Any NAME may instead be given as NAME_FILE, the
# path of a file that holds the value, as secret stores mount them.
#
# Put a value with spaces or signs such as < and $ into single quotes: then a service manager and a
# shell that sources this file read the same.
"""


def lines(variable: Variable) -> Iterator[str]:
    """One variable: its meaning as a comment, then its default, ready to be changed."""
    needed = " Required in production." if variable.default is None else ""
    first, *_ = variable.meaning.split()
    stands = ":" in first  # an address or a pair, to be typed as it is
    begun = first if stands else f"{first[0].upper()}{first[1:]}"
    words = f"{begun}{variable.meaning.removeprefix(first)}.{needed}"
    yield from wrap(words, 98, initial_indent="# ", subsequent_indent="# ")
    yield f"#{variable.name}={shlex.quote(variable.default) if variable.default else ''}"


def text() -> str:
    """The whole file."""
    parts = [HEAD]
    for group, variables in groupby(VARIABLES, key=lambda variable: variable.group):
        parts.append(f"\n# {group}\n")
        parts += ["\n" + "\n".join(lines(variable)) + "\n" for variable in variables]
    return "".join(parts)


if __name__ == "__main__":
    print(text(), end="")
