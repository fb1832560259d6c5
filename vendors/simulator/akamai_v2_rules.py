"""What Akamai v2 accepts in a new case, read as strictly as its page documents it (CasePost).

Each function returns the reasons to refuse, in words that name the member; none means it is well.
"""

import re
from collections.abc import Iterator
from typing import Any

from .akamai_v2_answers import check_answers
from .wire import Json
from .world.akamai_v2 import FILTERS
from .world.akamai_v2_attributes import CUSTOMERS, attributes
from .world.akamai_v2_questionnaires import questionnaire
from .world.akamai_v2_severities import scale
from .world.akamai_v2_topics import ROOTS, TOPIC_NAMES, Node

TYPES: dict[str, tuple[type, str]] = {
    "additionalDetails": (str, "a string"),
    "categoryType": (str, "a string"),
    "customer": (str, "a string"),
    "customerTrackingNumber": (str, "a string"),
    "description": (str, "a string"),
    "doNotShowInPortalFlag": (bool, "true or false"),
    "endCustomerName": (str, "a string"),
    "partnerTicketNumber": (str, "a string"),
    "questionnaire": (dict, "an object"),
    "severity": (str, "a string"),
    "subCategories": (list, "an array"),
    "subject": (str, "a string"),
    "userDetail": (dict, "an object"),
}
REQUIRED = (
    "categoryType",
    "description",
    "severity",
    "subCategories",
    "subject",
    "userDetail",
)
USER_MEMBERS = ("userCompany", "userEmail", "userName", "userPhone")
STEP_MEMBERS = ("displayName", "subCategoryType", "subCategoryValue")
TEXTS = (
    "subject",
    "description",
    "additionalDetails",
    "endCustomerName",
    "customerTrackingNumber",
    "partnerTicketNumber",
)


def check_case(body: Any) -> list[str]:
    """Return every reason to refuse a new case; later checks wait until the shape is right."""
    wrong = list(_shape(body))
    if wrong:
        return wrong
    wrong = [*_user(body["userDetail"]), *_steps_shape(body["subCategories"])]
    if body["categoryType"] not in ROOTS:
        wrong.append(f"categoryType '{body['categoryType']}' is not a category")
    if wrong:
        return wrong
    paths, wrong = _paths(body["categoryType"], body["subCategories"])
    if wrong:
        return wrong
    asked = [attributes(body["categoryType"], _filters(path)) for path in paths]
    merged: Json = {}
    for one in asked:
        merged = one | merged
    return [
        *_severity(body, _filters(paths[0]).get("product")),
        *_customer(body, merged),
        *_texts(body, merged),
        *_description(body),
        *_questionnaire(body, [link["href"] for one in asked for link in one.get("links", [])]),
    ]


def _shape(body: Any) -> Iterator[str]:
    if not isinstance(body, dict):
        yield "the request is not a JSON object"
        return
    for name in sorted(body.keys() - TYPES.keys()):
        yield f"{name} is not a member of a case"
    for name in REQUIRED:
        if name not in body:
            yield f"{name} is required"
    for name, (kind, words) in TYPES.items():
        if name in body and not isinstance(body[name], kind):
            yield f"{name} must be {words}"


def _user(given: Json) -> Iterator[str]:
    for name in sorted(given.keys() - set(USER_MEMBERS)):
        yield f"userDetail.{name} is not a member of userDetail"
    for name in USER_MEMBERS:
        value = given.get(name)
        if not isinstance(value, str) or not value.strip():
            yield f"userDetail.{name} is required and must be a string that is not empty"
    email = given.get("userEmail")
    if isinstance(email, str) and email and not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        yield "userDetail.userEmail is not an email address"


def _steps_shape(given: list[Any]) -> Iterator[str]:
    if not given:
        yield "subCategories needs at least one object"
    for place, step in enumerate(given):
        name = f"subCategories[{place}]"
        if not isinstance(step, dict) or set(step) != set(STEP_MEMBERS):
            yield f"{name} needs exactly the members {', '.join(STEP_MEMBERS)}"
        elif not all(isinstance(value, str) for value in step.values()):
            yield f"{name}: every member must be a string"


def _paths(category: str, given: list[Json]) -> tuple[list[list[tuple[str, str]]], list[str]]:
    """Follow the steps down the tree; one that does not go on from the last starts a new path."""
    root = ROOTS[category]
    trail: list[tuple[str, str, Node]] = []
    paths: list[list[tuple[str, str]]] = []
    for place, step in enumerate(given):
        topic, value = step["subCategoryType"], step["subCategoryValue"]
        kept = _where_it_fits(root, trail, topic, value)
        if kept is None:
            return [], [f"subCategories[{place}]: {topic} '{value}' does not exist at this place"]
        if step["displayName"] != TOPIC_NAMES[topic]:
            return [], [f"subCategories[{place}].displayName must be '{TOPIC_NAMES[topic]}'"]
        if kept < len(trail):
            paths.append([(topic, value) for topic, value, _ in trail])
        above = trail[kept - 1][2] if kept else root
        trail = [*trail[:kept], (topic, value, above.below[value])]
    paths.append([(topic, value) for topic, value, _ in trail])
    return paths, []


def _where_it_fits(
    root: Node, trail: list[tuple[str, str, Node]], topic: str, value: str
) -> int | None:
    """Return how much of the trail stays above this step: the longest that has it below."""
    for kept in range(len(trail), -1, -1):
        above = trail[kept - 1][2] if kept else root
        if above.topic == topic and value in above.below:
            return kept
    return None


def _filters(path: list[tuple[str, str]]) -> dict[str, str]:
    return {topic: value for topic, value in path if topic in FILTERS}


def _severity(body: Json, product: str | None) -> Iterator[str]:
    words = [severity.word for severity in scale(body["categoryType"], product)]
    if body["severity"] not in words:
        yield f"severity '{body['severity']}' is not one of {', '.join(words)}"


def _customer(body: Json, asked: Json) -> Iterator[str]:
    given = body.get("customer")
    if given is not None and given not in CUSTOMERS.values():
        yield f"customer '{given}' is not a customer of this account"
    if given is None and asked["customer"]["uiControls"]["isRequired"]:
        yield "customer is required"


def _texts(body: Json, asked: Json) -> Iterator[str]:
    for name in TEXTS:
        attribute = asked.get(name) or {}
        controls = attribute.get("uiControls", {})
        given = body.get(name, "")
        if controls.get("isRequired") and name != "description" and not given.strip():
            yield f"{name} is required and must not be empty"
        longest = controls.get("maxLength", 32_000)
        if len(given) > longest:
            yield f"{name} is longer than {longest} characters"
        if controls.get("isDisabled") and name in body and given != attribute["value"]:
            yield f"{name} is disabled and must stay '{attribute['value']}'"
    if not body["subject"].strip():
        yield "subject must not be empty"


def _description(body: Json) -> Iterator[str]:
    """A description may only be left empty beside a questionnaire, which makes it ignored."""
    if "questionnaire" not in body and not body["description"].strip():
        yield "description must not be empty without a questionnaire"


def _questionnaire(body: Json, hrefs: list[str]) -> Iterator[str]:
    given = body.get("questionnaire")
    if given is None:
        return
    for name in sorted(given.keys() - {"questionnaireId", "questions"}):
        yield f"questionnaire.{name} is not a member of questionnaire"
    number = given.get("questionnaireId")
    if not isinstance(number, str):
        yield "questionnaire.questionnaireId is required and must be a string"
        return
    if number not in [href.rpartition("/")[2] for href in hrefs]:
        yield f"questionnaire.questionnaireId '{number}' does not belong to these subcategories"
        return
    known = questionnaire(int(number))
    if known is not None:
        yield from check_answers(known["questions"], given.get("questions", []))
