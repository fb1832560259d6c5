"""An organisation's ways into vendors: credentials, accounts, who may use them, forms kept."""

import uuid
from typing import ClassVar
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from portal.accounts.models import Organization
from portal.accounts.roles import OrganizationKind
from vendors.connections.offered import address_problem


class Connection(models.Model):
    """One organisation's way into one vendor, with two breakers that all workers see.

    The credential breaker opens when the vendor refuses the credential itself; only another active
    credential or a person's successful test closes it. The outage breaker opens after failures of
    transport and lets one call through when `outage_until` has passed.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="connections")
    vendor = models.CharField(max_length=30)
    label = models.CharField(max_length=80)
    base_url = models.URLField(max_length=200, blank=True)  # empty until a credential names it
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    state_since = models.DateTimeField(null=True, editable=False)  # None: as it was made
    state_why = models.CharField(max_length=300, blank=True, editable=False)
    expires_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    last_ok_at = models.DateTimeField(null=True, editable=False)
    last_error_at = models.DateTimeField(null=True, editable=False)
    last_error = models.CharField(max_length=300, blank=True, editable=False)
    tested_at = models.DateTimeField(null=True, editable=False)
    probed_at = models.DateTimeField(null=True, editable=False)  # by ourselves, harmlessly
    refused_at = models.DateTimeField(null=True, editable=False)  # credential breaker
    outage_failures = models.PositiveSmallIntegerField(default=0, editable=False)
    outage_until = models.DateTimeField(null=True, editable=False)  # outage breaker
    busy_until = models.DateTimeField(null=True, editable=False)  # the vendor's Retry-After
    served_at = models.DateTimeField(default=timezone.now, editable=False)  # last claim
    synced_at = models.DateTimeField(null=True, editable=False)
    sync_started_at = models.DateTimeField(null=True, editable=False)
    sync_until = models.DateTimeField(null=True, editable=False)  # one worker reads it until then

    # the credential this instance's calls are signed with, once it was opened: no column
    opened_with: uuid.UUID | None = None

    class Meta:
        ordering: ClassVar[list[str]] = ["label"]

    def __str__(self) -> str:
        return self.label

    @property
    def is_paused(self) -> bool:
        return self.state == self.State.PAUSED

    def clean(self) -> None:
        problem = address_problem(self.vendor, self.base_url) if self.base_url else ""
        if problem:
            raise ValidationError({"base_url": problem})


class Credential(models.Model):
    """What a connection signs in with. `ciphertext` is an envelope only `secrets.reveal` opens.

    A new one is NEXT until somebody puts it to use; nothing but its own test is signed with it.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "In use"
        NEXT = "next", "Next"
        RETIRED = "retired", "Retired"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="credentials")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    ciphertext = models.TextField(editable=False)
    fingerprint = models.CharField(max_length=16, editable=False)
    identity = models.CharField(max_length=200, editable=False)  # who the vendor takes us for
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    set_at = models.DateTimeField(default=timezone.now, editable=False)  # put to use, once it is
    base_url = models.URLField(
        max_length=200, blank=True, editable=False
    )  # empty: the connection's
    expires_on = models.DateField(null=True, editable=False)
    tested_at = models.DateTimeField(null=True, editable=False)  # while it was next
    proof = models.JSONField(default=dict, editable=False)  # what that proved, as vocabulary.Proof
    failure = models.CharField(max_length=300, blank=True, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(state="active"),
                name="one_active_credential",
            ),
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(state="next"),
                name="one_next_credential",
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.fingerprint[-4:]} ({self.get_state_display()})"

    @property
    def is_proven(self) -> bool:
        """Whether the vendor accepted it in its last test."""
        return self.tested_at is not None and not self.failure


class AccessToken(models.Model):
    """A vendor's short-lived token, shared by all processes; `renewing_until` lets one renew it."""

    connection = models.OneToOneField(
        Connection, primary_key=True, on_delete=models.CASCADE, related_name="access_token"
    )
    ciphertext = models.TextField(blank=True, editable=False)
    expires_at = models.DateTimeField(null=True, editable=False)
    renewing_until = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"token of {self.connection}"


class CallTally(models.Model):
    """The calls of one connection in one hour."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="tallies")
    hour = models.DateTimeField()
    calls = models.PositiveIntegerField(default=0)
    put_off = models.PositiveIntegerField(default=0)  # answered with 429

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["connection", "hour"], name="one_tally_per_hour")
        ]

    def __str__(self) -> str:
        return f"{self.calls} calls"


class VendorAccount(models.Model):
    """A customer account as the vendor knows it, reachable through one connection."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="accounts")
    account_id = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    options = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["connection", "account_id"], name="one_row_per_account")
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.connection}"


class Entitlement(models.Model):
    """A customer may file under this vendor account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="entitlements",
        limit_choices_to={"kind": OrganizationKind.CUSTOMER},
    )
    account = models.ForeignKey(
        VendorAccount, on_delete=models.CASCADE, related_name="entitlements"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "account"], name="entitled_once")
        ]

    def __str__(self) -> str:
        return f"{self.customer} → {self.account}"


class CatalogueEntry(models.Model):
    """The last good answer to one question about a vendor's forms.

    Where the answer depends on the vendor account, the account is one of the parameters. A row
    without `fetched_at` is a question asked and never answered yet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="catalogue")
    operation = models.CharField(max_length=60)
    parameters = models.CharField(max_length=2000)  # canonical: sorted, percent-encoded
    value = models.JSONField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    fetched_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)  # it differed from the one before
    wanted_at = models.DateTimeField(null=True)  # served stale, or asked for in vain, since then
    fetching_until = models.DateTimeField(null=True)  # one process is asking
    doubted_at = models.DateTimeField(null=True)  # a case made by this answer was refused since
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["connection", "operation", "parameters"], name="one_answer_per_question"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["wanted_at"],
                condition=models.Q(wanted_at__isnull=False),
                name="catalogue_wanted",
            )
        ]
        verbose_name_plural = "catalogue entries"

    def __str__(self) -> str:
        return f"{self.operation}?{self.parameters}"

    @property
    def params(self) -> dict[str, str]:
        """The parameters as they were asked with."""
        return dict(parse_qsl(self.parameters, keep_blank_values=True))


class Drift(models.Model):
    """One thing a vendor changed in its forms or its words, as `vendors.connections.drift` saw."""

    class What(models.TextChoices):
        NEW = "new", "New"
        GONE = "gone", "Gone"
        CHANGED = "changed", "Changed"
        STATUS = "status", "Unknown status word"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="drift")
    what = models.CharField(max_length=8, choices=What.choices)
    place = models.CharField(max_length=300)
    was = models.CharField(max_length=200, blank=True)
    now = models.CharField(max_length=200, blank=True)
    count = models.PositiveIntegerField("times seen", default=1)
    case_reference = models.CharField("a case it was seen on", max_length=20, blank=True)
    first_seen_at = models.DateTimeField("first seen", default=timezone.now)
    last_seen_at = models.DateTimeField("last seen", default=timezone.now)
    told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "drift"
        ordering: ClassVar[list[str]] = ["-first_seen_at", "place"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["connection", "what", "place", "now"], name="one_row_per_drift"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.place}"
