"""A vendor that exists only on paper: its form is a function of the answers, its steps one body.

It is opened through the ordinary registry, so these tests cross every line a real vendor does.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from vendors.contract import Capabilities, Vendor
from vendors.schema import (
    Answer,
    Answers,
    Choice,
    Control,
    Field,
    FileRef,
    FormSchema,
    Section,
    TreeNode,
    ZonedTime,
    to_json,
)
from vendors.vocabulary import (
    CaseDraft,
    CaseSummary,
    FilingContext,
    Kind,
    MarkerHome,
    Status,
    Step,
)

SECTIONS = (
    Section("category", "Category"),
    Section("subcategories", "Subcategories"),
    Section("details", "Details"),
    Section("severity", "Severity"),
    Section("questions", "Questions"),
    Section("people", "People"),
    Section("files", "Files"),
)
TREE = TreeNode(
    "",
    topic="Product",
    children=(
        TreeNode(
            "Delivery",
            topic="Problem",
            children=(TreeNode("Slow", value="d/slow"), TreeNode("Down", value="d/down")),
        ),
        TreeNode("Storage", topic="Problem", children=(TreeNode("Full", value="s/full"),)),
    ),
)
SEVERITIES = {"technical": ("1-Critical", "2-Major"), "billing": ("3-Minor",)}


class PaperVendor(Vendor):
    """A test turns `loading`, `unavailable`, `fetched_at`, `withdrawn_options`, `explains`."""

    key = "paper"
    name = "Paper"
    product = "Cases"
    withdrawn = "Paper ends this API next year."
    credential_fields: ClassVar[tuple[Field, ...]] = ()
    host_pattern = re.compile("paper.example")
    capabilities = Capabilities(kinds=frozenset(Kind))
    statuses: ClassVar[Mapping[str, Status]] = {}
    files_question = "logs"

    loading: ClassVar[bool] = False
    unavailable: ClassVar[str] = ""
    fetched_at: ClassVar[datetime | None] = None
    withdrawn_options: ClassVar[frozenset[str]] = frozenset()
    explains: ClassVar[bool] = True  # False: what helps to choose is not here yet
    contexts: ClassVar[list[FilingContext]] = []

    @classmethod
    def credential_identity(cls, secrets: Mapping[str, str]) -> str:
        return "paper"

    def form_schema(self, answers: Answers, context: FilingContext) -> FormSchema:
        self.contexts.append(context)
        category = answers.get("category", "")
        fields = [_category(), *_people(context)]
        if isinstance(category, str) and category in SEVERITIES and not self.loading:
            fields += [*_shared(), self._severity(category), *_own(category), *_dependent(answers)]
        return FormSchema(
            SECTIONS,
            tuple(fields),
            complete=len(fields) > 3,
            loading=self.loading,
            unavailable=self.unavailable,
            fetched_at=self.fetched_at or datetime.now(UTC),
        )

    def _severity(self, category: str) -> Field:
        offered = [s for s in SEVERITIES[category] if s not in self.withdrawn_options]
        return Field(
            "severity",
            "Severity",
            Control.RADIO,
            member="severity",
            section="severity",
            required=True,
            choices=tuple(
                Choice(s, s, f"Meaning of {s}", ("First reply: 1 h",))
                if self.explains
                else Choice(s, s)
                for s in offered
            ),
        )

    def steps(self, draft: CaseDraft) -> tuple[Step, ...]:
        body: dict[str, Any] = {a.key: _plain(a.value) for a in draft.answers}
        body["marker"] = draft.marker
        steps = [
            Step(Kind.CREATE, "Create the case", draft.marker, MarkerHome.TRACKING_NUMBER, body)
        ]
        for answered in draft.answers:
            if answered.control is Control.FILE and isinstance(answered.value, tuple):
                for number, file in enumerate(answered.value, 2):
                    assert isinstance(file, FileRef)
                    marker = f"{draft.marker}-{number}"
                    steps.append(
                        Step(
                            Kind.FILE,
                            f"Attach {file.name}",
                            marker,
                            MarkerHome.TEXT,
                            {"comment": marker},
                            file.file_id,
                        )
                    )
        return tuple(steps)

    def summary(self, draft: CaseDraft) -> CaseSummary:
        return CaseSummary(
            subject=draft.text("subject"),
            description=draft.text("description"),
            category_path=(draft.text("category"),),
            severity=draft.text("severity"),
            severity_rank=1,
            contact=draft.contact,
        )


def _category() -> Field:
    return Field(
        "category",
        "Category",
        Control.RADIO,
        member="categoryType",
        section="category",
        required=True,
        reveals_more=True,
        choices=(Choice("technical", "Technical"), Choice("billing", "Billing")),
    )


def _people(context: FilingContext) -> list[Field]:
    return [
        Field(
            "people/name",
            "Name",
            Control.TEXT,
            member="userName",
            section="people",
            required=True,
            default=context.contact.name,
        ),
        Field(
            "people/phone",
            "Phone",
            Control.PHONE,
            member="userPhone",
            section="people",
            required=True,
            default=context.contact.phone,
        ),
    ]


def _shared() -> list[Field]:
    return [
        Field("subject", "Subject", Control.TEXT, "subject", "details", True, max_length=40),
        Field("description", "Description", Control.LONG_TEXT, "description", "details"),
    ]


def _own(category: str) -> list[Field]:
    if category == "billing":
        return [Field("invoice", "Invoice", Control.INTEGER, "invoice", "details", required=True)]
    return [
        Field(
            "paths",
            "Subcategories",
            Control.TREE,
            "subCategories",
            "subcategories",
            required=True,
            tree=TREE,
            max_leaves=2,
        ),
        Field("host", "Host name", Control.TEXT, "host", "details", default="www", clearable=True),
        Field("since", "Since when?", Control.DATETIME, "since", "details"),
        Field(
            "logs",
            "Logs",
            Control.FILE,
            "logs",
            "files",
            max_files=2,
            max_size=1000,
            clearable=True,
        ),
    ]


def _dependent(answers: Answers) -> list[Field]:
    """Three questions, each brought by the one before."""
    if answers.get("category") != "technical":
        return []
    choices = (Choice("yes", "Yes"), Choice("no", "No"))
    asked = [
        Field("q/1", "Is it down?", Control.RADIO, "1", "questions", choices=choices),
        Field("q/1/yes/2", "For all?", Control.RADIO, "2", "questions", choices=choices, depth=1),
        Field("q/1/yes/2/yes/3", "Explain", Control.LONG_TEXT, "3", "questions", depth=2),
    ]
    shown = 1 + (answers.get("q/1") == "yes")
    shown += shown == 2 and answers.get("q/1/yes/2") == "yes"
    return asked[:shown]


def _plain(value: Answer) -> Any:
    return value.utc().isoformat() if isinstance(value, ZonedTime) else to_json(value)
