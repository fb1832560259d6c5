"""Keeping a file's bytes: under a name of our own, hashed, in pieces, all or nothing."""

import hashlib
import logging
import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.utils import timezone

from cases.models import Attachment
from cases.uploads.kinds import Judgement, judge
from cases.uploads.names import clean_name
from cases.uploads.refusal import UploadRefused, size_in_words
from cases.uploads.sample import PIECE, Sample

FOLDER = "attachments"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that is kept. `scan` is WAITING, or UNSCANNED where no scanner is configured."""

    name: str
    size: int  # bytes
    sha256: str  # hexadecimal
    content_type: str
    storage_key: str
    scan: Attachment.Scan
    remarks: tuple[str, ...] = ()  # sentences for people, such as that an archive holds archives


def accept(upload: "UploadedFile[Any]", *, max_size: int | None = None) -> Accepted:
    """Check the upload and keep its bytes, or raise UploadRefused and keep nothing.

    A store that fails is told to the person as a refusal too, and to us in the log.

    `max_size`, in bytes, lowers the portal's own limit. The upload is closed either way and its
    temporary file is gone. On local disk a temporary file is moved, not copied. What is returned
    is on disk before this returns, and belongs to the caller: `discard` it if its row is not made.
    """
    try:
        name = clean_name(upload.name or "")
        file = cast(BinaryIO, upload.file)
        sample = Sample.take(name, file)
        _check_size(sample, max_size)
        judgement = judge(sample)
        return _keep(upload, sample, judgement, _sha256(file))
    finally:
        upload.close()


def discard(storage_key: str) -> None:
    """Delete the bytes of an accepted file that got no row."""
    default_storage.delete(storage_key)


def open_stored(attachment: Attachment) -> BinaryIO:
    """The file's bytes, at their beginning and seekable; the caller closes it.

    From a remote store they come through a temporary file on disk. Raises FileNotFoundError when
    only the vendor has the file, or when the store has lost it.
    """
    if not attachment.storage_key:
        raise FileNotFoundError(f"{attachment.name} is not kept here.")
    stored = default_storage.open(attachment.storage_key, "rb")
    return cast(BinaryIO, stored.file)


def remove(attachment: Attachment) -> None:
    """Delete the stored bytes of a row that is gone, unless another row has them too.

    Doing it twice is doing it once.
    """
    key = attachment.storage_key
    others = Attachment.objects.filter(storage_key=key).exclude(pk=attachment.pk)
    if key and not others.exists():
        default_storage.delete(key)


def _sha256(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _check_size(sample: Sample, max_size: int | None) -> None:
    if not sample.size:
        raise UploadRefused(f"{sample.name} is empty: it holds no bytes.")
    limit = settings.MAX_UPLOAD if max_size is None else min(max_size, settings.MAX_UPLOAD)
    if sample.size > limit:
        raise UploadRefused(
            f"{sample.name} is {size_in_words(sample.size)}; "
            f"at most {size_in_words(limit)} can be sent here."
        )


def _keep(
    upload: "UploadedFile[Any]", sample: Sample, judgement: Judgement, sha256: str
) -> Accepted:
    key = f"{FOLDER}/{timezone.now():%Y/%m}/{uuid.uuid4()}"
    sample.file.seek(0)
    # A temporary file is passed as such, which lets the store move it; it has no other use here.
    content = upload if isinstance(upload, TemporaryUploadedFile) else File(sample.file)
    try:
        kept = default_storage.save(key, content)
        _flush(kept)
    except Exception as error:
        log.exception("The store did not keep an upload of %d bytes.", sample.size)
        _forget(key)
        raise UploadRefused(
            f"{sample.name} could not be kept: our store failed, not your file. "
            "Try again in a few minutes."
        ) from error
    except BaseException:
        _forget(key)
        raise
    return Accepted(
        name=sample.name,
        size=sample.size,
        sha256=sha256,
        content_type=judgement.content_type,
        storage_key=kept,
        scan=Attachment.Scan.WAITING if settings.CLAMD_ADDRESS else Attachment.Scan.UNSCANNED,
        remarks=judgement.remarks,
    )


def _forget(key: str) -> None:
    """Delete what a failed save may have left; a store that is down leaves it to the daily look."""
    try:
        default_storage.delete(key)
    except Exception:
        log.exception("The store did not delete %s.", key)


def _flush(key: str) -> None:
    """Put a local store's file on the disk itself: its row must not outlive a power cut alone."""
    try:
        path = Path(default_storage.path(key))
    except NotImplementedError:  # a remote store answers only when it has the bytes
        return
    for place in (path, path.parent, path.parent.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
