"""A case taken back before it was sent: its draft again, with every text and file behind it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from cases import pushes
from cases.models import Attachment, Draft, Push
from cases.models.push import State
from cases.pushes import Actor
from vendors import markers
from vendors.connections import gateway
from vendors.contract import Vendor
from vendors.vocabulary import Kind


def reopen_draft(create: Push, actor: Actor) -> None:
    """End everything behind an unsent case and put its texts and files back into its draft.

    The case keeps its own rows as the record of what was taken back; the draft gets copies, and the
    vendor's words if it was refused.
    """
    behind = list(pushes.behind(create))
    pushes.end_all(behind, State.WITHDRAWN, actor, "the case itself was taken back")
    draft = Draft.objects.filter(case=create.case).first()
    if draft is None:
        return
    adapter = gateway.vendor_of(create.connection)
    texts = _texts(behind, draft, adapter)
    _copy_files(create, draft, adapter)
    Draft.objects.filter(pk=draft.pk).update(
        case=None,
        marker=markers.mint(),
        parked=[*draft.parked, *texts],
        refusal=_refusal(create, draft),
        revision=draft.revision + 1,
        updated_at=timezone.now(),
    )


def _refusal(create: Push, draft: Draft) -> dict[str, Any]:
    """What the vendor said to the answers as they were sent; nothing if it never saw them."""
    if create.sent_at is None:
        return {}
    told = {"words": create.outcome, "fields": create.outcome_fields}
    return {**told, "answers": draft.answers}


def _texts(steps: Iterable[Push], draft: Draft, adapter: type[Vendor]) -> list[Mapping[str, Any]]:
    """What people wrote in these steps, each as a parked answer of its own."""
    told = ((step, _written(step, draft)) for step in steps)
    return [
        {
            "key": f"note/{step.pk}",
            "label": _label(step, adapter),
            "display": words,
            "answer": "",
        }
        for step, words in told
        if words
    ]


def _written(step: Push, draft: Draft) -> str:
    """The person's words in a step; the comment of a file of the form is the adapter's."""
    if step.attachment is not None and step.attachment.draft_id == draft.pk:
        return ""
    return str(step.payload.get("text") or step.payload.get("comment") or "")


def _label(step: Push, adapter: type[Vendor]) -> str:
    if step.attachment is not None:
        return f"Comment on {step.attachment.name}"
    return adapter.capabilities.close_label if step.kind == Kind.CLOSE else "Note"


def _copy_files(create: Push, draft: Draft, adapter: type[Vendor]) -> None:
    """Rows of the draft's own for the files of the case, over the same stored bytes."""
    files = Attachment.objects.filter(case=create.case).exclude(storage_key="")
    Attachment.objects.bulk_create(
        Attachment(
            draft=draft,
            question=file.question or adapter.files_question,
            **{name: getattr(file, name) for name in COPIED},
        )
        for file in files
    )
    Attachment.objects.filter(case=create.case, draft=draft).update(draft=None)


COPIED = (
    "name",
    "size",
    "sha256",
    "content_type",
    "storage_key",
    "scan",
    "scan_result",
    "uploaded_by",
    "created_at",
)
