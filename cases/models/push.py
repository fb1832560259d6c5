"""One change owed to a vendor, and everything that ever happened to it."""

import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from cases.models.case import Case
from cases.models.guard import ScopedOnly
from cases.models.timeline import Attachment, Entry
from vendors.connections.models import Connection
from vendors.vocabulary import Kind, MarkerHome


class State(models.TextChoices):
    """Where a push stands; `cases.pushes` says who may move it and how."""

    PENDING = "pending", "Waiting to send"
    SENDING = "sending", "Sending"
    AWAITING = "awaiting", "The vendor is still working on it"
    UNCERTAIN = "uncertain", "Sent, not yet confirmed"
    CHECKING = "checking", "Looking whether it arrived"
    NEEDS_PERSON = "needs_person", "Needs a person"
    REFUSED = "refused", "Refused by the vendor"
    PARKED = "parked", "Held by us"  # and provably not sent
    DONE = "done", "With the vendor"
    WITHDRAWN = "withdrawn", "Withdrawn"
    SKIPPED = "skipped", "Skipped"
    SUPERSEDED = "superseded", "Replaced by an edited step"


ENDED = (State.DONE, State.WITHDRAWN, State.SKIPPED, State.SUPERSEDED)
OVERTAKEN = "No longer needed: the vendor closed the case itself."  # outcome of a skipped close
HELD = (State.SENDING, State.CHECKING)  # a worker holds it: token and lease are set
DUE = (State.PENDING, State.UNCERTAIN)  # a worker takes it once its time has come
UNFINISHED = tuple(state for state in State if state not in ENDED)
LANES: Mapping[str, tuple[str, ...]] = {  # the kinds that are sent beside each other
    "steps": (Kind.CREATE, Kind.NOTE, Kind.CLOSE),
    "files": (Kind.FILE,),
}
ASKED = "asked"  # the queue of what the vendor is asked about


class Push(models.Model):
    """One change owed to a vendor. Only `cases.pushes` writes `state`.

    Pushes of a case go in order of `position`; an edited one takes the place of the old one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="pushes")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="pushes")
    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in Kind])
    position = models.PositiveIntegerField()
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    entry = models.ForeignKey(Entry, null=True, on_delete=models.SET_NULL, related_name="pushes")
    attachment = models.ForeignKey(
        Attachment, null=True, on_delete=models.PROTECT, related_name="pushes"
    )
    payload = models.JSONField(default=dict)  # frozen at submit
    marker = models.CharField(max_length=20, unique=True)
    marker_home = models.CharField(
        max_length=16, choices=[(h.value, h.value) for h in MarkerHome], default=MarkerHome.TEXT
    )

    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    crashes = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)  # clean ones since it was last sent
    sent_at = models.DateTimeField(null=True)  # None: provably not there from the last attempt
    doubted_at = models.DateTimeField(null=True)  # since when its call is over, its answer unknown
    failing_since = models.DateTimeField(null=True)  # the first of the failed attempts in a row
    sent_as = models.CharField(max_length=300, blank=True)  # host and credential identity
    waiting_since = models.DateTimeField(default=timezone.now)
    outcome = models.TextField(blank=True)  # the vendor's or our words on where it stands
    outcome_fields = models.JSONField(default=dict)  # the vendor's words by its member name
    receipt = models.JSONField(default=dict)
    candidates = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    # where workers find it, kept by the database itself: a lane, ASKED, or none for all the rest
    queue = models.GeneratedField(
        expression=models.Case(
            models.When(state=State.AWAITING, then=models.Value(ASKED)),
            *(
                models.When(state__in=DUE, kind__in=kinds, then=models.Value(lane))
                for lane, kinds in LANES.items()
            ),
        ),
        output_field=models.CharField(max_length=8, null=True),
        db_persist=True,
    )

    everything: ClassVar[models.Manager["Push"]] = models.Manager()
    objects: ClassVar[ScopedOnly] = ScopedOnly()

    class Meta:
        verbose_name_plural = "pushes"
        default_manager_name = "everything"
        base_manager_name = "everything"
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "position"],
                condition=~models.Q(state=State.SUPERSEDED),
                name="one_push_per_position",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="push_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=HELD, token__isnull=False, lease_until__isnull=False)
                | (~models.Q(state__in=HELD) & models.Q(token=None, lease_until=None)),
                name="held_pushes_have_token_and_lease",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ENDED, settled_at__isnull=False)
                | (~models.Q(state__in=ENDED) & models.Q(settled_at=None)),
                name="ended_pushes_have_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.PARKED) | models.Q(sent_at=None),
                name="parked_pushes_were_not_sent",
            ),
        ]
        # Conditions without values: with `state IN (?, …)` no planner sees that an index covers it.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["connection", "not_before"],
                condition=models.Q(settled_at=None),
                name="push_unfinished",
            ),
            models.Index(
                fields=["connection", "queue", "not_before", "created_at", "case", "position"],
                condition=models.Q(queue__isnull=False),
                name="push_queue",
            ),
            models.Index(
                fields=["case", "position", "state"],
                condition=models.Q(settled_at=None),
                name="push_turn",
            ),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(lease_until__isnull=False),
                name="push_held",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.marker} {self.state}"


class PushEvent(models.Model):
    """One change of a push's state, or an attempt: appended, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    push = models.ForeignKey(Push, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    number = models.PositiveIntegerField()
    was = models.CharField(max_length=12, blank=True)
    now = models.CharField(max_length=12)
    why = models.TextField(blank=True)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_worker = models.CharField(max_length=120, blank=True)  # host, process and task id

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["push", "number"], name="events_are_numbered")
        ]

    def __str__(self) -> str:
        return f"{self.was} → {self.now}"
