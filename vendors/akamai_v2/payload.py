"""A checked draft as the vendor's request: the exact body of a new case and the files behind it.

Follows the page's table "CasePost". Pure: everything is in the answers, no metadata is read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from urllib.parse import unquote

from vendors import markers
from vendors.akamai_v2 import tree, wording
from vendors.akamai_v2.questionnaire import PREFIX
from vendors.akamai_v2.severity import rank
from vendors.schema import Answer, Control, FileRef, ZonedTime
from vendors.vocabulary import (
    Answered,
    CaseDraft,
    CaseSummary,
    Contact,
    Kind,
    MarkerHome,
    Step,
)

FILES = "files"
TRACKING = "customerTrackingNumber"
PARTNER = "partnerTicketNumber"
PERSON = "userDetail/"
QUESTIONS = f"{PREFIX}/"
BUILT_APART = {"subCategories", "description", "doNotShowInPortalFlag", FILES, TRACKING, PARTNER}
MARKER_LINE = len(markers.append(" ", "P-00000000")) - 1  # characters our last line takes


def create_home(*, tracking: bool, partner: bool, has_questionnaire: bool) -> MarkerHome:
    """Where a new case carries our marker, given which of the two numbers are taken.

    customerTrackingNumber is used whether the attributes offer it or not: the page documents it
    for every new case, and it is the one member read back with certainty.
    """
    if not tracking:
        return MarkerHome.TRACKING_NUMBER
    if not partner:
        return MarkerHome.PARTNER_NUMBER
    return MarkerHome.NONE if has_questionnaire else MarkerHome.TEXT


def steps(draft: CaseDraft) -> tuple[Step, ...]:
    """The create with its exact body, then one step for each file, in the order of the answers.

    A file step's body names the file and the plain comment; its marker becomes the comment's last
    line when it is sent.
    """
    create = Step(
        kind=Kind.CREATE,
        title=f"File the case “{draft.text('subject')}”",
        marker=draft.marker,
        marker_home=_home(draft),
        body=case_body(draft),
    )
    files = (
        Step(
            kind=Kind.FILE,
            title="Upload a file",
            marker=markers.step(draft.marker, number),
            marker_home=MarkerHome.TEXT,
            body={"file": ref.name, "comment": comment},
            file_id=ref.file_id,
        )
        for number, (ref, comment) in enumerate(_files(draft), start=2)
    )
    return (create, *files)


def case_body(draft: CaseDraft) -> dict[str, Any]:
    """The JSON of `POST /cases`, without members nobody answered."""
    questionnaire = _questionnaire(draft)
    body: dict[str, Any] = {
        "categoryType": draft.text("categoryType"),
        "subCategories": _subcategories(draft),
    }
    body |= _attributes(draft)
    body |= _texts(draft)
    body |= _numbers(draft)
    body["userDetail"] = _user_detail(draft)
    if draft.text("doNotShowInPortalFlag"):
        body["doNotShowInPortalFlag"] = draft.text("doNotShowInPortalFlag") == "true"
    if questionnaire:
        body["questionnaire"] = questionnaire
    return body


def summary(draft: CaseDraft) -> CaseSummary:
    """What our list shows until the vendor has the case."""
    paths = _paths(draft)
    category = next((a.display for a in draft.answers if a.key == "categoryType"), "")
    severity = draft.text("severity")
    numbers = {"customer": _number(draft, TRACKING), "reseller": _number(draft, PARTNER)}
    person = _user_detail(draft)
    return CaseSummary(
        subject=draft.text("subject"),
        description=draft.text("description"),
        category_path=(
            category or draft.text("categoryType"),
            *(step.name for step in (paths[0] if paths else ())),
        ),
        severity=severity,
        severity_rank=rank(severity),
        contact=Contact(
            name=person["userName"],
            email=person["userEmail"],
            phone=person["userPhone"],
            company=person["userCompany"],
        ),
        references={kind: number for kind, number in numbers.items() if number},
    )


def answer_texts(answer: Answer, control: Control) -> list[str]:
    """An answer as `currentAnswers` takes it: strings, one for each option or file chosen."""
    match answer:
        case str():
            return [answer] if answer.strip() else []
        case ZonedTime():
            return [_moment(answer, keeps_offset=control is Control.DATETIME_ZONE)]
    return [each.name if isinstance(each, FileRef) else each for each in answer]


def _moment(answer: ZonedTime, *, keeps_offset: bool) -> str:
    if keeps_offset:
        return answer.at.isoformat(timespec="milliseconds")
    utc = answer.utc().astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"


# members


def _paths(draft: CaseDraft) -> list[tree.Path]:
    chosen = draft.value("subCategories") or ()
    each = (chosen,) if isinstance(chosen, str) else chosen
    return [tree.decode(value) for value in each if isinstance(value, str)]  # type: ignore[union-attr]  # a tree's answer is texts


def _subcategories(draft: CaseDraft) -> list[dict[str, str]]:
    """One object per level, the whole path of each subcategory chosen, in the person's order."""
    return [
        {
            "subCategoryType": step.topic,
            "subCategoryValue": step.value,
            "displayName": step.topic_name,
        }
        for path in _paths(draft)
        for step in path
    ]


def _attributes(draft: CaseDraft) -> dict[str, str]:
    return {
        a.key: ", ".join(answer_texts(a.value, a.control))
        for a in draft.answers
        if "/" not in a.key and a.key not in BUILT_APART and answer_texts(a.value, a.control)
    }


def _user_detail(draft: CaseDraft) -> dict[str, str]:
    contact = draft.contact
    known = {
        "userName": contact.name,
        "userEmail": contact.email,
        "userPhone": contact.phone,
        "userCompany": contact.company,
    }
    return {member: draft.text(PERSON + member) or ours for member, ours in known.items()}


def _number(draft: CaseDraft, key: str) -> str:
    return draft.text(key).strip()


def _home(draft: CaseDraft) -> MarkerHome:
    return create_home(
        tracking=bool(_number(draft, TRACKING)),
        partner=bool(_number(draft, PARTNER)),
        has_questionnaire=bool(_questionnaire(draft)),
    )


def _numbers(draft: CaseDraft) -> dict[str, str]:
    """The two reference numbers: the person's own, our marker in the first that is free."""
    numbers = {key: _number(draft, key) for key in (TRACKING, PARTNER)}
    match _home(draft):
        case MarkerHome.TRACKING_NUMBER:
            numbers[TRACKING] = draft.marker
        case MarkerHome.PARTNER_NUMBER:
            numbers[PARTNER] = draft.marker
    return {key: number for key, number in numbers.items() if number}


def _texts(draft: CaseDraft) -> dict[str, str]:
    """The person's text where the vendor reads it: with a questionnaire in `additionalDetails`.

    When every question of a questionnaire was left out there is none to send, and the text is the
    description after all.
    """
    said = draft.text("description")
    if _questionnaire(draft):
        return {"description": ""} | ({"additionalDetails": said} if said.strip() else {})
    in_text = _home(draft) is MarkerHome.TEXT
    return {"description": markers.append(said, draft.marker) if in_text else said}


@dataclass(frozen=True, slots=True)
class _Question:
    """An answered question: the key says which, `questionnaire/<id>/…/<question>`."""

    answered: Answered

    @property
    def questionnaire_id(self) -> str:
        return unquote(self.answered.key.split("/")[1])

    @property
    def question_id(self) -> str:
        return unquote(self.answered.key.rpartition("/")[2])

    @property
    def answers(self) -> list[str]:
        return answer_texts(self.answered.value, self.answered.control)


def _questions(draft: CaseDraft) -> list[_Question]:
    found = (_Question(a) for a in draft.answers if a.key.startswith(QUESTIONS))
    return [question for question in found if question.answers]


def _questionnaire(draft: CaseDraft) -> dict[str, Any]:
    """The answered questions; ids as texts, as the page's sample of a new case has them."""
    questions = _questions(draft)
    if not questions:
        return {}
    return {
        "questionnaireId": questions[0].questionnaire_id,
        "questions": [
            {"questionId": question.question_id, "currentAnswers": question.answers}
            for question in questions
        ],
    }


def _files(draft: CaseDraft) -> Iterator[tuple[FileRef, str]]:
    """Every file with its comment: those that answer a question first, then the general ones."""
    answered: Iterable[Answered] = sorted(draft.answers, key=lambda a: a.key == FILES)
    for answer in answered:
        refs: Sequence[Any] = answer.value if isinstance(answer.value, tuple) else ()
        comment = "" if answer.key == FILES else wording.file_comment(answer.label)
        yield from ((ref, comment) for ref in refs if isinstance(ref, FileRef))
