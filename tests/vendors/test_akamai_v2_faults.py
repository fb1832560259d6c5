"""What may have been done and what surely was not: each fault of the simulator on each verb."""

import pytest

from tests.vendors.akamai_v2_desk import VERBS, at, effects, over_a_socket, set_fault
from tests.vendors.akamai_v2_drafts import draft
from vendors.http.errors import (
    Busy,
    Unauthorised,
    Unclear,
)
from vendors.simulator.app import Simulator


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(sleep=lambda seconds: None)


# fault -> (the error it must become, whether the vendor has done it all the same)
FAULTS: dict[str, tuple[type[Exception] | None, bool]] = {
    "reset_before": (Unclear, False),
    "reset_after": (Unclear, True),
    "hang_after": (Unclear, True),
    "drip": (None, True),
    "429": (Busy, False),
    "500_before": (Unclear, False),
    "500_after": (Unclear, True),
    "503": (Unclear, False),
    "truncated": (Unclear, True),
    "html": (Unclear, True),
    "wrong_type": (Unclear, True),
    "expired_credential": (Unauthorised, False),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", VERBS)
def test_each_fault_of_each_verb_becomes_the_error_that_decides_rightly(
    simulator: Simulator, operation: str, fault: str
) -> None:
    adapter = at(simulator)
    case_id = adapter.file_case(draft("The case before", marker="P-00000000")).vendor_id
    error, done = FAULTS[fault]
    set_fault(simulator, operation, fault, retry_after=7, seconds=0)
    if error is None:
        VERBS[operation](adapter, case_id)
    else:
        with pytest.raises(error) as caught:
            VERBS[operation](adapter, case_id)
        if isinstance(caught.value, Busy):
            assert caught.value.retry_after == 7
    assert len(effects(simulator)) == (2 if done else 1)


@pytest.mark.parametrize("fault", FAULTS)
def test_over_real_sockets_the_faults_decide_the_same(simulator: Simulator, fault: str) -> None:
    error, done = FAULTS[fault]
    with over_a_socket(simulator) as adapter:
        case_id = adapter.file_case(draft("The case before", marker="P-00000000")).vendor_id
        set_fault(simulator, "note", fault, retry_after=7, seconds=0)
        if error is None:
            VERBS["note"](adapter, case_id)
        else:
            with pytest.raises(error):
                VERBS["note"](adapter, case_id)
    assert len(effects(simulator)) == (2 if done else 1)
