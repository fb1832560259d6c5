"""Whatever JSON the vendor sends and whatever answers come back, there is a form."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vendors.akamai_v2_metadata import (
    Desk,
    attributes,
    context,
    linked,
    path_to,
)
from vendors.akamai_v2.form import form_schema
from vendors.schema import Answer, FileRef, FormSchema

SCALARS: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["5MB", "radio", "Date", "true", "2026-01-01T00:00:00Z", "text", "1-NW"])
)
MEMBERS = st.sampled_from(
    [
        "answerId",
        "answerOptions",
        "answerValue",
        "categoryType",
        "currentAnswers",
        "customer",
        "dependentQuestions",
        "description",
        "displayName",
        "fieldType",
        "helpText",
        "href",
        "interactionTypes",
        "isDisabled",
        "isRequired",
        "links",
        "maxLength",
        "maxSize",
        "questionId",
        "questionText",
        "questions",
        "responseTimes",
        "rows",
        "severity",
        "severityLevelType",
        "subCategories",
        "subCategory",
        "subCategoryType",
        "subject",
        "uiControls",
        "userDetail",
        "userName",
        "value",
    ]
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(MEMBERS | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=25,
)
UI = st.dictionaries(
    st.sampled_from(["fieldType", "isRequired", "isDisabled", "maxLength", "maxSize", "rows"]), JSON
)
OPTION = st.fixed_dictionaries(
    {"answerValue": SCALARS},
    optional={"answerId": SCALARS, "dependentQuestions": JSON},
)
SPEC = st.fixed_dictionaries(
    {"uiControls": UI | JSON},
    optional={
        "value": JSON,
        "currentAnswers": JSON,
        "answerOptions": st.lists(OPTION, max_size=3) | JSON,
        "questionId": SCALARS,
        "questionText": JSON,
        "helpText": JSON,
    },
)
ANSWER: st.SearchStrategy[Answer] = (
    st.text(max_size=5)
    | st.lists(st.text(max_size=3), max_size=3).map(tuple)
    | st.just((FileRef("f", "n", 1),))
)
PATH = path_to("Alta", "Slow")
CHOSEN: dict[str, Answer] = {"categoryType": "Technical", "subCategories": (PATH,)}
CALM = settings(
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def is_whole(schema: FormSchema) -> None:
    """A form that can be drawn: keys once each, every field in a section that is there."""
    keys = [field.key for field in schema.fields]
    assert len(set(keys)) == len(keys)
    assert {field.section for field in schema.fields} <= {s.key for s in schema.sections}
    assert all(isinstance(field.label, str) for field in schema.fields)
    assert schema.digest


@CALM
@given(categories=JSON, tree=JSON)
def test_any_categories_and_tree_make_a_form(categories: Any, tree: Any) -> None:
    is_whole(form_schema(Desk(categories=categories, tree=tree), CHOSEN, context()))
    is_whole(form_schema(Desk(tree=tree), CHOSEN, context()))


@CALM
@given(
    tree=st.recursive(
        st.fixed_dictionaries({"subCategoryType": SCALARS, "displayName": SCALARS}),
        lambda below: st.fixed_dictionaries(
            {"subCategoryType": SCALARS},
            optional={
                "displayName": SCALARS,
                "subCategories": st.lists(below, max_size=3),
                "subCategory": below,
            },
        ),
        max_leaves=12,
    )
)
def test_every_leaf_of_any_tree_can_be_chosen(tree: Any) -> None:
    desk = Desk(tree={"subCategory": tree})
    shown = form_schema(desk, {"categoryType": "Technical"}, context()).field("subCategories")
    for value, _ in shown.tree.leaves() if shown and shown.tree else []:
        is_whole(
            form_schema(desk, {"categoryType": "Technical", "subCategories": (value,)}, context())
        )


@CALM
@given(
    whole=JSON,
    specs=st.dictionaries(MEMBERS | st.text(max_size=4), SPEC | JSON, max_size=6),
    answers=st.dictionaries(MEMBERS, ANSWER, max_size=4),
)
def test_any_attributes_make_a_form(whole: Any, specs: Any, answers: dict[str, Answer]) -> None:
    for made in (whole, specs, {**attributes(), **specs}):
        is_whole(form_schema(Desk(attributes=made), {**answers, **CHOSEN}, context(is_staff=True)))


@CALM
@given(definitions=JSON, times=JSON)
def test_any_explanation_of_severities_makes_a_form(definitions: Any, times: Any) -> None:
    schema = form_schema(Desk(definitions=definitions, times=times), CHOSEN, context())
    is_whole(schema)
    assert schema.complete


@CALM
@given(
    questions=st.lists(SPEC, max_size=5) | JSON,
    answers=st.dictionaries(st.sampled_from(["q/1", "questionnaire/100/1"]), ANSWER, max_size=2),
)
def test_any_questionnaire_makes_a_form(questions: Any, answers: dict[str, Answer]) -> None:
    desk = Desk(
        attributes=attributes(links=linked(100)),
        questionnaires={"100": {"questionnaireId": 100, "questions": questions}},
    )
    is_whole(form_schema(desk, {**answers, **CHOSEN}, context()))
    desk.questionnaires = {"100": questions}
    is_whole(form_schema(desk, {**answers, **CHOSEN}, context()))


@CALM
@given(answers=st.dictionaries(MEMBERS, ANSWER, max_size=4))
def test_any_answers_make_a_form(answers: dict[str, Answer]) -> None:
    is_whole(form_schema(Desk(), answers, context()))
    is_whole(form_schema(Desk(), {"categoryType": "Technical", **answers}, context()))
