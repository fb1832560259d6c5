"""What happened on a case, in order, and the files that came with it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from cases.models.case import Case
from cases.models.draft import Draft
from portal.accounts.models import Organization
from portal.one_line import LineField
from vendors.vocabulary import EntryKind


class Audience(models.TextChoices):
    """Who may read an entry."""

    INTERNAL = "internal", "Internal"  # the author's organisation alone
    CUSTOMER = "customer", "Customer"  # the case's organisation and its reseller
    VENDOR = "vendor", "Vendor"  # both, and the vendor


class Entry(models.Model):
    """One row of the timeline."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in EntryKind])
    audience = models.CharField(max_length=8, choices=Audience.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    author_organization = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="+"
    )
    vendor_author = LineField(max_length=200, blank=True)
    is_customers = models.BooleanField(default=False)  # at the vendor, not by the vendor's people
    title = LineField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    occurred_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    vendor_key = models.CharField(  # noqa: DJ001  unset keys must not count as equal
        max_length=120, null=True, editable=False
    )
    seen_at_vendor = models.DateTimeField(null=True)  # read back in the vendor's own copy

    class Meta:
        verbose_name_plural = "entries"
        ordering: ClassVar[list[str]] = ["occurred_at", "created_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "vendor_key"], name="one_entry_per_vendor_key")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "occurred_at"], name="entry_by_time")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occurred_at:%Y-%m-%d %H:%M}"


class Attachment(models.Model):
    """A file of a draft or a case. It leaves or is shown only when its scan says clean.

    `question` is the key of the form field it answers, empty for a general file.
    """

    class Scan(models.TextChoices):
        WAITING = "waiting", "Waiting to be scanned"
        CLEAN = "clean", "Clean"
        INFECTED = "infected", "Refused by the virus scan"
        UNSCANNED = "unscanned", "Not scanned"  # no scanner is configured

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(Draft, null=True, on_delete=models.SET_NULL, related_name="files")
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="files")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.SET_NULL, related_name="files")
    question = models.CharField(max_length=300, blank=True)
    name = LineField(max_length=255)
    size = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    content_type = models.CharField(max_length=120, default="application/octet-stream")
    storage_key = models.CharField(max_length=200, blank=True)  # empty: only the vendor has it
    scan = models.CharField(max_length=10, choices=Scan.choices, default=Scan.WAITING)
    scan_result = models.CharField(max_length=200, blank=True)
    vendor_file_id = models.CharField(max_length=200, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["created_at"], condition=models.Q(scan="waiting"), name="file_to_scan"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def may_leave(self) -> bool:
        return self.scan in {self.Scan.CLEAN, self.Scan.UNSCANNED}
