"""Adapters with a fault of ours in them: each is one the harness must catch."""

from collections.abc import Callable
from dataclasses import replace

from tests.faults.late_vendor import LateVendor, Wrapped
from vendors.akamai_v2 import AkamaiV2
from vendors.http.errors import Refused, Unclear, Unreachable
from vendors.vocabulary import CaseDraft, Finding, NoteDraft, Receipt, Sought

OTHER = "P-0THER000"


class Hasty(Wrapped):
    """Takes a lost answer for a step that never left."""

    def through(self, verb: Callable[[], Receipt]) -> Receipt:
        try:
            return verb()
        except Unclear as error:
            raise Unreachable(error.words) from error


class Denying(Wrapped):
    """Takes a lost answer for a refusal."""

    def through(self, verb: Callable[[], Receipt]) -> Receipt:
        try:
            return verb()
        except Unclear as error:
            raise Refused(error.words) from error


class Boasting(Wrapped):
    """Takes a lost answer for a success."""

    def through(self, verb: Callable[[], Receipt]) -> Receipt:
        try:
            return verb()
        except Unclear:
            return Receipt(vendor_id="F-CS-1")


class Blind(Wrapped):
    """Sees nothing at the vendor, and says that it looked."""

    def find(self, sought: Sought) -> Finding:
        return Finding()


class Mislabelling(Wrapped):
    """Sends along another marker than the one that is looked for."""

    def file_case(self, draft: CaseDraft) -> Receipt:
        return AkamaiV2.file_case(self, replace(draft, marker=OTHER))

    def add_note(self, case_id: str, note: NoteDraft) -> Receipt:
        return AkamaiV2.add_note(self, case_id, replace(note, marker=OTHER))


class Impatient(LateVendor):
    """Believes that no call of its own lasts at all."""

    def longest_step(self, size: int) -> float:
        return 0.0
