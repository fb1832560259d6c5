"""Reads the metadata of one form, keeping its age and what could not be had."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vendors.contract import Loading, Metadata, MetadataUnavailable

Read = Callable[[str, Mapping[str, str]], Metadata]


@dataclass(slots=True)
class Pieces:
    """What a form was made from. A piece that cannot be had is None and says so here."""

    read: Read
    loading: bool = False
    unavailable: str = ""
    hints_missing: bool = False
    fetched_at: datetime | None = None

    def needed(self, operation: str, **params: str) -> Any:
        """A piece without which the form cannot go on."""
        try:
            return self._used(self.read(operation, params))
        except Loading:
            self.loading = True
        except MetadataUnavailable as reason:
            self.unavailable = self.unavailable or str(reason) or "Akamai cannot be asked now."
        return None

    def hint(self, operation: str, **params: str) -> Any:
        """A piece that only helps to choose: a form is complete without it."""
        try:
            return self._used(self.read(operation, params))
        except Loading:
            self.loading = True
        except MetadataUnavailable:
            self.hints_missing = True
        return None

    def _used(self, metadata: Metadata) -> Any:
        if self.fetched_at is None or metadata.fetched_at < self.fetched_at:
            self.fetched_at = metadata.fetched_at
        return metadata.value
