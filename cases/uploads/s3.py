"""An S3-compatible store that passes files through without holding them in memory."""

from typing import Any

from boto3.s3.transfer import TransferConfig  # type: ignore[import-untyped]  # it ships none
from botocore.config import Config  # type: ignore[import-untyped]  # it ships none
from storages.backends.s3 import S3Storage  # type: ignore[import-untyped]  # it ships none

PIECE = 8_000_000  # bytes of one file in memory at a time


class StreamedS3Storage(S3Storage):  # type: ignore[misc]  # its parent has no types
    """Sends one piece after the other, and reads into a file on disk.

    A store that cannot be reached is given up on after three tries of 5 seconds: a person waits.

    Every object is kept as application/octet-stream, whatever a browser called it: if a bucket is
    ever opened to the web by mistake, nothing in it shows as a page of ours.
    """

    def get_default_settings(self) -> dict[str, Any]:
        return {
            **super().get_default_settings(),
            "transfer_config": TransferConfig(
                multipart_threshold=PIECE, multipart_chunksize=PIECE, use_threads=False
            ),
            "client_config": Config(
                connect_timeout=5,
                read_timeout=60,
                retries={"mode": "standard", "total_max_attempts": 3},
            ),
            "max_memory_size": PIECE,
            "object_parameters": {"ContentType": "application/octet-stream"},
        }
