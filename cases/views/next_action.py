"""Who must act on a case next: as a line says it, and as a filter finds it."""

from enum import StrEnum

from django.db.models import Q

from cases import access
from cases.access import Viewer
from cases.delivery import Delivery
from cases.models import Case
from cases.models.push import UNFINISHED, State
from portal.accounts.roles import Ability
from vendors.vocabulary import NextAction

STOPPED = (State.REFUSED, State.PARKED)


class Who(StrEnum):
    """Who acts next, as a viewer is told: the vendor's word, and what stands between."""

    US = "us"
    VENDOR = "vendor"
    NOBODY = "nobody"
    CUSTOMER = "customer"  # those who may answer and mend, told to whoever only reads
    SETTLER = "settler"  # those who settle what no machine can know, told to everybody else
    CASEPORT = "caseport"  # on its way: nobody but us has it


def who(viewer: Viewer, case: Case, urgent: Delivery | None) -> Who:
    """A step that stopped is ours to mend, whatever the vendor last said.

    One that needs a person waits for those who may settle it, not for everybody; and whoever only
    reads is not the one who answers. `urgent` is the most urgent unfinished step, if there is any.
    """
    stands = urgent.key if urgent is not None else ""
    if stands == "needs_person":
        return Who.US if access.may(viewer, case, Ability.SETTLE) else Who.SETTLER
    if stands != "failed":
        if not case.vendor_id:
            return Who.CASEPORT if stands else Who.NOBODY
        if case.next_action != NextAction.US:
            return Who(NextAction(case.next_action).value)
    return Who.US if access.may(viewer, case, Ability.WRITE) else Who.CUSTOMER


def settler(case: Case) -> str:
    """Who settles what no machine can know, by name."""
    return case.reseller.name if case.reseller is not None else "Your reseller"


def answerer(case: Case) -> str:
    """Who answers and mends where the reader may not, by name."""
    return case.organization.name if case.organization is not None else settler(case)


def cases_of(viewer: Viewer, wanted: str) -> Q:
    """The cases of which `who` says this to the viewer."""
    person, failed = _with(viewer, (State.NEEDS_PERSON,)), _with(viewer, STOPPED)
    settles, writes = _granted(viewer, Ability.SETTLE), _granted(viewer, Ability.WRITE)
    goes_on = ~person & ~failed
    there = goes_on & Q(vendor_id__isnull=False)
    here = goes_on & Q(vendor_id__isnull=True)
    on_its_way = _with(viewer, UNFINISHED)
    ours = (~person & failed) | (there & Q(next_action=NextAction.US))
    match Who(wanted):
        case Who.US:
            return (person & settles) | (ours & writes)
        case Who.CUSTOMER:
            return ours & ~writes
        case Who.VENDOR:
            return there & Q(next_action=NextAction.VENDOR)
        case Who.SETTLER:
            return person & ~settles
        case Who.CASEPORT:
            return here & on_its_way
        case Who.NOBODY:
            return (there & Q(next_action=NextAction.NOBODY)) | (here & ~on_its_way)


def to_answer(viewer: Viewer) -> Q:
    """The cases whose vendor waits for an answer that the viewer may give."""
    return Q(next_action=NextAction.US) & _granted(viewer, Ability.WRITE)


def _with(viewer: Viewer, states: tuple[State, ...]) -> Q:
    """Cases with a step in one of these states: few, so they are named, not looked for in each."""
    found = access.pushes(viewer).filter(settled_at=None, state__in=states)
    return Q(pk__in=found.values("case"))


def _granted(viewer: Viewer, ability: Ability) -> Q:
    """The cases on which the viewer may do this, as `access.may` says for one."""
    theirs = [m for m in viewer.memberships if viewer.grants(m, ability)]
    resellers = [m.organization_id for m in theirs if m.organization.is_reseller]
    customers = [m.organization_id for m in theirs if not m.organization.is_reseller]
    return Q(reseller__in=resellers) | Q(organization__in=customers)
