import re

from tests.architecture.sources import files, functions, sources

FILE_LINES = 400
FUNCTION_LINES = 60
SHORT_LINES = 30
EMPTY_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "service",
    "services",
    "manager",
    "managers",
    "base",
    "misc",
}


def lengths() -> dict[str, int]:
    return {
        f"{source.path}:{function.lineno} {function.name}": (function.end_lineno or 0)
        - function.lineno
        + 1
        for source in sources()
        for function in functions(source)
    }


def test_a_file_is_read_in_one_sitting() -> None:
    too_long = {s.path: len(s.lines) for s in sources() if len(s.lines) > FILE_LINES}

    assert not too_long


def test_a_function_fits_a_screen() -> None:
    too_long = {name: lines for name, lines in lengths().items() if lines > FUNCTION_LINES}

    assert not too_long


def test_nine_functions_in_ten_are_short() -> None:
    long = sorted(name for name, lines in lengths().items() if lines >= SHORT_LINES)

    assert len(long) <= len(lengths()) / 10, long


def test_a_module_is_named_for_what_it_holds() -> None:
    named = [path.removesuffix(".py").split("/") for path in files() if path.endswith(".py")]
    empty = ["/".join(parts) for parts in named if EMPTY_NAMES & set(parts)]

    assert not empty


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"#.*\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    found = [
        f"{source.path}:{number}"
        for source in sources()
        for number, line in enumerate(source.lines, 1)
        if later.search(line)
    ]

    assert not found


def test_comments_are_sentences_not_banners() -> None:
    banner = re.compile(r"^\s*#\s*[-=*#~]{3,}")
    found = [
        f"{source.path}:{number}"
        for source in sources()
        for number, line in enumerate(source.lines, 1)
        if banner.match(line)
    ]

    assert not found


def test_whatever_silences_a_check_says_why() -> None:
    silencer = re.compile(r"#\s*(?:noqa|type:\s*ignore)(?P<rest>.*)$")
    reasoned = re.compile(r"(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[a-z-]+(?:,\s*[a-z-]+)*\])\s+\S+")
    silent = [
        f"{source.path}:{number}"
        for source in sources()
        for number, line in enumerate(source.lines, 1)
        if (found := silencer.search(line)) and not reasoned.match(found["rest"])
    ]

    assert not silent
