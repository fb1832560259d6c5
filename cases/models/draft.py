"""A case being written: kept on the server, so nothing typed is lost."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from cases.models.case import Case
from portal.accounts.models import Organization
from portal.one_line import one_line
from vendors import markers
from vendors.connections.models import VendorAccount
from vendors.vocabulary import Contact


class Draft(models.Model):
    """One person's unfinished case for one customer under one vendor account.

    `revision` rises with every change, so a stale tab is told instead of overwriting. `case` is set
    once the draft was filed: a second submit finds it and makes no second case.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    acting_in = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+"
    )  # the organisation the owner files from
    customer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="drafts")
    account = models.ForeignKey(VendorAccount, on_delete=models.PROTECT, related_name="drafts")
    contact_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    visible_to_customer = models.BooleanField(default=True)
    answers = models.JSONField(default=dict)  # key -> answer, see vendors.schema.to_json
    parked = models.JSONField(default=list)  # {key, label, display, answer}: no longer asked for
    refusal = models.JSONField(default=dict)  # {words, fields, answers}: as the vendor refused it
    form_digest = models.CharField(max_length=16, blank=True)  # of the form last reviewed
    revision = models.PositiveIntegerField(default=0)
    marker = models.CharField(max_length=16, unique=True, default=markers.mint, editable=False)
    case = models.OneToOneField(Case, null=True, on_delete=models.SET_NULL, related_name="draft")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["owner", "-updated_at"], name="draft_by_owner")
        ]

    def __str__(self) -> str:
        return one_line(self.subject) or "Untitled draft"

    @property
    def subject(self) -> str:
        """The subject typed so far, if the vendor's form has one."""
        value = self.answers.get("subject", "")
        return value if isinstance(value, str) else ""

    @property
    def contact(self) -> Contact:
        """The person the case is for, as far as we know them."""
        person = self.contact_user
        return Contact(
            name=person.name if person else "",
            email=person.email if person else "",
            phone=person.phone if person else "",
            company=self.customer.name,
        )
