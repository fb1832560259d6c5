"""What can go wrong between us and a vendor, as five kinds that each decide what happens next.

VendorError
├── Refused        the vendor said no and did nothing: show its words, a person edits or drops it
├── Unauthorised   the vendor refused the credential itself: stop this connection, nothing was done
├── Busy           the vendor asked us to come back later and did nothing: wait, then send again
├── Unreachable    the request provably never arrived: send again
└── Unclear        anything else: it may have been done, so look before sending again

The adapter decides which from status and body together, not from the status alone: only a 429 means
the same whoever says it.
"""

from collections.abc import Mapping

from vendors.http.redaction import redact


class VendorError(Exception):
    """The root: carries what the vendor said and where to find the call again.

    A vendor may repeat what it was sent, so secrets are taken out of its words at once: they are
    stored, shown and logged in many places.
    """

    def __init__(self, words: str, *, status: int | None = None, incident: str = "") -> None:
        self.words = redact(words)
        super().__init__(self.words)
        self.status = status
        self.incident = redact(incident)


class Refused(VendorError):
    """The vendor refused the step and did nothing; `fields` maps its member names to its words."""

    def __init__(
        self,
        words: str,
        *,
        fields: Mapping[str, str] | None = None,
        status: int | None = None,
        incident: str = "",
    ) -> None:
        super().__init__(words, status=status, incident=incident)
        self.fields = {name: redact(told) for name, told in (fields or {}).items()}


class NotFound(Refused):
    """The vendor knows no such case or file."""


class Unauthorised(VendorError):
    """The vendor refused the credential, not the request."""


class NoCredential(Unauthorised):
    """No call was made: the connection has no credential yet that could be refused."""


class Busy(VendorError):
    """The vendor did nothing and wants to be asked again, in `retry_after` seconds if it said."""

    def __init__(
        self, words: str, *, retry_after: float | None = None, status: int | None = None
    ) -> None:
        super().__init__(words, status=status)
        self.retry_after = retry_after


class Unreachable(VendorError):
    """No byte of the request was taken: name look-up, connect or TLS failed."""


class Unclear(VendorError):
    """The answer was lost, late or unreadable: the step may have been done."""


class ForbiddenHost(VendorError):
    """A request left the connection's allowed host: a fault of ours or an attack, never sent."""
