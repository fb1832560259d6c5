"""A vendor that loses the first call and does what it was asked only some time later.

It is opened through the ordinary registry in the real adapter's place, and everything but the
moment is the real adapter's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from django.conf import settings

from cases import access
from cases.models.push import HELD
from portal import clock
from tests.world import World
from vendors.akamai_v2 import AkamaiV2
from vendors.http.errors import Unclear
from vendors.vocabulary import CaseDraft, FileDraft, NoteDraft, Receipt


class Killed(BaseException):
    """The worker's process ends here, in the middle of its call."""


@dataclass
class Lateness:
    """How long the lost call lasts, how long after it the vendor acts, whether it kills us."""

    world: World
    lasts: float = 0.0
    after: float = 100.0
    kills: bool = False
    owed: list[tuple[float, Callable[[], Receipt]]] = field(default_factory=list)
    calls: int = 0

    def lose(self, verb: Callable[[], Receipt]) -> Receipt:
        """The first call is lost and owed; any other is the vendor's ordinary business."""
        self.calls += 1
        if self.calls > 1:
            return verb()
        self.world.let_pass(self.lasts)
        renewed = clock.now() + timedelta(seconds=settings.LEASE_SECONDS)  # as a worker does
        access.worker_pushes().filter(state__in=HELD).update(lease_until=renewed)
        self.owed.append((self.world.passed + self.after, verb))
        if self.kills:
            raise Killed
        raise Unclear("The answer was lost.")

    def act(self) -> None:
        """Let the vendor do what it owes by now."""
        due = [verb for at, verb in self.owed if at <= self.world.passed]
        self.owed = [each for each in self.owed if each[0] > self.world.passed]
        for verb in due:
            verb()


class Wrapped(AkamaiV2):
    """The real adapter, each of its changes going through one place."""

    def through(self, verb: Callable[[], Receipt]) -> Receipt:
        return verb()

    def file_case(self, draft: CaseDraft) -> Receipt:
        return self.through(lambda: AkamaiV2.file_case(self, draft))

    def add_note(self, case_id: str, note: NoteDraft) -> Receipt:
        return self.through(lambda: AkamaiV2.add_note(self, case_id, note))

    def attach_file(self, case_id: str, file: FileDraft) -> Receipt:
        return self.through(lambda: AkamaiV2.attach_file(self, case_id, file))

    def request_close(self, case_id: str, reason: NoteDraft) -> Receipt:
        return self.through(lambda: AkamaiV2.request_close(self, case_id, reason))


class LateVendor(Wrapped):
    """The real adapter over a late vendor."""

    lateness: ClassVar[Lateness]

    def through(self, verb: Callable[[], Receipt]) -> Receipt:
        return self.lateness.lose(verb)
