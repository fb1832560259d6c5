"""Looking at the portal as somebody else sees it: for reading, for a while, on record."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property

from portal.accounts.models.people import Organization, User

LASTS = timedelta(minutes=30)


class ViewAs(models.Model):
    """One person's read-only look through another's eyes, within one reseller's reach.

    It is live until it is ended or `until` passes, whichever comes first; then it is over whatever
    any session still says.
    """

    class Ending(models.TextChoices):
        STOPPED = "stopped", "Stopped"
        EXPIRED = "expired", "Time was up"
        LOST = "lost", "No longer allowed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    within = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+"
    )  # the reseller in which the actor may
    reason = models.TextField()
    started_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=8, choices=Ending.choices, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-started_at"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["until"], condition=models.Q(ended_at=None), name="view_as_unended"
            )
        ]

    def __str__(self) -> str:
        return f"{self.actor} as {self.person}"

    @property
    def is_live(self) -> bool:
        return self.ended_at is None and timezone.now() < self.until

    @cached_property
    def place(self) -> Organization:
        """The person's organisation within reach, for which the actor looks."""
        mine = Q(memberships__user=self.person)
        near = Q(pk=self.within_id) | Q(reseller=self.within_id)
        return Organization.objects.filter(mine, near).first() or self.within

    @cached_property
    def actors_own(self) -> frozenset[uuid.UUID]:
        """The actor's own organisations: what is internal to any other stays hidden from them."""
        return frozenset(self.actor.memberships.values_list("organization_id", flat=True))
