"""What a push keeps of a person's deed, and how it becomes what an adapter takes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cases import uploads
from cases.models import Push
from vendors.schema import Control, from_json, to_json
from vendors.vocabulary import Account, Answered, CaseDraft, Contact, FileDraft, NoteDraft


def freeze(draft: CaseDraft) -> dict[str, Any]:
    """A draft as a push keeps it: the answers as submitted, whatever the form says later.

    The marker is not among them: a step has one place for it, the push's own column.
    """
    return {
        "account": {
            "account_id": draft.account.account_id,
            "name": draft.account.name,
            "options": dict(draft.account.options),
        },
        "contact": asdict(draft.contact),
        "answers": [freeze_answer(answered) for answered in draft.answers],
    }


def freeze_answer(answered: Answered) -> dict[str, Any]:
    return {
        "key": answered.key,
        "label": answered.label,
        "control": answered.control.value,
        "value": to_json(answered.value),
        "display": answered.display,
        "section": answered.section,
    }


def thaw_answer(kept: Mapping[str, Any]) -> Answered:
    return Answered(
        key=kept["key"],
        label=kept["label"],
        control=Control(kept["control"]),
        value=from_json(kept["value"]),
        display=kept["display"],
        section=kept["section"],
    )


def case_draft(push: Push) -> CaseDraft:
    """The draft `freeze` kept, under the marker the push is looked for by."""
    payload = push.payload
    return CaseDraft(
        marker=push.marker,
        account=Account(**payload["account"]),
        contact=Contact(**payload["contact"]),
        answers=tuple(thaw_answer(kept) for kept in payload["answers"]),
    )


def note_draft(push: Push) -> NoteDraft:
    return NoteDraft(text=push.payload["text"], marker=push.marker)


def file_draft(push: Push) -> FileDraft:
    attachment = push.attachment
    if attachment is None:
        raise ValueError(f"push {push.marker} has no file")
    return FileDraft(
        name=attachment.name,
        size=attachment.size or 0,
        content_type=attachment.content_type,
        open=lambda: uploads.open_stored(attachment),
        comment=push.payload.get("comment", ""),
        marker=push.marker,
    )
