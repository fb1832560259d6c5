"""Before a case is linked to a number somebody gives: is the vendor's case really this one?"""

from datetime import timedelta

from cases import access, identity
from cases.access import Viewer
from cases.actions.problems import Rejected
from cases.models import Case, Push
from vendors.connections import gateway
from vendors.contract import Unsupported
from vendors.http.errors import ForbiddenHost, NotFound, VendorError
from vendors.vocabulary import CaseSnapshot, Kind

SECONDS = 15.0  # a person waits for the answer
EARLIER = timedelta(hours=1)  # no clock is wrong by more


def check_link(viewer: Viewer, push: Push, vendor_id: str, anyway: str) -> None:
    """Let a create be linked to the vendor's case `vendor_id`, or raise Rejected.

    The case is read from the vendor. One of another account, with another step's marker or older
    than the step is refused; where only the subject differs, `anyway` must name the same number.
    """
    check_free(viewer, push.case, vendor_id)
    vendor = gateway.open_vendor(push.connection, budget=SECONDS)
    try:
        snapshot = vendor.fetch_case(vendor_id)
    except (NotFound, ForbiddenHost):
        raise Rejected("vendor_id", f"{vendor.name} knows no case {vendor_id}.") from None
    except VendorError:
        words = f"{vendor.name} could not be asked about {vendor_id} just now. Try again later."
        raise Rejected("vendor_id", words) from None
    except Unsupported:
        doubt = f"{vendor.name} lets us read no case, so we cannot compare {vendor_id}."
    else:
        if snapshot.marker and snapshot.marker in _own_markers(push.case):
            return
        _refuse_others(push, snapshot, vendor.name)
        doubt = _doubt(push.case, snapshot, vendor.name)
    if doubt and anyway != vendor_id:
        raise Rejected("anyway", doubt)


def check_free(viewer: Viewer, case: Case, vendor_id: str) -> None:
    """Rejected when the number is that of a case we have, unless it was merely imported."""
    other = identity.twin(case, vendor_id)
    if other is not None and not identity.may_absorb(case, other):
        raise Rejected("vendor_id", taken(viewer, other))


def taken(viewer: Viewer, other: Case) -> str:
    """That a number is another case's, which is named to those who may see it."""
    seen = access.cases(viewer).filter(pk=other.pk).exists()
    return f"That number is {other.reference}." if seen else "That number is another case's."


def _own_markers(case: Case) -> set[str]:
    creates = access.worker_pushes().filter(case=case, kind=Kind.CREATE)
    return set(creates.values_list("marker", flat=True))


def _refuse_others(push: Push, snapshot: CaseSnapshot, vendor: str) -> None:
    """Rejected when what the vendor tells shows that it is another case."""
    number = snapshot.vendor_id
    if snapshot.marker:
        words = f"{number} carries another step's marker, {snapshot.marker}."
    elif snapshot.account_id and _fold(snapshot.account_id) not in _accounts(push.case):
        words = f"{vendor} keeps {number} under “{snapshot.account_id}”, which is not this case's."
    elif snapshot.created_at and snapshot.created_at < push.created_at - EARLIER:
        opened = f"{snapshot.created_at:%Y-%m-%d %H:%M} UTC"
        words = f"{vendor} opened {number} on {opened}, before this case was written."
    else:
        return
    raise Rejected("vendor_id", words)


def _accounts(case: Case) -> set[str]:
    """The ids and names of the vendor accounts this case may be under; the vendor tells either."""
    found = [case.account] if case.account else []
    if case.organization is not None:
        entitled = access.entitled_accounts(case.organization)
        found += list(entitled.filter(connection=case.connection_id))
    return {_fold(word) for account in found for word in (account.account_id, account.name)}


def _doubt(case: Case, snapshot: CaseSnapshot, vendor: str) -> str:
    if _fold(snapshot.subject) == _fold(case.subject):
        return ""
    return f"{vendor} calls {snapshot.vendor_id} “{snapshot.subject}”, this one “{case.subject}”."


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
