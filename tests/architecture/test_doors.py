import ast
from collections.abc import Iterator

from tests.architecture.sources import CODE, Source, imported, sources_in

WRITERS = {"update", "create", "get_or_create", "update_or_create", "bulk_update", "bulk_create"}
CELERYS_OWN_RETRIES = {"autoretry_for", "retry_backoff", "retry_kwargs", "eta", "countdown"}
OTHER_HTTP_CLIENTS = {"httpx", "requests", "urllib3", "urllib.request", "aiohttp"}

PEOPLES = (  # what asks for rows because a person does
    "cases/views",
    "cases/forms.py",
    "cases/filing",
    "cases/templatetags",
    "cases/search.py",
)


def attributes(source: Source, name: str) -> list[str]:
    """Where `something.name` stands in a file."""
    return [
        f"{source.path}:{node.lineno}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr == name
    ]


def calls(source: Source) -> Iterator[ast.Call]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield node


def state_writes(source: Source) -> Iterator[str]:
    """Where a file sets an attribute or a column called state."""
    for node in ast.walk(source.tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        if any(isinstance(t, ast.Attribute) and t.attr == "state" for t in targets):
            yield f"{source.path}:{getattr(node, 'lineno', 0)}"
    for call in calls(source):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        made = isinstance(call.func, ast.Name) and call.func.id == "Push"
        if (made or name in WRITERS) and "state" in {k.arg for k in call.keywords}:
            yield f"{source.path}:{call.lineno}"


def test_only_one_module_writes_the_state_of_a_push() -> None:
    written = [w for source in sources_in("cases", "portal") for w in state_writes(source)]

    assert {place.partition(":")[0] for place in written} == {"cases/pushes.py"}


def test_only_the_door_uses_the_unscoped_manager() -> None:
    used = [u for source in sources_in(*CODE) for u in attributes(source, "everything")]
    outside = [u for u in used if not u.startswith(("cases/access.py", "cases/models/"))]

    assert used
    assert not outside


def test_pages_never_look_with_a_workers_eyes() -> None:
    found = [
        f"{source.path}:{node.lineno}"
        for source in sources_in(*PEOPLES)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr.startswith("worker_")
    ]

    assert not found


def test_who_filed_a_case_and_for_whom_is_written_where_it_is_filed() -> None:
    facts = {"filed_by", "filed_from", "reseller"}
    written = {
        source.path
        for source in sources_in("cases")
        for call in calls(source)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"create", "update"}
        and facts & {keyword.arg for keyword in call.keywords}
    }
    assigned = [
        f"{source.path}:{node.lineno}"
        for source in sources_in("cases", "portal")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Attribute) and t.attr in facts for t in node.targets)
    ]

    assert written <= {"cases/actions/filing.py", "cases/sync/strangers.py"}
    assert not assigned


def test_secrets_are_revealed_only_where_a_call_is_signed_or_a_key_is_tried() -> None:
    revealed = [r for source in sources_in(*CODE) for r in attributes(source, "reveal")]

    assert {place.partition(":")[0] for place in revealed} <= {
        "portal/checks.py",
        "vendors/connections/credentials.py",
        "vendors/connections/gateway.py",
        "vendors/connections/tokens.py",
    }


def test_no_text_is_declared_safe() -> None:
    marked = [
        s.path for s in sources_in(*CODE) if "django.utils.safestring.mark_safe" in imported(s)
    ]

    assert not marked


def test_celery_never_repeats_a_step_by_itself() -> None:
    repeated = [
        f"{source.path}:{call.lineno}"
        for source in sources_in("cases", "portal")
        for call in calls(source)
        if CELERYS_OWN_RETRIES & {keyword.arg for keyword in call.keywords}
        or (isinstance(call.func, ast.Attribute) and call.func.attr == "retry")
    ]

    assert not repeated


def test_only_vendors_speak_http() -> None:
    ours = [s for s in sources_in("cases", "portal") if not s.within("portal/management")]
    speaking = [source.path for source in ours if OTHER_HTTP_CLIENTS & imported(source)]

    assert not speaking


def test_no_transaction_spans_a_whole_request(settings: object) -> None:
    assert not getattr(settings, "ATOMIC_REQUESTS", False)
    databases = getattr(settings, "DATABASES", {})
    assert not any(database.get("ATOMIC_REQUESTS") for database in databases.values())
