"""The Akamai v2 form: category, subcategories, attributes, severity, questionnaire, in one answer.

Several subcategories: the first of each topic filters severities and response times; the attributes
are asked for each path and merged by key. Two different questionnaires cannot go into one case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vendors.akamai_v2 import tree, wording
from vendors.akamai_v2.attributes import DETAILS, Asking, Attributes, attribute_fields, merged
from vendors.akamai_v2.attributes import questionnaire_ids as linked_ids
from vendors.akamai_v2.discretion import Discretion
from vendors.akamai_v2.payload import FILES, MARKER_LINE, PARTNER, TRACKING, create_home
from vendors.akamai_v2.pieces import Pieces, Read
from vendors.akamai_v2.questionnaire import question_fields, spoken
from vendors.akamai_v2.severity import footnotes, severity_field
from vendors.akamai_v2.shapes import items, members, text
from vendors.schema import Answers, Choice, Control, Field, FormSchema, TreeNode
from vendors.vocabulary import FilingContext, MarkerHome

MAX_SUBCATEGORIES = 5
MAX_FILES = 10


def form_schema(read: Read, answers: Answers, context: FilingContext) -> FormSchema:
    """The form given these answers; whatever metadata cannot be had is left out and told."""
    form = _Form(Pieces(read), answers, context)
    form.ask()
    return form.schema()


@dataclass(slots=True)
class _Form:
    """One form being put together, from the top of the page down."""

    pieces: Pieces
    answers: Answers
    context: FilingContext
    fields: list[Field] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    severity_notes: str = ""
    is_known: bool = False  # category, subcategories, attributes, questionnaire: all are here

    def schema(self) -> FormSchema:
        sections = tuple(
            replace(s, help=self.severity_notes) if s.key == "severity" else s
            for s in wording.SECTIONS
        )
        order = [section.key for section in sections]
        return FormSchema(
            sections=sections,
            fields=tuple(sorted(self.fields, key=lambda f: order.index(f.section))),
            complete=self.is_known and not any(f.errors for f in self.fields),
            loading=self.pieces.loading,
            unavailable=self.pieces.unavailable,
            fetched_at=self.pieces.fetched_at,
            notices=tuple(self.notices),
        )

    def ask(self) -> None:
        category = self._category()
        if not category:
            return
        paths = self._subcategories(category)
        if not paths:
            return
        found = self._attributes(category, paths)
        if found is not None:
            self._rest(category, tree.leading_filters(paths), found)

    # the cascade, level by level

    def _category(self) -> str:
        """The category chosen, if it is still offered."""
        answer = self.pieces.needed("categories")
        choices = tuple(_categories(answer))
        if choices:
            self.fields.append(
                Field(
                    key="categoryType",
                    label=wording.CATEGORY,
                    control=Control.RADIO,
                    member="categoryType",
                    section="category",
                    required=True,
                    choices=choices,
                    reveals_more=True,
                )
            )
        elif answer is not None:
            self.notices.append(wording.NO_CATEGORIES)
        chosen = self.answers.get("categoryType")
        return next((c.value for c in choices if c.value == chosen), "")

    def _subcategories(self, category: str) -> tuple[tree.Path, ...]:
        """The paths chosen, in the person's order."""
        answer = self.pieces.needed("sub-categories", categoryType=category)
        if answer is None:
            return ()
        root = tree.grow(answer)
        if not root.children:
            self.notices.append(wording.NO_SUBCATEGORIES)
            return ()
        self.fields.append(_tree_field(root))
        given = self.answers.get("subCategories", ())
        chosen = [a for a in ((given,) if isinstance(given, str) else _texts(given))]
        paths = tree.chosen(root, chosen)[:MAX_SUBCATEGORIES]
        if len(paths) > 1:
            self.notices.append(wording.leading(tree.spoken(paths[0])))
        return paths

    def _attributes(self, category: str, paths: Sequence[tree.Path]) -> "_Found | None":
        """The attributes of every path, merged; None while any of them is not here."""
        wanted = {_key(own): own for own in _filter_sets(paths)}
        answers: dict[tuple[tuple[str, str], ...], Attributes] = {}
        for key, filters in wanted.items():
            answer = self.pieces.needed("case-attributes", categoryType=category, **filters)
            if answer is None:
                return None
            answers[key] = members(answer)
        questionnaires: dict[str, str] = {}
        for path in paths:
            for number in linked_ids(answers[_key(tree.filters(path))]):
                questionnaires.setdefault(number, tree.spoken(path))
        for number in (n for answer in answers.values() for n in linked_ids(answer)):
            questionnaires.setdefault(number, tree.spoken(paths[0]))
        every = list(answers.values())
        return _Found(every, questionnaires)

    def _rest(self, category: str, leading: Mapping[str, str], found: "_Found") -> None:
        discretion = Discretion.of(found.attributes, self.context)
        questions = self._questions(found.questionnaires, discretion)
        asking = Asking(
            merged(found.attributes), self.context, discretion, bool(found.questionnaires)
        )
        self.fields += _texts_settled(attribute_fields(asking), questions, self.answers)
        self.fields += questions
        self.fields.append(_files_field())
        self._severity(category, leading, found.attributes[0].get("severity"))

    def _questions(
        self, questionnaires: Mapping[str, str], discretion: Discretion
    ) -> tuple[Field, ...]:
        """The questions of the one questionnaire, or the refusal of a second."""
        self.is_known = True
        if len(questionnaires) > 1:
            self._refuse_subcategories(wording.two_questionnaires(list(questionnaires.values())))
            return ()
        for number in questionnaires:
            answer = self.pieces.needed("questionnaire", questionnaireId=number)
            if answer is None:
                self.is_known = False
                return ()
            named = text(members(answer).get("questionnaireId")).strip() or number
            return question_fields(named, discretion.cut(answer), self.answers)
        return ()

    def _refuse_subcategories(self, words: str) -> None:
        self.fields = [
            replace(f, errors=(words,)) if f.key == "subCategories" else f for f in self.fields
        ]

    def _severity(self, category: str, leading: Mapping[str, str], spec: Any) -> None:
        """The severities of the first product; their explanations may be missing."""
        only = {"product": leading["product"]} if "product" in leading else {}
        definitions = self.pieces.hint("severity-definitions", categoryType=category, **only)
        times = self.pieces.hint("response-time-frequency", categoryType=category, **only)
        self.fields.append(severity_field(spec, definitions, times))
        self.severity_notes = footnotes(times)
        if self.pieces.hints_missing:
            self.notices.append(wording.SEVERITY_HINTS_MISSING)


@dataclass(frozen=True, slots=True)
class _Found:
    """The attributes of each filter, the leading one first, and the questionnaires they link."""

    attributes: list[Attributes]
    questionnaires: Mapping[str, str]  # id -> the subcategory that leads there


def _categories(answer: Any) -> list[Choice]:
    found: dict[str, Choice] = {}
    for item in items(answer):
        value = text(members(item).get("categoryType"))
        if value.strip():
            label = text(item.get("displayName")).strip() or value
            said = text(item.get("description")).strip()
            found.setdefault(value, Choice(value, label, description=said))
    return list(found.values())


def _tree_field(root: TreeNode) -> Field:
    return Field(
        key="subCategories",
        label=wording.SUBCATEGORIES,
        control=Control.TREE,
        member="subCategories",
        section="subcategories",
        required=True,
        tree=root,
        max_leaves=MAX_SUBCATEGORIES,
        help=wording.SUBCATEGORIES_HELP,
        reveals_more=True,
    )


def _files_field() -> Field:
    return Field(
        key=FILES,
        label=wording.FILES,
        control=Control.FILE,
        member=FILES,
        section="files",
        max_files=MAX_FILES,
        help=wording.FILES_HELP,
    )


def _texts(given: Any) -> list[str]:
    return [each for each in given if isinstance(each, str)] if isinstance(given, tuple) else []


def _filter_sets(paths: Sequence[tree.Path]) -> list[dict[str, str]]:
    return [tree.leading_filters(paths), *map(tree.filters, paths)]


def _key(filters: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(filters.items()))


def _texts_settled(
    asked: Sequence[Field], questions: Sequence[Field], answers: Answers
) -> list[Field]:
    """The attributes, with what depends on the questions and on the two reference numbers."""
    settled = list(asked)
    place = next(n for n, each in enumerate(settled) if each.key == "description")
    said = settled[place]
    if said.member == DETAILS:
        # without any answer the vendor would get neither questionnaire nor text
        must = not any(q.required for q in questions) and not said.disabled
        settled[place] = replace(said, required=said.required or must)
    elif said.max_length and _marker_in_text(asked, answers):
        settled[place] = replace(said, max_length=max(1, said.max_length - MARKER_LINE))
    return settled


def _marker_in_text(asked: Sequence[Field], answers: Answers) -> bool:
    taken = {f.key: bool(spoken(f, answers)) for f in asked if f.key in (TRACKING, PARTNER)}
    home = create_home(
        tracking=taken.get(TRACKING, False),
        partner=taken.get(PARTNER, False),
        has_questionnaire=False,
    )
    return home is MarkerHome.TEXT
