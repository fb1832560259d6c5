"""What people decide about steps: take back, leave out, send again, say what they saw."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases import access, identity, pushes
from cases.access import Viewer
from cases.actions.confirming import check_link, taken
from cases.actions.problems import Rejected
from cases.actions.reopening import reopen_draft
from cases.models import Case, Push
from cases.models.push import State
from cases.pushes import Actor, By
from cases.tasks import ring
from portal import clock
from portal.accounts import audit
from portal.accounts.models import Organization
from portal.accounts.roles import Ability
from vendors import markers
from vendors.connections import gateway
from vendors.vocabulary import Kind, MarkerHome, Receipt

LATE = "Too late: it is being sent or was sent already."


def _actor(viewer: Viewer) -> Actor:
    return Actor(By.PERSON, viewer.user)


def _guard(viewer: Viewer, push: Push, ability: Ability) -> None:
    """The author may end their own step; for anything else the role decides."""
    is_own = push.author_id == viewer.user.pk and viewer.seen_by is None
    if is_own and ability is Ability.WRITE:
        return
    if not access.may(viewer, push.case, ability):
        raise PermissionDenied("Your role on this case does not allow this.")


def _audit(viewer: Viewer, push: Push, action: str, reason: str) -> None:
    audit.record(
        actor=viewer.user,
        action=action,
        object=push,
        organization=push.case.organization or push.case.reseller,
        reason=reason,
    )


def _moved(moved: bool) -> None:
    if not moved:
        raise Rejected("", LATE)


def withdraw(*, viewer: Viewer, push: Push) -> None:
    """Take back a step that was not sent; taking back the case itself takes back all behind it."""
    _guard(viewer, push, Ability.WRITE)
    if State.WITHDRAWN not in pushes.MOVES[State(push.state)]:
        raise Rejected("", LATE)
    with transaction.atomic():
        pushes.hold(push.case_id)
        _moved(pushes.transition(push, State.WITHDRAWN, _actor(viewer), "taken back by a person"))
        if push.kind == Kind.CREATE:
            reopen_draft(push, _actor(viewer))
        _audit(viewer, push, "step withdrawn", "")
    ring("steps")


def skip(*, viewer: Viewer, push: Push, reason: str) -> None:
    """Leave a step out for good, so that those behind it may go."""
    _guard(viewer, push, Ability.SETTLE if push.state == State.NEEDS_PERSON else Ability.WRITE)
    reasoned(reason)
    if push.kind == Kind.CREATE:
        raise Rejected("", "The case itself cannot be left out; take it back instead.")
    if State.SKIPPED not in pushes.MOVES[State(push.state)]:
        raise Rejected("", LATE)
    with transaction.atomic():
        _moved(pushes.transition(push, State.SKIPPED, _actor(viewer), reason))
        _audit(viewer, push, "step left out", reason)
    ring("steps")


def reasoned(reason: str) -> None:
    if not reason.strip():
        raise Rejected("reason", "Say why, for those who read this later.")


def resend(*, viewer: Viewer, push: Push, text: str | None = None, reason: str = "") -> Push:
    """Send a refused step again as a new one in its place, with an edited text if given.

    A refused case is mended in its draft instead: sent as it was, it would be refused as it was.
    """
    again = replace(viewer=viewer, push=push, text=text, reason=reason)
    ring("steps")
    return again


def replace(*, viewer: Viewer, push: Push, text: str | None = None, reason: str = "") -> Push:
    """`resend` without waking a worker: for many at once."""
    _guard(viewer, push, Ability.WRITE)
    if push.kind == Kind.CREATE:
        raise Rejected("", "Take the case back into its draft, mend it there and file it again.")
    if push.state != State.REFUSED:
        raise Rejected("", "Only a refused step can be edited and sent again.")
    payload = dict(push.payload)
    if text is not None and "text" in payload:
        problem = gateway.open_vendor(push.connection).limit_problem(Kind(push.kind), text)
        if problem or not text.strip():
            raise Rejected("text", problem or "Write something first.")
        payload["text"] = text.strip()
    with transaction.atomic():
        pushes.hold(push.case_id)
        why = reason or "edited and sent again"
        _moved(pushes.transition(push, State.SUPERSEDED, _actor(viewer), why))
        again = pushes.enqueue(
            case=push.case,
            kind=Kind(push.kind),
            marker=markers.mint(),
            marker_home=MarkerHome(push.marker_home),
            author=viewer.user,
            payload=payload,
            entry=push.entry,
            attachment=push.attachment,
            replaces=push,
        )
        if push.entry is not None and "text" in payload:
            push.entry.text = payload["text"]
            push.entry.save(update_fields=["text"])
        _audit(viewer, push, "step sent again", reason)
    return again


def confirm_found(
    *, viewer: Viewer, push: Push, vendor_id: str, reason: str, anyway: str = ""
) -> None:
    """A person saw the step at the vendor: link it and let those behind it go.

    A case is read from the vendor before it is linked. Rejected when it is another one; where that
    is only doubtful (field "anyway") the person confirms by giving the number there too.
    """
    _guard(viewer, push, Ability.SETTLE)
    reasoned(reason)
    vendor_id = vendor_id.strip()
    if push.kind == Kind.CREATE and not vendor_id:
        raise Rejected("vendor_id", "Give the case number the vendor shows.")
    if push.state != State.NEEDS_PERSON:
        raise Rejected("", "This step no longer waits for a person.")
    if push.kind == Kind.CREATE:
        check_link(viewer, push, vendor_id, anyway.strip())
    try:
        with transaction.atomic():
            _moved(pushes.settle(push, Receipt(vendor_id=vendor_id), _actor(viewer), reason))
            _audit(viewer, push, "step confirmed as sent", reason)
    except identity.NotLinked as linked:  # somebody was faster
        raise Rejected("vendor_id", taken(viewer, linked.other)) from None
    ring("steps")


def confirm_absent(*, viewer: Viewer, push: Push, reason: str) -> None:
    """A person looked and it is not at the vendor: send it again."""
    _guard(viewer, push, Ability.SETTLE)
    reasoned(reason)
    if push.state != State.NEEDS_PERSON:
        raise Rejected("", "This step no longer waits for a person.")
    with transaction.atomic():
        _moved(pushes.transition(push, State.PENDING, _actor(viewer), reason, **_anew()))
        _audit(viewer, push, "step confirmed as not sent", reason)
    ring("steps")


def release(*, viewer: Viewer, push: Push, reason: str) -> None:
    """Let a held step go on; for one that may have been sent all looks begin from the start."""
    let_go(viewer=viewer, push=push, reason=reason)
    ring("steps")


def let_go(*, viewer: Viewer, push: Push, reason: str) -> None:
    """`release` without waking a worker: for many at once."""
    _guard(viewer, push, Ability.SETTLE)
    reasoned(reason)
    if push.state not in {State.PARKED, State.NEEDS_PERSON}:
        raise Rejected("", "This step is not held.")
    anew, to = _anew(), State.PENDING
    if push.state == State.NEEDS_PERSON:
        to = State.UNCERTAIN
        anew |= {"looks": 0, "doubted_at": anew["not_before"]}
    with transaction.atomic():
        _moved(pushes.transition(push, to, _actor(viewer), reason, **anew))
        _audit(viewer, push, "held step released", reason)


def _anew() -> dict[str, Any]:
    """The columns of a step that begins its way again, due now."""
    now = clock.now()
    counted: dict[str, Any] = {"crashes": 0, "failing_since": None, "outcome": ""}
    return {"not_before": now, "waiting_since": now, **counted}


def assign_case(*, viewer: Viewer, case: Case, customer: Organization) -> None:
    """Give an imported case nobody has to one of the connection owner's customers."""
    membership = access.membership_for(viewer, case)
    if membership is None or not membership.organization.is_reseller:
        raise PermissionDenied("Only the reseller's staff assign cases.")
    if case.organization_id is not None:
        raise Rejected("customer", "This case belongs to a customer already.")
    if customer.reseller_id != membership.organization_id:
        raise Rejected("customer", "Choose one of your customers.")
    with transaction.atomic():
        free = access.worker_cases().filter(pk=case.pk, organization=None)
        if free.update(organization=customer, updated_at=timezone.now()) != 1:
            raise Rejected("customer", "Somebody assigned it a moment ago.")
        audit.record(actor=viewer.user, action="case assigned", object=case, organization=customer)
