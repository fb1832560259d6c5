"""Taking files from a browser: to disk in pieces, never more than the limit."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

from cases.uploads.names import clean_name
from cases.uploads.refusal import size_in_words

LONGEST_ENDING = 100  # bytes; the temporary file carries the name's ending


class LimitedUploadHandler(FileUploadHandler):
    """Lets through MAX_FILES files of MAX_UPLOAD bytes together, and none to strangers.

    A file beyond the limit is dropped from disk at once and the rest of it is read and thrown
    away, so that the form's other answers arrive and the person is told in the page. A request
    announced as larger than twice the limit is not read at all; its connection is cut.
    Stands first among the handlers. `refused_in(request)` says which fields lost a file, and why.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.received = 0  # bytes of the files let through, with the one under way
        self.current = 0
        self.announced = 0
        self.files = 0
        self.crowded: set[str] = set()  # fields with files beyond MAX_FILES
        self.refused: dict[str, str] = {}

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803  Django's own name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        self.announced = content_length
        self.request.upload_refused = self.refused  # type: ignore[union-attr]  # for refused_in
        Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.current = 0
        self._let_go_of_the_last_file()
        if self.announced > 2 * settings.MAX_UPLOAD:
            self._note(f"The request was larger than {self._limit} and was not read.")
            raise StopUpload(connection_reset=True)
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            raise self._skip("Sign in to send files.")
        if len(os.path.splitext(self.file_name or "")[1].encode()) > LONGEST_ENDING:
            raise self._skip("A file's name has too long an ending. Rename it.")
        self.files += 1
        if self.files > settings.MAX_FILES:
            raise self._one_too_many()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.current += len(raw_data)
        self.received += len(raw_data)
        if self.received > settings.MAX_UPLOAD:
            name = clean_name(self.file_name or "")
            alone = self.current > settings.MAX_UPLOAD
            self.received -= self.current
            raise self._skip(
                f"{name} is larger than {self._limit}, the most Caseport takes."
                if alone
                else f"{name} was left out: files sent together may be {self._limit}."
            )
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave making the file to the handler that wrote it."""

    @property
    def _limit(self) -> str:
        return size_in_words(settings.MAX_UPLOAD)

    def _note(self, words: str) -> None:
        field = str(self.field_name)
        self.refused[field] = f"{self.refused[field]} {words}" if field in self.refused else words

    def _skip(self, words: str) -> SkipFile:
        self._note(words)
        return SkipFile(words)

    def _one_too_many(self) -> SkipFile:
        """Said once for each field, of its first file too many."""
        words = f"At most {settings.MAX_FILES} files can be sent at once"
        if str(self.field_name) in self.crowded:
            return SkipFile(words)
        self.crowded.add(str(self.field_name))
        name = clean_name(self.file_name or "")
        return self._skip(f"{words}: {name} and those after it were not taken.")

    def _let_go_of_the_last_file(self) -> None:
        """Skipping a file makes Django close each handler's newest file: not one that is whole."""
        for handler in self.request.upload_handlers:  # type: ignore[union-attr]  # ours has one
            vars(handler).pop("file", None)


def refused_in(request: HttpRequest) -> dict[str, str]:
    """Why files of this request were not taken, in a person's words, by the name of their field."""
    request.FILES  # noqa: B018  reading it is what makes Django receive the files
    refused: dict[str, str] = getattr(request, "upload_refused", {})
    return refused
