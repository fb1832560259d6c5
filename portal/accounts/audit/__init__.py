"""The record of what people did, and what proves that nobody changed it.

`record` appends a row in the transaction of the deed; `chain` seals rows into a chain, `proof`
walks it, and `purging` lets the oldest go without breaking it.
"""

from portal.accounts.audit.recording import NOWHERE, Origin, during, home_of, record, record_own

__all__ = ["NOWHERE", "Origin", "during", "home_of", "record", "record_own"]
