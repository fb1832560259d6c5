"""Two that change a case and a step of it at once: neither waits for the other for ever.

On SQLite only one writes at a time.
"""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from cases import access, actions, pushes
from cases.actions import Rejected
from cases.models import Push
from cases.models.push import State
from cases.pushes import Actor, By
from tests.factories import PushFactory
from tests.world import World
from vendors.vocabulary import Kind, Receipt

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

MEANWHILE = 0.5  # seconds in which the other gets as far as it can
MIRROR = Actor(By.SYNC)


@pytest.fixture
def note(world: World) -> Push:
    """A note of casey's on a case the vendor has."""
    case = world.file_case()
    world.work()
    facts = {"case": case, "kind": Kind.NOTE, "author": world.people["casey"], "position": 2}
    made: Push = PushFactory.create(**facts, payload={"text": "Seen in Frankfurt"})
    return made


def as_it_is(push: Push, **columns: object) -> Push:
    """The push with these columns, as somebody reads it now."""
    Push.everything.filter(pk=push.pk).update(**columns)
    return Push.everything.get(pk=push.pk)


def while_mirrored(seen: Push, deed: Callable[[], object]) -> tuple[bool, list[str]]:
    """The mirror holds the case, then ends the step it saw, while `deed` is under way.

    Whether the mirror was first, and what the deed raised.
    """
    raised: list[str] = []

    def run() -> None:
        try:
            deed()
        except Exception as error:
            raised.append(type(error).__name__)
        finally:
            connection.close()

    other = threading.Thread(target=run)
    with transaction.atomic():
        access.worker_cases().select_for_update().get(pk=seen.case_id)
        other.start()
        time.sleep(MEANWHILE)
        was_first = pushes.transition(seen, State.DONE, MIRROR, "seen at the vendor")
    other.join()
    return was_first, raised


def test_a_worker_settles_what_the_mirror_settles(note: Push) -> None:
    seen = as_it_is(note, state=State.AWAITING, sent_at=note.created_at)
    worker = Actor(By.WORKER, worker="a worker")
    told = while_mirrored(
        seen, lambda: pushes.settle(as_it_is(note), Receipt(), worker, "done by now")
    )
    assert told == (True, [])
    assert as_it_is(note).state == State.DONE


def test_a_person_sends_again_what_the_mirror_settles(world: World, note: Push) -> None:
    seen = as_it_is(note, state=State.REFUSED)
    casey = world.viewer("casey")
    told = while_mirrored(seen, lambda: actions.resend(viewer=casey, push=as_it_is(note)))
    assert told == (True, [Rejected.__name__])
    assert as_it_is(note).state == State.DONE
    assert Push.everything.filter(case=note.case_id, position=note.position).count() == 1
