"""One case read and merged, and what it means when that fails."""

import logging

from django.db.models import QuerySet

from cases import access
from cases.models import Case
from cases.sync import unread
from cases.sync.mirror import apply
from cases.sync.strangers import adopt
from portal import clock
from vendors.connections import gateway
from vendors.connections.models import Connection
from vendors.contract import Unsupported, Vendor
from vendors.http.errors import Busy, ForbiddenHost, Unauthorised, Unreachable, VendorError

log = logging.getLogger("caseport.sync")

ABOUT_ALL = (Busy, ForbiddenHost, Unauthorised, Unreachable, Unsupported)
"""What goes wrong with every case of a connection alike; anything else is one case's own."""

OUR_FAULT = "It could not be taken over, for a reason of ours; the log says which."


def own(connection: Connection) -> QuerySet[Case]:
    """The rows of a connection's vendor space and owner: those its vendor's ids may name."""
    space = gateway.vendor_of(connection).vendor_space(connection.base_url)
    return access.worker_cases().filter(owner=connection.owner_id, vendor_space=space)


def read(connection: Connection, vendor: Vendor, vendor_id: str, listed: str = "") -> Case | None:
    """Read one case and merge it; None while it may be one of ours that is not linked yet.

    Raises the vendor's errors.
    """
    began = clock.now()
    snapshot = vendor.fetch_case(vendor_id)
    case = own(connection).filter(vendor_id=vendor_id).first()
    if case is None:
        case = adopt(connection, vendor, snapshot)
    if case is not None:
        apply(case, snapshot, vendor, listed, began=began)
    return case


def try_read(connection: Connection, vendor: Vendor, vendor_id: str, listed: str = "") -> bool:
    """Read one case; False when it cannot be read, which is recorded with it.

    Raises only what concerns the whole connection (ABOUT_ALL).
    """
    try:
        read(connection, vendor, vendor_id, listed)
    except ABOUT_ALL:
        raise
    except VendorError as error:
        log.warning("%s: reading %s failed: %s", connection.label, vendor_id, error)
        why = error.words or type(error).__name__
    except Exception:  # a fault of ours with one case must not hide the others
        log.exception("%s: taking over %s failed", connection.label, vendor_id)
        why = OUR_FAULT
    else:
        return True
    case = own(connection).filter(vendor_id=vendor_id).first()
    if case is not None:
        unread.note(case, why)
    return False
