"""A support case as filed here and mirrored from its vendor."""

import secrets
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from cases.models.guard import ScopedOnly
from portal.accounts.models import Organization
from portal.one_line import LineField
from vendors.connections.models import Connection, VendorAccount
from vendors.vocabulary import NextAction, Status

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference() -> str:
    """Our name for a case: `CP-` and eight characters nobody confuses when read aloud."""
    return "CP-" + "".join(secrets.choice(CROCKFORD) for _ in range(8))


class Case(models.Model):
    """One case. Filed by, for whom, visible to: three facts set once and never rewritten.

    Columns under "mirror" are written by `cases.sync` alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=11, unique=True, default=new_reference, editable=False)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="filed_cases"
    )
    filed_from = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="+"
    )  # the organisation filed_by acted in
    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="cases"
    )  # for whom; empty only for an imported case nobody has assigned
    reseller = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="customer_cases"
    )
    visible_to_customer = models.BooleanField(default=True)
    contact_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    contact_name = LineField(max_length=200, blank=True)
    contact_email = LineField(max_length=255, blank=True)
    contact_phone = LineField(max_length=60, blank=True)
    contact_company = LineField(max_length=255, blank=True)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="cases")
    account = models.ForeignKey(VendorAccount, null=True, on_delete=models.PROTECT)
    owner = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+"
    )  # of the connection: part of the case's identity upstream
    answers = models.JSONField(default=list)  # Answered rows as submitted, empty when imported
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)  # anything a reader would notice

    # identity upstream: unique in the vendor's space for its owner
    vendor_space = models.CharField(max_length=120, editable=False)
    vendor_id = models.CharField(  # noqa: DJ001  unset ids must not count as equal
        max_length=80, null=True, editable=False
    )

    # mirror
    subject = LineField(max_length=500)
    description = models.TextField(blank=True)
    category_path = models.JSONField(default=list)
    vendor_status = LineField(max_length=120, blank=True)
    status = models.CharField(
        max_length=10, default=Status.NEW, choices=[(s.value, s.value) for s in Status]
    )
    vendor_severity = LineField(max_length=120, blank=True)
    severity_rank = models.PositiveSmallIntegerField(null=True)
    next_action = models.CharField(
        max_length=8, default=NextAction.VENDOR, choices=[(a.value, a.value) for a in NextAction]
    )
    can_add_note = models.BooleanField(default=True)
    can_attach_file = models.BooleanField(default=True)
    can_request_close = models.BooleanField(default=True)
    facts = models.JSONField(default=list)
    vendor_account = LineField(max_length=200, blank=True)  # whose, by id or name
    vendor_created_at = models.DateTimeField(null=True)
    vendor_modified_at = models.DateTimeField(null=True)
    vendor_closed_at = models.DateTimeField(null=True)
    mirrored_at = models.DateTimeField(null=True)  # when the read it comes from began
    unreadable_since = models.DateTimeField(null=True)  # every read since then failed
    unreadable_why = models.CharField(max_length=300, blank=True)
    read_again_at = models.DateTimeField(null=True)  # not before, unless a person asks
    refresh_wanted_at = models.DateTimeField(null=True)  # read me now
    listed_digest = models.CharField(max_length=64, blank=True)
    snapshot_digest = models.CharField(max_length=64, blank=True)
    raw = models.JSONField(default=dict)

    everything: ClassVar[models.Manager["Case"]] = models.Manager()
    objects: ClassVar[ScopedOnly] = ScopedOnly()

    class Meta:
        default_manager_name = "everything"
        base_manager_name = "everything"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["owner", "vendor_space", "vendor_id"],
                condition=models.Q(vendor_id__isnull=False),
                name="one_case_per_vendor_case",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-updated_at", "-id"], name="case_by_customer"),
            models.Index(fields=["reseller", "-updated_at", "-id"], name="case_by_reseller"),
            models.Index(fields=["filed_by", "-updated_at", "-id"], name="case_by_filer"),
            models.Index(
                fields=["refresh_wanted_at"],
                condition=models.Q(refresh_wanted_at__isnull=False),
                name="case_wanting_a_read",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.subject}"

    @property
    def is_closed(self) -> bool:
        return Status(self.status).is_closed

    @property
    def is_with_vendor(self) -> bool:
        return bool(self.vendor_id)


class CaseReference(models.Model):
    """Any number somebody may know a case by; all of them find it."""

    class Kind(models.TextChoices):
        OURS = "ours", "Caseport"
        VENDOR = "vendor", "Vendor"
        ORDER = "order", "Order"
        CUSTOMER = "customer", "Customer's own"
        RESELLER = "reseller", "Reseller's own"
        EXTERNAL = "external", "External system"
        RELATED = "related", "Related, at the vendor"
        MARKER = "marker", "Marker"
        ALIAS = "alias", "Former"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="references")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = LineField(max_length=200)
    normalised = models.CharField(max_length=200, db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "kind", "normalised"], name="reference_once")
        ]

    def __str__(self) -> str:
        return self.value

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.normalised = normalise(self.value)
        super().save(*args, **kwargs)


def normalise(reference: str) -> str:
    """A reference as it is compared: without spaces, in capitals."""
    return "".join(reference.split()).upper()
