"""The review: every answer as it was given, and exactly what the vendor will get for it."""

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Self

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases import access
from cases.actions.filing import case_draft
from cases.filing import Filing
from cases.models import Attachment
from cases.views.evidence import home_of
from vendors.connections.schema_form import field_id
from vendors.schema import Section
from vendors.vocabulary import Answered, Kind, Step


@dataclass(frozen=True, slots=True)
class ReviewedStep:
    """One change the vendor is asked for: what is sent and where our marker travels in it."""

    step: Step
    file: Attachment | None
    sent: str

    @property
    def home(self) -> str:
        """Where our marker stands in what is sent; empty where there is no room for it."""
        return home_of(self.step.kind, self.step.marker_home)

    @property
    def is_create(self) -> bool:
        return self.step.kind is Kind.CREATE


@dataclass(frozen=True, slots=True)
class Review:
    """A valid filing as a person is asked to confirm it; `digest` names exactly this."""

    filing: Filing
    answered: tuple[Answered, ...]
    steps: tuple[ReviewedStep, ...]
    digest: str

    @classmethod
    def of(cls, filing: Filing, answered: tuple[Answered, ...]) -> Self:
        steps = filing.vendor.steps(case_draft(filing.draft, answered))
        files = {str(a.pk): a for a in access.draft_files(filing.draft)}
        reviewed = tuple(
            ReviewedStep(step, files.get(step.file_id), _json(dict(step.body))) for step in steps
        )
        content = "\0".join(f"{each.step.file_id} {each.sent}" for each in reviewed)
        return cls(filing, answered, reviewed, hashlib.sha256(content.encode()).hexdigest()[:32])

    @property
    def to_keep(self) -> tuple[Answered, ...]:
        """The answers as the case keeps them: under the headings people read."""
        titles = {section.key: section.title for section in self.filing.schema.sections}
        return tuple(replace(each, section=titles[each.section]) for each in self.answered)

    @property
    def sections(self) -> list[tuple[Section, list[tuple[Answered, str, str]]]]:
        """The answers under their headings, each with where to change it or who gives it."""
        fixed = {q.key: q.source for q in self.filing.schema.fields if q.disabled}
        found = []
        for section in self.filing.schema.sections:
            rows = [
                (
                    each,
                    "" if each.key in fixed else f"#{field_id(each.key)}-field",
                    fixed.get(each.key, ""),
                )
                for each in self.answered
                if each.section == section.key
            ]
            if rows:
                found.append((section, rows))
        return found


def show_review(request: HttpRequest, review: Review, problem: str = "") -> HttpResponse:
    """The page; `problem` says why sending did not happen: `changed`, or words."""
    context = {"review": review, "draft": review.filing.draft, "problem": problem}
    return render(request, "cases/review.html", context, status=422 if problem else 200)


def _json(body: object) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)
