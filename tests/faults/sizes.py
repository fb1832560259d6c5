"""How much of the fault tests runs: what a continuous build can bear, or a multiple of it."""

import os
import random

TIMES = float(os.environ.get("CASEPORT_FAULT_TIMES") or 1)
"""1 is the share of a continuous build; 20 is a night."""

SEED = int(os.environ.get("CASEPORT_FAULT_SEED") or random.SystemRandom().randrange(10**9))
"""What chance begins with in this run; printed, so that a run can be had again."""

os.environ["CASEPORT_FAULT_SEED"] = str(SEED)  # the processes that share the work begin alike


def share(full: int, least: int = 1) -> int:
    """So much of a size as this run is to have."""
    return max(least, round(full * TIMES))
