"""People, the organisations they act in, and the record of what they did."""

from portal.accounts.models.audit import AuditEvent, AuditPurge, AuditSeal
from portal.accounts.models.invitation import Invitation
from portal.accounts.models.notification import Notification
from portal.accounts.models.people import Membership, Organization, User
from portal.accounts.models.view_as import ViewAs

__all__ = [
    "AuditEvent",
    "AuditPurge",
    "AuditSeal",
    "Invitation",
    "Membership",
    "Notification",
    "Organization",
    "User",
    "ViewAs",
]
