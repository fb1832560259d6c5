"""Form metadata as Akamai v2 gives it: our own reconstructions of the page's shapes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from vendors.akamai_v2.form import form_schema
from vendors.contract import Metadata
from vendors.schema import Answer, Field, FormSchema
from vendors.vocabulary import Account, Contact, FilingContext

READ_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NORTHWIND = Account("1-NW", "Northwind Traders")
FABRIKAM = Account("1-FB", "Fabrikam Industries")
CONTOSO = Account("1-CT", "Contoso Retail")
CASEY = Contact("Casey Moss", "casey@northwind.example", "+44 20 7946 0999", "Northwind")
API_USER = {
    "userName": "Rita Simmons",
    "userEmail": "rita@harbour.example",
    "userPhone": 442079460018,
    "userCompany": "Harbour Reselling Ltd",
}

Json = dict[str, Any]


def context(
    *entitled: Account, is_staff: bool = False, account: Account = NORTHWIND, who: Contact = CASEY
) -> FilingContext:
    return FilingContext(account, entitled or (NORTHWIND,), who, is_staff)


def ui(kind: str = "text", **more: Any) -> Json:
    return {"fieldType": kind, "isRequired": False, "isDisabled": False, **more}


def attribute(kind: str = "text", value: Any = "", **more: Any) -> Json:
    return {"value": value, "uiControls": ui(kind, **more)}


def option(value: str, answer_id: Any = None, *below: Json) -> Json:
    made: Json = {"answerValue": value, **({} if answer_id is None else {"answerId": answer_id})}
    return {**made, "dependentQuestions": list(below)} if below else made


def question(number: int, kind: str = "text", *options: Json, **more: Any) -> Json:
    made: Json = {"questionId": number, "questionText": f"Question {number}"}
    for name in ("helpText", "currentAnswers", "questionText"):
        if name in more:
            made[name] = more.pop(name)
    if options:
        made["answerOptions"] = list(options)
    return {**made, "uiControls": ui(kind, **more)}


def gate(number: int, *answers: str) -> Json:
    return {"questionId": number, "currentAnswers": list(answers)}


def attributes(**changed: Any) -> Json:
    made: Json = {
        "userDetail": {
            name: attribute(value=value, displayName=name[4:], maxLength=100, isRequired=True)
            for name, value in API_USER.items()
        },
        "subject": attribute(displayName="Title", maxLength=255, isRequired=True),
        "description": attribute("textarea", maxLength=1000, rows=8, isRequired=True),
        "severity": severities(),
        "customer": customers(),
        "endCustomerName": attribute(displayName="End customer", maxLength=80),
        "customerTrackingNumber": attribute(maxLength=60),
        "partnerTicketNumber": attribute(maxLength=30),
        "upload": attribute("file-upload", None, maxSize="25MB"),
    }
    made |= changed
    return {name: value for name, value in made.items() if value is not None}


def severities(*words: str, value: str | None = "3-Low Impact") -> Json:
    named = words or ("1-Critical", "2-Major", "3-Low Impact")
    return {
        "value": value,
        "answerOptions": [option(word, f"S{number}") for number, word in enumerate(named, 1)],
        "uiControls": ui("dropdown", displayName="Severity", isRequired=True),
    }


def customers(*current: str, **more: Any) -> Json:
    named = (NORTHWIND, FABRIKAM, CONTOSO)
    return {
        "answerOptions": [option(a.name, a.account_id) for a in named],
        "currentAnswers": list(current),
        "uiControls": ui("dropdown", **{"displayName": "Customer", **more}),
    }


def linked(number: int) -> list[Json]:
    return [{"rel": "questionnaire", "href": f"/case-management/v2/questionnaires/{number}"}]


def topic(key: str, **values: Any) -> Json:
    """A topic with its values; a value is None or the topic below it. `_` in a name is a space."""
    made = []
    for name, below in values.items():
        value = {"subCategoryType": name.replace("_", " "), "displayName": name.replace("_", " ")}
        made.append({**value, "subCategory": below} if below else value)
    return {"subCategoryType": key, "displayName": key.title(), "subCategories": made}


TREE = {
    "subCategory": topic(
        "product",
        Alta=topic(
            "problem",
            Slow=topic("component", Edge=topic("symptom", Resets=None, Stalls=None), Origin=None),
            Alerts=None,
        ),
        Ion=topic("problem", Slow=None, Stale=None),
        Other=None,
    )
}
CATEGORIES = [
    {"categoryType": "Technical", "displayName": "Technical issue", "description": "What breaks."},
    {"categoryType": "Billing", "displayName": "Invoices", "description": None},
]
DEFINITIONS = [
    {
        "severityLevelType": "1-Critical",
        "description": "Nothing works.",
        "escalationInstructions": "Call +1-855-555-0142.",
        "standardResponseTime": "1 hour",
    },
    {"severityLevelType": "2-Major", "description": "Much is slow."},
]
TIMES = {
    "additionalInformation": ["Initial Response = the first call", "* holds when phoned"],
    "responseTimeAndFrequencyDetails": [
        {
            "supportTypeDisplayName": "Premium",
            "interactionTypes": [
                {
                    "interactionType": "initialResponse",
                    "responseTimes": [
                        {"severityLevelType": "1-Critical", "responseTime": "30 minutes"}
                    ],
                },
                {
                    "interactionType": "statusUpdates",
                    "responseTimes": [
                        {"severityLevelType": "1-Critical", "responseTime": "hourly"}
                    ],
                },
            ],
        }
    ],
}

Attributes = Callable[[Mapping[str, str]], Any]


@dataclass
class Desk:
    """A vendor that answers metadata and remembers what it was asked; an exception is raised."""

    attributes: Any = field(default_factory=attributes)  # or a function of the filters
    questionnaires: Mapping[str, Any] = field(default_factory=dict)
    categories: Any = field(default_factory=lambda: CATEGORIES)
    tree: Any = field(default_factory=lambda: TREE)
    definitions: Any = field(default_factory=lambda: DEFINITIONS)
    times: Any = field(default_factory=lambda: TIMES)
    ages: Mapping[str, datetime] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __call__(self, operation: str, params: Mapping[str, str]) -> Metadata:
        self.asked.append((operation, dict(params)))
        answers: dict[str, Callable[[], Any]] = {
            "categories": lambda: self.categories,
            "sub-categories": lambda: self.tree,
            "case-attributes": lambda: (
                self.attributes(params) if callable(self.attributes) else self.attributes
            ),
            "severity-definitions": lambda: self.definitions,
            "response-time-frequency": lambda: self.times,
            "questionnaire": lambda: self.questionnaires[params["questionnaireId"]],
        }
        value = answers[operation]()
        if isinstance(value, Exception):
            raise value
        return Metadata(value, self.ages.get(operation, READ_AT))

    def params_of(self, operation: str) -> list[dict[str, str]]:
        return [params for asked, params in self.asked if asked == operation]


def with_questions(*questions: Json, number: int = 100, **changed: Any) -> Desk:
    """A desk whose every attribute answer links to one questionnaire."""
    asked = {"questionnaireId": number, "questions": list(questions)}
    made = attributes(description=None, links=linked(number), **changed)
    return Desk(attributes=made, questionnaires={str(number): asked})


def path_to(*labels: str, desk: Desk | None = None) -> str:
    """The value of the tree's path with these labels."""
    shown = form_schema(desk or Desk(), {"categoryType": "Technical"}, context())
    field = shown.field("subCategories")
    assert field is not None
    assert field.tree is not None
    return {path: value for value, path in field.tree.leaves()}[labels]


def form(
    desk: Desk,
    *paths: tuple[str, ...],
    who: FilingContext | None = None,
    answers: Mapping[str, Answer] | None = None,
) -> FormSchema:
    """The form once a category and these paths (by default one) are chosen."""
    chosen = tuple(path_to(*path) for path in paths or (("Alta", "Slow", "Origin"),))
    given: dict[str, Answer] = {
        "categoryType": "Technical",
        "subCategories": chosen,
        **(answers or {}),
    }
    return form_schema(desk, given, who or context())


def field_of(schema: FormSchema, key: str) -> Field:
    found = schema.field(key)
    assert found is not None, f"{key} is not among {[f.key for f in schema.fields]}"
    return found
