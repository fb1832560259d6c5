"""The Akamai v2 form's cascade: category, subcategories, attributes, severities, what lacks."""

import pytest

from tests.vendors.akamai_v2_metadata import (
    CATEGORIES,
    READ_AT,
    Desk,
    attribute,
    attributes,
    context,
    field_of,
    form,
    linked,
    option,
    path_to,
    question,
    severities,
    topic,
    ui,
    with_questions,
)
from vendors.akamai_v2.form import form_schema
from vendors.akamai_v2.tree import decode
from vendors.contract import Loading, MetadataUnavailable
from vendors.schema import Answer, Control

SECTIONS = [
    "category",
    "subcategories",
    "details",
    "severity",
    "questions",
    "people",
    "references",
    "files",
]
A = ("Alta", "Slow", "Origin")
B = ("Ion", "Stale")


def without(piece: str, reason: Exception) -> Desk:
    desk = Desk()
    setattr(desk, piece, reason)
    return desk


def test_every_section_keeps_its_place_from_the_first_choice_on() -> None:
    for schema in (form_schema(Desk(), {}, context()), form(Desk())):
        assert [section.key for section in schema.sections] == SECTIONS
        assert all(section.title for section in schema.sections)


def test_the_form_begins_with_the_category_alone() -> None:
    schema = form_schema(Desk(), {}, context())

    (category,) = schema.fields
    assert (category.key, category.control, category.reveals_more) == (
        "categoryType",
        Control.RADIO,
        True,
    )
    assert [(c.value, c.label, c.description) for c in category.choices] == [
        ("Technical", "Technical issue", "What breaks."),
        ("Billing", "Invoices", ""),
    ]
    assert not schema.complete


def test_a_category_brings_its_subcategories() -> None:
    desk = Desk()
    schema = form_schema(desk, {"categoryType": "Technical"}, context())

    assert [f.key for f in schema.fields] == ["categoryType", "subCategories"]
    assert desk.params_of("sub-categories") == [{"categoryType": "Technical"}]
    assert not schema.complete


def test_a_category_the_vendor_withdrew_counts_as_none() -> None:
    schema = form_schema(Desk(), {"categoryType": "Gone"}, context())
    assert [f.key for f in schema.fields] == ["categoryType"]


def test_fields_follow_the_order_of_the_sections() -> None:
    sections = [f.section for f in form(with_questions(question(1))).fields]
    assert sections == sorted(sections, key=SECTIONS.index)


def test_a_path_of_any_depth_carries_every_level() -> None:
    value = path_to("Alta", "Slow", "Edge", "Stalls")
    assert [(step.topic, step.value, step.topic_name) for step in decode(value)] == [
        ("product", "Alta", "Product"),
        ("problem", "Slow", "Problem"),
        ("component", "Edge", "Component"),
        ("symptom", "Stalls", "Symptom"),
    ]


def test_a_path_may_end_at_every_value() -> None:
    assert form(Desk(), ("Alta",)).complete
    assert form(Desk(), ("Alta", "Slow")).complete


def test_a_tree_forty_levels_deep_is_followed_to_its_end() -> None:
    below = topic("t39", End=None)
    for level in range(38, -1, -1):
        below = topic(f"t{level}", **{f"v{level}": below})
    desk = Desk(tree={"subCategory": below})
    labels = tuple(f"v{level}" for level in range(39))
    assert len(decode(path_to(*labels, "End", desk=desk))) == 40


def test_two_values_shown_alike_can_be_told_apart() -> None:
    twins = topic("product")
    twins["subCategories"] = [
        {"subCategoryType": "a-1", "displayName": "Alta"},
        {"subCategoryType": "a-2", "displayName": "Alta"},
    ]
    desk = Desk(tree={"subCategory": twins})
    assert decode(path_to("Alta", desk=desk))[0].value == "a-1"
    assert decode(path_to("Alta (a-2)", desk=desk))[0].value == "a-2"


@pytest.mark.parametrize("forged", ["[]", "nonsense", '[["product","Forged","Product"]]', ""])
def test_a_path_that_is_not_in_the_tree_is_not_followed(forged: str) -> None:
    desk = Desk()
    answers: dict[str, Answer] = {"categoryType": "Technical", "subCategories": (forged,)}
    schema = form_schema(desk, answers, context())
    assert not desk.params_of("case-attributes")
    assert not schema.complete


def test_the_path_filters_attributes_by_its_topics() -> None:
    desk = Desk()
    form(desk, A)
    assert desk.params_of("case-attributes") == [
        {"categoryType": "Technical", "product": "Alta", "problem": "Slow"}
    ]


def test_area_and_service_filter_too_and_other_topics_do_not() -> None:
    tree = {"subCategory": topic("area", Reports=topic("service", Add=topic("colour", Red=None)))}
    desk = Desk(tree=tree)
    leaf = path_to("Reports", "Add", "Red", desk=desk)
    form_schema(desk, {"categoryType": "Technical", "subCategories": (leaf,)}, context())
    assert desk.params_of("case-attributes") == [
        {"categoryType": "Technical", "area": "Reports", "service": "Add"}
    ]


def test_the_first_of_several_products_decides_on_severities_and_reordering_changes_it() -> None:
    for paths, first in (((A, B), "Alta"), ((B, A), "Ion")):
        desk = Desk()
        schema = form(desk, *paths)
        for operation in ("severity-definitions", "response-time-frequency"):
            assert desk.params_of(operation) == [{"categoryType": "Technical", "product": first}]
        assert any(first in notice and "first" in notice for notice in schema.notices)


def test_one_subcategory_needs_no_word_on_which_comes_first() -> None:
    assert form(Desk(), A).notices == ()


def test_attributes_are_asked_for_each_subcategory_the_first_one_first() -> None:
    desk = Desk()
    form(desk, B, A)
    assert [params["product"] for params in desk.params_of("case-attributes")] == ["Ion", "Alta"]


def test_a_later_path_lends_no_problem_to_an_earlier_product() -> None:
    desk = Desk()
    form(desk, ("Alta",), ("Ion", "Stale"))
    assert desk.params_of("case-attributes") == [
        {"categoryType": "Technical", "product": "Alta"},
        {"categoryType": "Technical", "product": "Ion", "problem": "Stale"},
    ]


def test_severity_options_are_those_of_the_first_subcategory() -> None:
    words = {"Alta": "1-Major Impact", "Ion": "1-Critical"}
    desk = Desk(attributes=lambda p: attributes(severity=severities(words[p["product"]])))
    for paths, word in (((A, B), "1-Major Impact"), ((B, A), "1-Critical")):
        severity = field_of(form(desk, *paths), "severity")
        assert [choice.value for choice in severity.choices] == [word]


def test_attributes_of_several_subcategories_merge_by_key() -> None:
    def asked(params: dict[str, str]) -> object:
        if params["product"] == "Alta":
            return attributes(subject=attribute(displayName="From Alta", maxLength=255))
        return attributes(
            subject=attribute(displayName="From Ion", maxLength=120, isRequired=True),
            endCustomerName=attribute(isRequired=True),
            siteCode=attribute(displayName="Site code", maxLength=8),
        )

    schema = form(Desk(attributes=asked), A, B)

    subject = field_of(schema, "subject")
    assert (subject.label, subject.max_length, subject.required) == ("From Alta", 120, True)
    assert field_of(schema, "endCustomerName").required
    assert field_of(schema, "siteCode").label == "Site code"


def test_options_of_merged_attributes_are_united() -> None:
    def asked(params: dict[str, str]) -> object:
        own = option("Alta") if params["product"] == "Alta" else option("Ion")
        return attributes(kind={"answerOptions": [own, option("Both")], "uiControls": ui("radio")})

    kind = field_of(form(Desk(attributes=asked), A, B), "kind")
    assert [choice.value for choice in kind.choices] == ["Alta", "Both", "Ion"]


def test_two_questionnaires_are_refused_at_the_subcategories() -> None:
    numbers = {"Alta": 100, "Ion": 101}
    desk = Desk(
        attributes=lambda p: attributes(links=linked(numbers[p["product"]])),
        questionnaires={
            "100": {"questionnaireId": 100, "questions": [question(1)]},
            "101": {"questionnaireId": 101, "questions": [question(2)]},
        },
    )
    schema = form(desk, A, B)

    (words,) = field_of(schema, "subCategories").errors
    assert "Alta › Slow › Origin" in words
    assert "Ion › Stale" in words
    assert not schema.complete
    assert not [f for f in schema.fields if f.section == "questions"]


def test_the_same_questionnaire_from_two_subcategories_is_asked_once() -> None:
    schema = form(with_questions(question(1)), A, B)
    assert schema.complete
    assert [f.key for f in schema.fields if f.section == "questions"] == ["questionnaire/100/1"]


def test_a_questionnaire_of_a_later_subcategory_is_asked() -> None:
    desk = with_questions(question(1))
    both = desk.attributes
    desk.attributes = lambda p: both if p["product"] == "Ion" else attributes()
    schema = form(desk, A, B)
    assert field_of(schema, "questionnaire/100/1")
    assert schema.complete


def test_the_same_subcategory_twice_counts_once() -> None:
    desk = Desk()
    form(desk, A, A)
    assert len(desk.params_of("case-attributes")) == 1


def test_at_most_five_subcategories_are_followed() -> None:
    labels = [f"p{number}" for number in range(7)]
    desk = Desk(tree={"subCategory": topic("product", **dict.fromkeys(labels))})
    chosen = tuple(path_to(label, desk=desk) for label in labels)
    schema = form_schema(desk, {"categoryType": "Technical", "subCategories": chosen}, context())
    assert field_of(schema, "subCategories").max_leaves == 5
    assert len(desk.params_of("case-attributes")) == 5


# what is missing


def test_without_categories_the_form_is_empty_and_says_why() -> None:
    schema = form_schema(Desk(categories=MetadataUnavailable("The line is down.")), {}, context())
    assert schema.fields == ()
    assert schema.unavailable == "The line is down."
    assert not schema.complete


def test_a_vendor_that_lists_no_categories_is_said() -> None:
    schema = form_schema(Desk(categories=[]), {}, context())
    assert schema.fields == ()
    assert schema.notices


@pytest.mark.parametrize("piece", ["tree", "attributes"])
def test_what_is_still_loading_leaves_the_form_unfinished(piece: str) -> None:
    schema = form(without(piece, Loading()))
    assert schema.loading
    assert not schema.complete
    assert schema.field("categoryType")


@pytest.mark.parametrize("piece", ["tree", "attributes"])
def test_what_cannot_be_had_is_said_and_leaves_the_form_unfinished(piece: str) -> None:
    schema = form(without(piece, MetadataUnavailable("Not now.")))
    assert schema.unavailable == "Not now."
    assert not schema.complete


def test_a_questionnaire_that_cannot_be_had_leaves_the_form_unfinished() -> None:
    desk = with_questions(question(1))
    desk.questionnaires = {"100": Loading()}
    schema = form(desk)
    assert schema.loading
    assert not schema.complete
    assert field_of(schema, "subject")


def test_attributes_of_one_of_two_subcategories_missing_leave_the_form_unfinished() -> None:
    desk = Desk(attributes=lambda p: attributes() if p["product"] == "Alta" else Loading())
    schema = form(desk, A, B)
    assert not schema.complete
    assert schema.loading


@pytest.mark.parametrize("piece", ["definitions", "times"])
def test_filing_goes_on_without_explanations_of_the_severities(piece: str) -> None:
    schema = form(without(piece, MetadataUnavailable("Not now.")))
    assert schema.complete
    assert not schema.unavailable
    assert field_of(schema, "severity").choices[0].value == "1-Critical"
    assert schema.notices


def test_explanations_still_loading_are_said_and_stop_nothing() -> None:
    schema = form(Desk(times=Loading()))
    assert schema.loading
    assert schema.complete


def test_the_age_shown_is_that_of_the_oldest_metadata() -> None:
    old = READ_AT.replace(hour=1)
    assert form(Desk(ages={"sub-categories": old})).fetched_at == old
    assert form(Desk()).fetched_at == READ_AT


def test_a_tree_without_values_is_said() -> None:
    desk = Desk(tree={"subCategory": topic("product")})
    schema = form_schema(desk, {"categoryType": "Technical"}, context())
    assert [f.key for f in schema.fields] == ["categoryType"]
    assert schema.notices


def test_categories_are_offered_once_each_in_the_vendors_order() -> None:
    desk = Desk(categories=[*CATEGORIES, CATEGORIES[0], None, "x", {"displayName": "Nameless"}])
    (category,) = form_schema(desk, {}, context()).fields
    assert [choice.value for choice in category.choices] == ["Technical", "Billing"]
