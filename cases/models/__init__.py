"""Drafts, cases, their timeline, and the changes owed to vendors."""

from cases.models.case import Case, CaseReference
from cases.models.draft import Draft
from cases.models.push import Push, PushEvent
from cases.models.timeline import Attachment, Entry
from cases.models.watch import Watch

__all__ = ["Attachment", "Case", "CaseReference", "Draft", "Entry", "Push", "PushEvent", "Watch"]
