"""The simulator's world: big and varied enough that a portal built on it has to be general."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.vendors.simulator_client import Visitor
from vendors.simulator.app import Simulator

FIELD_TYPES = {
    "checkbox",
    "date-time",
    "date-time-timezone",
    "decimal",
    "dropdown",
    "file-upload",
    "number",
    "radio",
    "text",
    "textarea",
}
ATTRIBUTES = {
    "additionalDetails",
    "customer",
    "customerTrackingNumber",
    "description",
    "endCustomerName",
    "links",
    "partnerTicketNumber",
    "severity",
    "subject",
    "upload",
    "userDetail",
}


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return Visitor(Simulator())


@pytest.fixture(scope="module")
def world(visitor: Visitor) -> dict[str, Any]:
    facts: dict[str, Any] = visitor.control("world")["akamai_v2"]
    return facts


def leaves(topic: dict[str, Any], above: int = 0) -> Iterator[int]:
    """Yield the level of every leaf below a topic, checking the shape on the way."""
    assert set(topic) == {"subCategoryType", "displayName", "subCategories"}
    for value in topic["subCategories"]:
        assert set(value) <= {"subCategoryType", "displayName", "subCategory"}
        if "subCategory" in value:
            yield from leaves(value["subCategory"], above + 1)
        else:
            yield above + 1


def questions(asked: list[dict[str, Any]], level: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield every question with how deep it hangs under options."""
    for question in asked:
        yield level, question
        for option in question.get("answerOptions", []):
            below = option.get("dependentQuestions", [])
            if isinstance(below, list) and all("questionText" in one for one in below):
                yield from questions(below, level + 1)


def field_types(attributes: dict[str, Any]) -> set[str]:
    members = {**attributes, **attributes["userDetail"]}
    return {
        member["uiControls"]["fieldType"]
        for member in members.values()
        if isinstance(member, dict) and "uiControls" in member
    }


def attributes_at(visitor: Visitor, place: dict[str, Any]) -> dict[str, Any]:
    topics = ("product", "problem", "area", "service")
    chosen = {
        step["subCategoryType"]: step["subCategoryValue"]
        for step in place["subCategories"]
        if step["subCategoryType"] in topics
    }
    found: dict[str, Any] = visitor.get(
        f"/categories/{place['category']}/case-attributes", **chosen
    )
    return found


def test_there_are_five_categories_two_without_a_description(visitor: Visitor) -> None:
    categories = visitor.get("/categories")
    assert {one["categoryType"]: one["description"] is None for one in categories} == {
        "Technical": False,
        "Business": False,
        "Billing": False,
        "Security": True,
        "Professional-Services": True,
    }


def test_the_trees_have_some_hundreds_of_leaves_and_four_levels(visitor: Visitor) -> None:
    levels: list[int] = []
    for category in visitor.get("/categories"):
        tree = visitor.get(f"/categories/{category['categoryType']}/sub-categories")
        assert set(tree) == {"subCategory"}
        levels += leaves(tree["subCategory"])
    assert len(levels) > 300
    assert {2, 3, 4} <= set(levels)


def test_one_path_uses_all_ten_field_types_three_levels_deep(
    visitor: Visitor, world: dict[str, Any]
) -> None:
    place = world["all_field_types"]
    assert len(place["path"]) == 4
    attributes = attributes_at(visitor, place)
    assert "description" not in attributes
    (link,) = attributes["links"]
    asked = visitor.get(link["href"].removeprefix("/case-management/v2"))
    assert asked["questionnaireId"] == place["questionnaireId"] == 100
    deep = list(questions(asked["questions"]))
    used = {question["uiControls"]["fieldType"] for _, question in deep} | field_types(attributes)
    assert used == FIELD_TYPES
    assert max(level for level, _ in deep) == 3
    (upload,) = (q for _, q in deep if q["uiControls"]["fieldType"] == "file-upload")
    assert upload["uiControls"]["maxSize"] == "25MB"
    assert all(isinstance(question["questionId"], int) for _, question in deep)


def test_a_second_path_has_no_questionnaire(visitor: Visitor, world: dict[str, Any]) -> None:
    attributes = attributes_at(visitor, world["second_path"])
    assert "links" not in attributes
    assert "description" in attributes


def test_attributes_are_documented_members_and_differ_by_product(visitor: Visitor) -> None:
    seen = {}
    tree = visitor.get("/categories/Technical/sub-categories")["subCategory"]
    for product in (value["displayName"] for value in tree["subCategories"]):
        attributes = visitor.get("/categories/Technical/case-attributes", product=product)
        assert set(attributes) <= ATTRIBUTES
        assert (attributes.get("upload") or {"value": None})["value"] is None
        seen[product] = frozenset(attributes)
    assert len(set(seen.values())) >= 4


def test_the_quirks_of_the_vendors_samples_are_there(
    visitor: Visitor, world: dict[str, Any]
) -> None:
    attributes = attributes_at(visitor, world["plain"])
    user = attributes["userDetail"]
    assert isinstance(user["userPhone"]["value"], int)
    assert "maxlength" in user["userName"]["uiControls"]
    mixed = visitor.get("/questionnaires/101")
    types = {question["uiControls"]["fieldType"] for _, question in questions(mixed["questions"])}
    assert types == {"Date", "RADIO", "Text", "CheckBox"}
    disabled = attributes_at(visitor, world["disabled_member"])["endCustomerName"]
    assert disabled["uiControls"]["isDisabled"]
    assert disabled["value"]


def test_one_product_asks_with_an_undocumented_field_type(
    visitor: Visitor, world: dict[str, Any]
) -> None:
    asked = visitor.get(f"/questionnaires/{world['unknown_field_type']['questionnaireId']}")
    types = {question["uiControls"]["fieldType"] for question in asked["questions"]}
    assert types - FIELD_TYPES == {"slider"}


def test_one_questionnaire_gates_options_by_earlier_answers(
    visitor: Visitor, world: dict[str, Any]
) -> None:
    asked = visitor.get(f"/questionnaires/{world['gated_options']['questionnaireId']}")
    gates = [
        option["dependentQuestions"]
        for question in asked["questions"]
        for option in question.get("answerOptions", [])
        if "dependentQuestions" in option
    ]
    assert {type(gate) for gate in gates} == {dict, list}
    for gate in gates:
        for condition in gate if isinstance(gate, list) else [gate]:
            assert set(condition) == {"questionId", "currentAnswers"}


def test_the_customer_list_names_several_customers(visitor: Visitor, world: dict[str, Any]) -> None:
    options = attributes_at(visitor, world["all_field_types"])["customer"]["answerOptions"]
    named = {option["answerId"]: option["answerValue"] for option in options}
    assert named.items() >= {
        ("1-NWT01", "Northwind Traders"),
        ("1-FAB02", "Fabrikam Industries"),
        ("1-CON03", "Contoso Retail"),
    }
    assert len(named) > 3


@pytest.mark.parametrize("product", ["Alta", "Edge DNS", "Adaptive Media Delivery"])
def test_severities_definitions_and_times_agree_for_a_product(
    visitor: Visitor, product: str
) -> None:
    where = "/categories/Technical"
    severity = visitor.get(f"{where}/case-attributes", product=product)["severity"]
    words = [option["answerValue"] for option in severity["answerOptions"]]
    definitions = visitor.get(f"{where}/severity-definitions", product=product)
    assert [one["severityLevelType"] for one in definitions] == words
    assert all("+1-855-" in one["escalationInstructions"] for one in definitions)
    times = visitor.get(f"{where}/response-time-frequency", product=product)
    assert times["additionalInformation"]
    supports = [one["supportTypeDisplayName"] for one in times["responseTimeAndFrequencyDetails"]]
    assert supports == ["Standard", "Premium & Premium 2.0", "Priority"]
    for support in times["responseTimeAndFrequencyDetails"]:
        kinds = [kind["interactionType"] for kind in support["interactionTypes"]]
        assert kinds == ["initialResponse", "statusUpdates"]
        for kind in support["interactionTypes"]:
            assert [time["severityLevelType"] for time in kind["responseTimes"]] == words
    for link in severity["links"]:
        assert visitor.http.get(link["href"], auth=visitor.signer()).status_code == 200


def test_severity_words_differ_between_products(visitor: Visitor) -> None:
    found = set()
    for product in ("Alta", "Edge DNS", "Adaptive Media Delivery"):
        given = visitor.get("/categories/Technical/severity-definitions", product=product)
        found.add(tuple(one["severityLevelType"] for one in given))
    assert len(found) == 3


def test_ten_cases_of_others_exist_and_one_file_can_be_downloaded(visitor: Visitor) -> None:
    items = visitor.get("/cases")
    assert len(items) == 10
    assert visitor.get("/cases", type="user-active") == []
    cases = [visitor.get(f"/cases/{item['caseId']}") for item in items]
    closed = [case for case in cases if case["ticketInfo"]["status"] == "Closed"]
    assert len(closed) == 3
    assert all(case["solution"]["resolution"] for case in closed)
    milestones = [[one["caseMilestoneId"] for one in case["caseMilestones"]] for case in cases]
    assert all(len(one) == len(set(one)) for one in milestones)
    assert {name for one in milestones for name in one} == {
        "created",
        "pending",
        "initialResponse",
        "assigned",
        "inProgress",
        "closed",
    }
    hrefs = [
        activity["links"][0]["href"]
        for case in cases
        for activity in case.get("activities", [])
        if activity["activityType"] == "attachment"
    ]
    (href,) = hrefs
    assert visitor.http.get(href, auth=visitor.signer()).content.startswith(b"Target:")
