"""The record of what people did: rows nobody changes, and the chain that proves it."""

import uuid
from typing import Any, ClassVar, NoReturn, TypeVar

from django.db import models
from django.utils import timezone

from portal.accounts.models.people import Organization, User

Row = TypeVar("Row", bound=models.Model)


class AuditIsAppendOnly(RuntimeError):
    """Somebody tried to change or delete a row that is there to stay; the database refuses too."""


class AppendOnly(models.QuerySet[Row]):
    """Rows to add and to read. Only a purge lets some go."""

    def update(self, **values: Any) -> NoReturn:
        raise AuditIsAppendOnly("No audit row is ever changed.")

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise AuditIsAppendOnly("No audit row is ever changed.")

    def delete(self) -> NoReturn:
        raise AuditIsAppendOnly("Audit rows are let go by a purge alone.")

    def let_go(self) -> int:
        """Delete them, for a purge: the database refuses what is not older than its mark."""
        return super().delete()[0]


class AppendOnlyRow(models.Model):
    """A row that is written once."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise AuditIsAppendOnly("No audit row is ever changed.")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise AuditIsAppendOnly("Audit rows are let go by a purge alone.")


class AuditEvent(AppendOnlyRow):
    """What a person did, written in the transaction of the deed and never changed.

    It names the fields that changed and never their values.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    acting_for = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="+"
    )
    organization = models.ForeignKey(
        Organization,
        null=True,
        on_delete=models.PROTECT,
        related_name="audit_events",
        verbose_name="organisation",
    )
    action = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=60)
    object_name = models.CharField(max_length=200, blank=True)
    changed = models.JSONField(default=list, blank=True)  # names of fields, never their values
    reason = models.TextField(blank=True)
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=40, blank=True)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.object_name}"


class AuditSeal(AppendOnlyRow):
    """One link of an organisation's chain: an event's digest over the link before it.

    Written by a periodic job after the event, so that recording a deed waits for nobody. Rows of no
    organisation have a chain of their own.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chain = models.CharField(max_length=36, blank=True)  # the organisation's id, or empty
    number = models.PositiveBigIntegerField()
    event_id = models.UUIDField(unique=True)  # no foreign key: a removed event must be missed
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=timezone.now)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["chain", "number"], name="one_seal_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.chain} #{self.number}"


class AuditPurge(AppendOnlyRow):
    """What was let go: the database deletes audit rows older than the newest `before` only.

    `anchors` keeps the last purged number and digest of each chain, from which the rest is proven.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    before = models.DateTimeField()
    anchors = models.JSONField(default=dict)  # chain -> [number, digest]
    at = models.DateTimeField(default=timezone.now)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-before"]

    def __str__(self) -> str:
        return f"Audit rows before {self.before:%Y-%m-%d}"
