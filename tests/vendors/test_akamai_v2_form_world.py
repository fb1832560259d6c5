"""Every case the simulator's world offers is filed: form, answers, body, accepted as it stands."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.vendors.akamai_v2_desk import at, effects
from vendors import markers
from vendors.akamai_v2 import AkamaiV2, tree
from vendors.connections import schema_form
from vendors.contract import Metadata
from vendors.schema import Answer, Control, Field, FileRef, FormSchema, ZonedTime
from vendors.simulator.app import Simulator
from vendors.simulator.world.akamai_v2_attributes import API_USER, CUSTOMERS, QUESTIONNAIRES
from vendors.vocabulary import Account, CaseDraft, Contact, FilingContext, Kind, MarkerHome

NORTHWIND = Account("1-NWT01", "Northwind Traders")
CASEY = Contact("Casey Moss", "casey@northwind.example", "+44 20 7946 0999", "Northwind")
CATEGORIES = ("Technical", "Business", "Billing", "Security", "Professional-Services")
MOMENT = ZonedTime(datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Europe/Paris")), "Europe/Paris")
TYPED: dict[Control, Answer] = {
    Control.TEXT: "As seen",
    Control.LONG_TEXT: "As seen\nsince Monday.",
    Control.INTEGER: "1500",
    Control.DECIMAL: "1.75",
    Control.DATETIME: MOMENT,
    Control.DATETIME_ZONE: MOMENT,
    Control.CHECKBOX: "true",
    Control.EMAIL: "casey@northwind.example",
    Control.PHONE: "+44 20 7946 0999",
}
QUESTION_CONTROLS = {
    Control.TEXT,
    Control.LONG_TEXT,
    Control.INTEGER,
    Control.DECIMAL,
    Control.DATETIME,
    Control.DATETIME_ZONE,
    Control.CHECKBOXES,
    Control.RADIO,
    Control.SELECT,
    Control.FILE,
}


class Kept:
    """A catalogue that asks the vendor once for each piece."""

    def __init__(self, vendor: AkamaiV2) -> None:
        self.vendor = vendor
        self.pieces: dict[tuple[str, tuple[tuple[str, str], ...]], Any] = {}

    def read(self, operation: str, params: Mapping[str, str]) -> Metadata:
        key = (operation, tuple(sorted(params.items())))
        if key not in self.pieces:
            self.pieces[key] = self.vendor.fetch_metadata(operation, params)
        return Metadata(self.pieces[key], datetime.now(UTC))


class Person:
    """Fills in whatever is asked: the `pick`th option of each list, or what is `wanted` by member.

    When `sparing`, only what must be answered.
    """

    def __init__(
        self,
        vendor: AkamaiV2,
        pick: int = 0,
        *,
        sparing: bool = False,
        wanted: Mapping[str, Answer] | None = None,
    ) -> None:
        self.wanted = wanted or {}
        self.vendor = vendor
        self.pick = pick
        self.sparing = sparing
        self.context = FilingContext(NORTHWIND, (NORTHWIND,), CASEY, is_staff=pick == 1)

    def see(self, answers: Mapping[str, Answer]) -> FormSchema:
        return self.vendor.form_schema(answers, self.context)

    def fill(self, category: str, *paths: str) -> tuple[FormSchema, dict[str, Answer]]:
        """The finished form of these subcategories with an answer to everything asked."""
        answers: dict[str, Answer] = {"categoryType": category, "subCategories": paths}
        while True:
            schema = self.see(answers)
            new = {f.key: self.answer(f) for f in schema.fields if f.key not in answers}
            if not new:
                return schema, answers
            answers |= new

    def answer(self, field: Field) -> Answer:
        if field.disabled or (self.sparing and not field.required):
            return field.default or ""
        if field.member in self.wanted:
            return self.wanted[field.member]
        if field.control is Control.FILE:
            return (FileRef(f"id of {field.key}", "capture.har", 900),)
        if field.control is Control.CHECKBOXES:
            return tuple(choice.value for choice in field.choices[self.pick :] or field.choices)
        if field.choices:
            return field.choices[min(self.pick, len(field.choices) - 1)].value
        return TYPED[field.control]

    def draft(self, schema: FormSchema, answers: Mapping[str, Answer]) -> CaseDraft:
        """The draft a valid form makes; fails with what the form finds wrong."""
        assert schema.complete, schema
        form = schema_form.build(schema, answers, check=True)
        assert form.is_valid(), form.errors
        return CaseDraft(markers.mint(), NORTHWIND, CASEY, form.answered())


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(sleep=lambda seconds: None)


@pytest.fixture
def vendor(simulator: Simulator) -> AkamaiV2:
    adapter = at(simulator)
    adapter.catalogue = Kept(adapter)
    return adapter


def paths_of(person: Person, category: str) -> list[str]:
    field = person.see({"categoryType": category}).field("subCategories")
    assert field is not None
    assert field.tree is not None
    return [value for value, _ in field.tree.leaves()]


def filed(person: Person, simulator: Simulator, draft: CaseDraft) -> dict[str, Any]:
    """The body the vendor accepted; it is the one the review showed."""
    create = person.vendor.steps(draft)[0]
    receipt = person.vendor.file_case(draft)
    effect = effects(simulator)[-1]
    assert receipt.vendor_id == effect["case"]
    assert effect["body"] == create.body
    assert markers.is_marker(draft.marker)
    assert (draft.marker in repr(effect["body"])) is (create.marker_home is not MarkerHome.NONE)
    return dict(effect["body"])


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_path_of_every_tree_is_accepted(
    vendor: AkamaiV2, simulator: Simulator, category: str
) -> None:
    person = Person(vendor)
    paths = paths_of(person, category)
    for path in paths:
        body = filed(person, simulator, person.draft(*person.fill(category, path)))
        assert [s["subCategoryValue"] for s in body["subCategories"]] == [
            step.value for step in tree.decode(path)
        ]
    assert len(effects(simulator)) == len(paths) > 10


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_must_be_answered_is_enough(
    vendor: AkamaiV2, simulator: Simulator, category: str
) -> None:
    person = Person(vendor, sparing=True)
    for path in paths_of(person, category)[::3]:
        filed(person, simulator, person.draft(*person.fill(category, path)))


def questioned(person: Person) -> Iterator[tuple[str, str]]:
    """One path for every questionnaire of the world."""
    for category, *values in QUESTIONNAIRES:
        named = [value for value in values if value]
        yield (
            category,
            next(
                path
                for path in paths_of(person, category)
                if [step.value for step in tree.decode(path)] == named
            ),
        )


@pytest.mark.parametrize("pick", range(5))
def test_every_option_of_every_questionnaire_is_accepted(
    vendor: AkamaiV2, simulator: Simulator, pick: int
) -> None:
    person = Person(vendor, pick)
    numbers = {
        filed(person, simulator, person.draft(*person.fill(*found)))["questionnaire"][
            "questionnaireId"
        ]
        for found in questioned(person)
    }
    assert numbers == {"100", "101", "102", "103", "104"}


def test_a_case_with_every_control_and_three_questions_deep_is_accepted(
    vendor: AkamaiV2, simulator: Simulator
) -> None:
    deep: dict[str, Answer] = {"671": "Yes", "677": "Europe", "678": ("HTTP/2", "TLS 1.3")}
    person = Person(vendor, wanted=deep)
    schema, answers = person.fill(*next(questioned(person)))
    asked = [f for f in schema.fields if f.section == "questions"]
    assert {f.control for f in asked} >= QUESTION_CONTROLS
    assert max(f.depth for f in asked) == 3

    questions = filed(person, simulator, person.draft(schema, answers))["questionnaire"][
        "questions"
    ]
    sent = {question["questionId"]: question["currentAnswers"] for question in questions}
    assert sent["678"] == ["HTTP/2", "TLS 1.3"]
    assert sent["679"] == ["As seen\nsince Monday."]
    assert sent["670"] == ["2026-03-02T08:00:00.000Z"]
    assert sent["672"] == ["2026-03-02T09:00:00.000+01:00"]
    assert sent["681"] == ["capture.har"]


def test_a_file_given_to_a_question_follows_as_its_own_step(vendor: AkamaiV2) -> None:
    person = Person(vendor)
    category, path = next(questioned(person))
    steps = vendor.steps(person.draft(*person.fill(category, path)))
    assert [step.kind for step in steps] == [Kind.CREATE, Kind.FILE, Kind.FILE]
    assert [step.body["comment"] for step in steps[1:]] == [
        "Answer to: A capture or HAR file of one slow request",
        "",
    ]


def test_several_subcategories_go_into_one_case_in_either_order(
    vendor: AkamaiV2, simulator: Simulator
) -> None:
    person = Person(vendor)
    paths = paths_of(person, "Technical")
    with_questions = next(questioned(person))[1]
    other = next(p for p in paths if "Ion Premier" in p and "Alerts" in p)
    for chosen in ((with_questions, other), (other, with_questions), (*paths[:2], other)):
        body = filed(person, simulator, person.draft(*person.fill("Technical", *chosen)))
        levels = [step for path in chosen for step in tree.decode(path)]
        assert [s["subCategoryValue"] for s in body["subCategories"]] == [
            level.value for level in levels
        ]


def test_two_questionnaires_never_reach_the_vendor(vendor: AkamaiV2) -> None:
    person = Person(vendor)
    technical = [path for category, path in questioned(person) if category == "Technical"]
    schema, answers = person.fill("Technical", *technical[:2])
    assert not schema.complete
    assert "subCategories" in schema_form.build(schema, answers, check=True).errors


def test_no_form_of_the_world_names_another_customer_or_the_api_user(vendor: AkamaiV2) -> None:
    others = [name for name in CUSTOMERS.values() if name != NORTHWIND.name]
    person = Person(vendor)
    for category in CATEGORIES:
        for path in paths_of(person, category)[::4]:
            shown = repr(person.fill(category, path)[0])
            assert not [name for name in (*others, *API_USER.values()) if name in shown]


def test_a_forged_customer_is_no_option_of_the_form(vendor: AkamaiV2) -> None:
    person = Person(vendor)
    path = paths_of(person, "Security")[0]
    schema, answers = person.fill("Security", path)
    form = schema_form.build(schema, {**answers, "customer": "Contoso Retail"}, check=True)
    assert form.is_valid()
    assert [a.value for a in form.answered() if a.key == "customer"] == [NORTHWIND.name]
