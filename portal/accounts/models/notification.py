"""What one person is told once: at the bell, and by mail."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone

from portal.accounts.models.people import User

COLLECTS = timedelta(minutes=2)  # what is told of one case within so long is one mail


def mail_due() -> datetime:
    """When a notice written now is to be mailed."""
    return timezone.now() + COLLECTS


class Notification(models.Model):
    """A notice for one person about one cause. It quotes nobody: what it is about tells the rest.

    It is about a case, by our reference, or about a connection, by its id; whether its reader may
    see that is asked again whenever it is shown or mailed.
    """

    class Kind(models.TextChoices):
        REFUSED = "refused", "Could not be sent"
        HELD = "held", "Held"
        DECIDED = "decided", "Decided by somebody"
        NEEDS_PERSON = "needs_person", "Needs a person"
        CREDENTIAL = "credential", "Credential refused"
        OUTAGE = "outage", "No answer"
        RECOVERED = "recovered", "Works again"
        EXPIRY = "expiry", "Ends soon"
        DRIFT = "drift", "A vendor changed something"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    cause = models.CharField(max_length=120)
    text = models.CharField(max_length=300)
    path = models.CharField(
        max_length=200
    )  # where it leads, from the portal's root, no slash first
    case_reference = models.CharField(max_length=20, blank=True)
    connection_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mail_due_at = models.DateTimeField(null=True, default=mail_due)  # None: no mail is owed
    mailed_at = models.DateTimeField(null=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "cause"], name="one_notice_per_cause")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user"], condition=models.Q(read_at=None), name="notice_unread"),
            models.Index(fields=["user", "-created_at"], name="notice_of_user"),
            models.Index(
                fields=["mail_due_at"],
                condition=models.Q(mail_due_at__isnull=False),
                name="notice_to_mail",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.text}"
