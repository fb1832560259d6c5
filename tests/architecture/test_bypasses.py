"""Ways round the walls: SQL past the managers, text past the escaping. Each is listed, or not."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.sources import CODE, ROOT, Source, files, imported, sources_in

SQL = {"cursor", "raw", "extra", "executescript"}
SQL_TOLD = {  # who speaks SQL themselves, and why that shows nobody a row
    "portal/clock.py": "asks the database for the time",
    "portal/health.py": "asks whether the database answers",
}
SQL_NAMES = (
    "django.db.models.expressions.RawSQL",
    "sqlite3",
    "psycopg",
)
SAFE_NAMES = (
    "django.utils.safestring.mark_safe",
    "django.utils.safestring.SafeText",
    "django.utils.safestring.SafeData",
    "django.utils.html.html_safe",
)
WITHOUT_ESCAPING = {  # mails are plain text, in which nothing is escaped
    "templates/account/email/base_message.txt",
    "templates/accounts/mail/invitation.txt",
    "templates/accounts/mail/invitation_subject.txt",
    "templates/accounts/mail/notices.txt",
    "templates/accounts/mail/notices_subject.txt",
}
UNESCAPED = re.compile(r"\|\s*(?:safe|safeseq)\b|autoescape\s+off")
WRITES_HTML = re.compile(
    r"\b(?:innerHTML|outerHTML)\s*\+?=|insertAdjacentHTML|document\.write|\beval\(|new Function"
    r"|createContextualFragment|DOMParser|srcdoc|setHTMLUnsafe"
)
RUNS = re.compile(
    r"\bhx-on\b|\bjs:|javascript:|\bon[a-z]+\s*=\s*[\"']|\bstyle\s*=|<script(?![^>]*src=)"
)


def ours() -> list[Source]:
    """Our own programs: the played vendor, which no page shows, keeps its rows by itself."""
    return [source for source in sources_in(*CODE) if not source.within("vendors/simulator")]


def calls_of(source: Source, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            func = node.func
            name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            if name in names:
                yield node


def constants(source: Source) -> set[str]:
    """The names that stand for words written in the file and for nothing else."""
    fixed: set[str] = set()
    changed: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assign):
            into = fixed if isinstance(node.value, ast.Constant) else changed
            into |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return fixed - changed


def written_here(node: ast.AST, source: Source) -> bool:
    """Whether a text is spelled out in the file: nothing anybody typed can be in it."""
    if isinstance(node, ast.Name):
        return node.id in constants(source)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def templates(*endings: str) -> list[str]:
    return [p for p in files() if "templates/" in p and p.endswith(endings)]


def found_in(path: str, pattern: re.Pattern[str]) -> list[str]:
    lines = enumerate((ROOT / path).read_text().splitlines(), 1)
    return [f"{path}:{number}: {line.strip()}" for number, line in lines if pattern.search(line)]


def test_sql_past_the_managers_is_listed_with_its_reason() -> None:
    speaking = {source.path for source in ours() for _ in calls_of(source, SQL)}

    assert speaking == set(SQL_TOLD)


def test_nobody_opens_the_database_by_another_way() -> None:
    assert not [source.path for source in ours() if imported(source) & set(SQL_NAMES)]


def test_only_words_written_in_the_file_are_declared_safe() -> None:
    declared = [s.path for s in ours() if imported(s) & set(SAFE_NAMES)]
    made = [
        f"{source.path}:{call.lineno}"
        for source in ours()
        for call in calls_of(source, {"SafeString", "format_html", "format_html_join"})
        if not written_here(call.args[0], source)
    ]
    known = [
        f"{source.path}:{node.lineno}"
        for source in ours()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef) and node.name == "__html__"
    ]

    assert not declared + made + known


def test_no_template_is_made_from_a_text() -> None:
    made = [
        f"{source.path}:{call.lineno}"
        for source in ours()
        for call in calls_of(source, {"Template", "from_string"})
    ]

    assert not made


def test_templates_escape_everything_but_in_plain_text_mails() -> None:
    outside = {p for p in templates(".html", ".txt") if found_in(p, UNESCAPED)}

    assert outside == WITHOUT_ESCAPING


def test_no_template_runs_a_script_of_its_own() -> None:
    assert not [line for path in templates(".html") for line in found_in(path, RUNS)]


def test_our_scripts_never_make_elements_of_a_text() -> None:
    scripts = [p for p in files() if p.startswith("static/js/") and p.endswith(".js")]

    assert scripts
    assert not [line for path in scripts for line in found_in(path, WRITES_HTML)]
