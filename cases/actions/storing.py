"""Uploads on their way to rows: checked and stored first, removed again when no row keeps them."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from cases import uploads
from cases.actions.problems import Rejected


class Stored:
    """Stores files on entering, as the columns of their rows; without `keep` they go on leaving.

    Raises Rejected at `field`, and keeps none, when one of them may not be taken.
    """

    def __init__(
        self, files: "Sequence[UploadedFile[bytes]]", field: str, max_size: int | None
    ) -> None:
        self._files = files
        self._field = field
        self._max_size = max_size
        self._kept = False
        self.columns: list[dict[str, Any]] = []

    def __enter__(self) -> "Stored":
        try:
            for file in self._files:
                self.columns.append(self._accept(file))
        except BaseException:
            self._discard()
            raise
        return self

    def keep(self) -> None:
        """The rows are written: leave the bytes where they are."""
        self._kept = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._kept or error is not None:
            self._discard()

    def _accept(self, file: "UploadedFile[bytes]") -> dict[str, Any]:
        try:
            accepted = uploads.accept(file, max_size=self._max_size)
        except uploads.UploadRefused as refusal:
            raise Rejected(self._field, refusal.words) from refusal
        return {
            "name": accepted.name,
            "size": accepted.size,
            "sha256": accepted.sha256,
            "content_type": accepted.content_type,
            "storage_key": accepted.storage_key,
            "scan": accepted.scan,
            "scan_result": "; ".join(accepted.remarks)[:200],
        }

    def _discard(self) -> None:
        for columns in self.columns:
            uploads.discard(columns["storage_key"])
