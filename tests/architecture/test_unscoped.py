"""What serves people asks for rows through the door alone; a planted way past it is found.

A manager, a row's own relation, a shortcut of Django, a name in a text: each reads rows without
asking who is looking. What does so nevertheless is listed, with why it shows nobody anything.
"""

import ast
import re
from functools import cache, cached_property

import pytest
from django.apps import apps

from tests.architecture.sources import ROOT, Source, files, sources_in
from tests.architecture.test_doors import PEOPLES

MANAGERS = {"objects", "_default_manager", "_base_manager", "everything"}
ASKED_OTHERWISE = {
    "cases/views/freshness.py": "connections and accounts of the viewer's own reach",
    "cases/views/refusals.py": "who keeps a connection of the viewer's own reseller",
    "portal/accounts/scoped_admin.py": "the console's own door",
}
SHORTCUTS = {"get_object_or_404", "get_list_or_404", "ModelForm", "modelform_factory", "get_model"}
SHORTCUTS_TOLD = {
    "portal/accounts/admin.py": "the console's forms, whose rows its own door finds",
    "portal/accounts/scoped_admin.py": "likewise",
    "portal/accounts/views/sessions.py": "a session of the person's own",
    "portal/accounts/views/view_as.py": "whom one may look as is judged next",
}
NAMING = {"prefetch_related", "Prefetch", "getattr", "attrgetter"}
# structures of ours that have a field called like a relation, and the events of a push of the door
OWN = re.compile(
    r"(self|page|steps?|reach|proof|gone|(self\.|review\.)?filing)\.\w+|push\.events|access\.\w+"
)
IN_TEMPLATES = "all|count|exists|first|get|iterator|last|values"


@cache
def relations() -> frozenset[str]:
    """The names by which any row leads to rows of cases."""
    found = {
        relation.get_accessor_name()
        for model in apps.get_models()
        for relation in model._meta.related_objects
        if relation.related_model._meta.app_label == "cases"
    }
    return frozenset(name for name in found if name)


@cache
def rows() -> frozenset[str]:
    """The names of the models that hold what belongs to somebody's cases."""
    return frozenset(model.__name__ for model in apps.get_app_config("cases").get_models())


def asks_a_manager(node: ast.AST, source: Source) -> bool:
    if not isinstance(node, ast.Attribute) or node.attr not in MANAGERS:
        return False
    is_any = node.attr != "objects" or source.within(*PEOPLES)
    return source.path not in ASKED_OTHERWISE and (is_any or ast.unparse(node.value) in rows())


def follows_a_row(node: ast.AST, source: Source) -> bool:
    is_relation = isinstance(node, ast.Attribute) and node.attr in relations()
    return is_relation and not OWN.fullmatch(ast.unparse(node))


def takes_a_shortcut(node: ast.AST, source: Source) -> bool:
    is_shortcut = isinstance(node, ast.alias) and node.name.rpartition(".")[2] in SHORTCUTS
    return is_shortcut and source.path not in SHORTCUTS_TOLD


def names_a_relation(node: ast.AST, source: Source) -> bool:
    if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] not in NAMING:
        return False
    told = {str(each.value) for each in node.args if isinstance(each, ast.Constant)}
    return bool({name.partition("__")[0] for name in told - {"events__by_user"}} & relations())


WAYS = (asks_a_manager, follows_a_row, takes_a_shortcut, names_a_relation)


def past_the_door(source: Source) -> list[str]:
    """Each place of a file that serves people where rows are read past the door."""
    nothing = {id(n.value) for n in ast.walk(source.tree) if getattr(n, "attr", "") == "none"}  # type: ignore[attr-defined]  # an attribute has one
    return [
        f"{source.path}: {ast.unparse(node)}"
        for node in ast.walk(source.tree)
        if id(node) not in nothing and any(way(node, source) for way in WAYS)
    ]


class Planted(Source):
    """A view somebody could write."""

    def __init__(self, words: str) -> None:
        super().__init__("cases/views/planted.py")
        self.__dict__["words"] = words

    @cached_property
    def text(self) -> str:
        return str(self.__dict__["words"])


def test_what_serves_people_asks_the_door() -> None:
    serving = sources_in(*PEOPLES, "portal")

    assert serving
    assert not [place for source in serving for place in past_the_door(source)]


@pytest.mark.parametrize(
    "words",
    [
        "from django.shortcuts import get_object_or_404",
        "from django.shortcuts import get_list_or_404 as found",
        "from django.forms import ModelForm",
        "Case._default_manager.filter(reference=asked)",
        "type(case)._base_manager.all()",
        "Case.everything.all()",
        "Organization.objects.filter(slug=asked).first()",
        "[each.subject for each in organization.cases.all()]",
        "case.connection.cases.all()",
        "user.filed_cases.count()",
        "organization.customer_cases.all()",
        "third[0].entries.all()",
        "case.files.all()",
        "row.case.pushes.all()",
        "known = case.references",
        "case.watches.exists()",
        "case.draft.answers",
        "access.cases(viewer).prefetch_related('entries__author')",
        "getattr(case, 'entries').all()",
    ],
)
def test_a_planted_way_past_the_door_is_found(words: str) -> None:
    assert past_the_door(Planted(words))


@pytest.mark.parametrize(
    "words",
    ["access.entries(viewer, case)", "access.cases(viewer).filter(pk=asked)", "steps.pushes"],
)
def test_the_door_itself_is_none(words: str) -> None:
    assert not past_the_door(Planted(words))


def test_no_template_follows_a_row_to_its_cases() -> None:
    names = "|".join(sorted(relations()))
    followed = re.compile(rf"\.({names})\.({IN_TEMPLATES})\b")
    templates = [path for path in files() if path.endswith(".html")]

    assert templates
    assert followed.search("{% for entry in case.entries.all %}")
    assert not [path for path in templates if followed.search((ROOT / path).read_text())]
