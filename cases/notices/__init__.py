"""Who is told of a step's move: its author when it needs them, staff when it needs a person.

Written in the transaction of the move, so that no notice is lost and none is of a move that was
not made. Nobody is told what they did themselves, nor of a case they may not see.
"""

from cases.models import Push
from cases.models.push import State
from cases.notices import author, staff
from portal.accounts.models import User


def step_moved(
    push: Push, was: State | None, now: State, by: User | None, number: int, outcome: str
) -> None:
    """Tell whom the push's event of this number concerns; `by` is the person who moved it.

    `outcome` is the words the move came with.
    """
    is_known = author.tell(push, was, now, by, number)
    if now is State.REFUSED and not is_known:
        staff.tell_of_forsaken(push)
    if now in staff.TROUBLE:
        staff.tell(push, now, outcome, but=push.author if is_known else None)
