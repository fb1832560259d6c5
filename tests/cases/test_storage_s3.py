"""The same promises when files are kept in an S3-compatible store: here moto's, in a process of
its own, so that its memory is not ours.
"""

import hashlib
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]  # it ships no types
import pytest
from django.conf import settings as portal
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from cases import uploads
from cases.models import Attachment
from tests.cases.sample_files import files_in, own_disk, received, seven_zip
from tests.servers import unheard_port

BUCKET = "attachments-of-tests"
SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """The address of a running S3 server with our bucket in it."""
    command = [sys.executable, "-W", "ignore", "-c", SERVER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:  # noqa: S603  our own words
        assert server.stdout is not None
        assert server.stdin is not None
        address = f"http://127.0.0.1:{int(server.stdout.readline())}"
        client_of(address).create_bucket(Bucket=BUCKET)
        yield address
        server.stdin.close()
        server.wait(timeout=30)


def client_of(address: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=address,
        aws_access_key_id="k",
        aws_secret_access_key="s",
        region_name="us-east-1",
    )


@pytest.fixture
def bucket(store: str, tmp_path: Path, settings: Settings) -> Any:
    """The portal set up as `S3_BUCKET` sets it up; the bucket as its owner sees it."""
    own_disk(tmp_path, settings)
    options = {
        **portal.S3_OPTIONS,
        "bucket_name": BUCKET,
        "endpoint_url": store,
        "access_key": "k",
        "secret_key": "s",
    }
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "cases.uploads.s3.StreamedS3Storage", "OPTIONS": options},
    }
    return client_of(store)


def kept(name: str, content: bytes) -> tuple[uploads.Accepted, Attachment]:
    accepted = uploads.accept(SimpleUploadedFile(name, content, "text/html"))
    return accepted, Attachment(name=name, storage_key=accepted.storage_key)


def keys(bucket: Any) -> list[str]:
    return [item["Key"] for item in bucket.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_a_file_goes_there_and_back(bucket: Any) -> None:
    accepted, attachment = kept("edge.log", b"a line\n" * 9)
    assert accepted.storage_key in keys(bucket)
    with uploads.open_stored(attachment) as file:
        assert file.tell() == 0
        assert file.read() == b"a line\n" * 9
        file.seek(2)
        assert file.read(4) == b"line"


def test_an_object_is_nothing_a_browser_shows_and_nobodys_to_read(bucket: Any) -> None:
    accepted, _ = kept("page.html", b"<script>alert(1)</script>")
    stated = bucket.head_object(Bucket=BUCKET, Key=accepted.storage_key)
    assert stated["ContentType"] == "application/octet-stream"
    grants = bucket.get_object_acl(Bucket=BUCKET, Key=accepted.storage_key)["Grants"]
    assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]


def test_a_refused_file_never_reaches_the_store(bucket: Any, tmp_path: Path) -> None:
    before = keys(bucket)
    with pytest.raises(uploads.UploadRefused):
        uploads.accept(received("setup.exe", b"MZ\x90\0"))
    assert keys(bucket) == before
    assert files_in(tmp_path) == []


@pytest.mark.django_db
def test_removing_a_file_removes_the_object(bucket: Any) -> None:
    accepted, attachment = kept("edge.log", b"a line\n")
    uploads.remove(attachment)
    uploads.remove(attachment)
    assert accepted.storage_key not in keys(bucket)
    with pytest.raises(FileNotFoundError):
        uploads.open_stored(attachment)


def test_a_store_that_is_away_is_told_kindly_and_leaves_nothing(
    bucket: Any, tmp_path: Path, settings: Settings
) -> None:
    default = settings.STORAGES["default"]
    options = {**default["OPTIONS"], "endpoint_url": f"http://127.0.0.1:{unheard_port()}"}
    settings.STORAGES = {**settings.STORAGES, "default": {**default, "OPTIONS": options}}
    with pytest.raises(uploads.UploadRefused, match="our store failed, not your file"):
        uploads.accept(received("edge.log", b"a line\n"))
    assert files_in(tmp_path) == []


def test_a_large_file_goes_in_pieces_and_is_never_in_memory(bucket: Any, tmp_path: Path) -> None:
    upload = received("logs.7z", seven_zip(), 60_000_000)
    tracemalloc.start()
    try:
        accepted = uploads.accept(upload)
        sent = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        digest = hashlib.sha256()
        file = uploads.open_stored(Attachment(storage_key=accepted.storage_key))
        opened = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    with file:
        while piece := file.read(1_000_000):
            digest.update(piece)
    assert digest.hexdigest() == accepted.sha256
    assert max(sent, opened) < 40_000_000
    assert bucket.head_object(Bucket=BUCKET, Key=accepted.storage_key)["ETag"].endswith('-8"')
    default_storage.delete(accepted.storage_key)
    assert files_in(tmp_path) == []
