"""Files for the upload tests, made here byte by byte: just enough of each format to be one."""

import gzip
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import TemporaryUploadedFile
from pytest_django import Settings

LINK = 0o120777 << 16


def png(width: int = 2, height: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 18))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


def gif(width: int = 2, height: int = 2, frames: int = 1, remark: bytes = b"") -> bytes:
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0)
    colors = b"\0\0\0\xff\xff\xff"
    comment = b"!\xfe" + bytes([len(remark)]) + remark + b"\0" if remark else b""
    place = struct.pack("<HHHHB", 0, 0, 2, 2, 0)
    frame = b"!\xf9\x04\0\0\0\0\0" + b"," + place + b"\2\2\x4c\1\0"
    return b"GIF89a" + screen + colors + comment + frame * frames + b";"


def jpeg(width: int = 2, height: int = 2, *, frame: int = 0xC0, first: bytes = b"") -> bytes:
    first = first or b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    size = struct.pack(">BHH", 8, height, width)
    return (
        b"\xff\xd8" + first + b"\xff\xff\xdb\0\x43\0" + b"\1" * 64
        + b"\xff" + bytes([frame]) + b"\0\x0b" + size + b"\1\1\x11\0"
        + b"\xff\xda\0\x08\1\1\0\0\x3f\0" + b"\x7f" * 20 + b"\xff\xd9"
    )  # fmt: skip


def webp(kind: bytes = b"VP8X", width: int = 2, height: int = 2) -> bytes:
    if kind == b"VP8X":
        extent = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        content = b"\0\0\0\0" + extent
    elif kind == b"VP8L":
        content = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + b"\0"
    else:
        content = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height)
    body = b"WEBP" + kind + struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(body)) + body


def heic(width: int = 2, height: int = 2, brand: bytes = b"heic", *, sized: bool = True) -> bytes:
    size = _box(b"ispe", struct.pack(">III", 0, width, height)) if sized else b""
    meta = _box(b"meta", b"\0\0\0\0" + _box(b"iprp", _box(b"ipco", size)))
    return _box(b"ftyp", brand + b"\0\0\0\0mif1heic") + meta + _box(b"mdat", b"\1\2\3")


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def video(brand: bytes = b"isom") -> bytes:
    return _box(b"ftyp", brand + b"\0\0\2\0" + brand) + _box(b"mdat", bytes(range(256)))


def webm(name: bytes = b"webm") -> bytes:
    return (
        b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\1\x42\x82"
        + bytes([0x80 + len(name)])
        + name
        + b"\0" * 40
    )


def pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def pcap(
    magic: bytes = b"\xd4\xc3\xb2\xa1", version: bytes = b"\2\0\4\0", packet: bytes = b""
) -> bytes:
    return magic + version + b"\0" * 12 + b"\1\0\0\0" + b"\0" * 16 + packet


def pcapng() -> bytes:
    return b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0" + b"\xff" * 8 + b"\x1c\0\0\0"


def seven_zip() -> bytes:
    return b"7z\xbc\xaf\x27\x1c\0\4" + b"\5" * 60


def xz() -> bytes:
    return b"\xfd7zXZ\0\0\4" + b"\5" * 60


def zst() -> bytes:
    return b"\x28\xb5\x2f\xfd\x04\x58" + b"\5" * 60


def tar(content: bytes = b"hello") -> bytes:
    head = b"log.txt".ljust(100, b"\0") + b"0000644\0" * 3 + b"%011o\0" % len(content)
    return head.ljust(257, b"0") + b"ustar\x0000" + b"\0" * 247 + content + b"\0" * 1024


def gz(content: bytes = b"2026-11-22 12:00 edge restarted\n") -> bytes:
    return gzip.compress(content, mtime=0)


def gz_claiming(unpacked: int) -> bytes:
    """A gzip file whose last 4 bytes say it unfolds into so many bytes."""
    return gz()[:-4] + struct.pack("<I", unpacked)


def archive(*names: str, content: bytes = b"hello", comment: bytes = b"") -> bytes:
    """A sound ZIP archive with these files in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        packed.comment = comment
    return made.getvalue()


def office(folder: str, *more: str) -> bytes:
    return archive("[Content_Types].xml", "_rels/.rels", f"{folder}/document.xml", *more)


@dataclass(frozen=True)
class Stated:
    """What an archive's directory says of one entry, true or not."""

    name: bytes = b"a.txt"
    packed: int = 5
    unpacked: int = 5
    attributes: int = 0
    flags: int = 0
    wide: bool = False


def stated_archive(
    entries: Iterable[Stated],
    *,
    before: bytes = b"",
    content: bytes = b"hello",
    gap: bytes = b"",
    after: bytes = b"",
    count: int | None = None,
    wide_end: bool = False,
) -> bytes:
    """An archive whose directory states whatever we like of its `content`."""
    content = before + b"PK\3\4" + b"\x14\0" + b"\0" * 24 + content
    directory = b""
    number = 0
    for entry in entries:
        directory += _stated(entry)
        number += 1
    number = number if count is None else count
    start = len(content) - len(before)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, number & 0xFFFF, number & 0xFFFF,
                      len(directory), start, 0)  # fmt: skip
    if wide_end:
        place = len(content) + len(directory) + len(gap)
        end = (
            struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, number, number,
                        len(directory), start)
            + struct.pack("<4sIQI", b"PK\6\7", 0, place, 1)
            + b"PK\5\6" + b"\0" * 4 + b"\xff" * 12 + b"\0\0"
        )  # fmt: skip
    return content + directory + gap + end + after


def _stated(entry: Stated) -> bytes:
    packed, unpacked, extra = entry.packed, entry.unpacked, b""
    if entry.wide:
        extra = struct.pack("<HHQQ", 1, 16, unpacked, packed)
        packed = unpacked = 0xFFFFFFFF
    return (
        struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 0x31E, 20, entry.flags, 0, 0, 0, 0, packed,
                    unpacked, len(entry.name), len(extra), 0, 0, 0, entry.attributes, 0)
        + entry.name + extra
    )  # fmt: skip


def own_disk(folder: Path, settings: Settings) -> Path:
    """Make the portal keep and receive files under `folder`; returns it."""
    (folder / "uploads").mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = folder / "uploads"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder / "files"},
        },
    }
    return folder


def received(name: str, content: bytes, size: int | None = None) -> TemporaryUploadedFile:
    """A file as a browser's upload arrives: on disk, its name as hostile as it came.

    With `size` the content is followed by zeros, which take no room on the disk.
    """
    upload = TemporaryUploadedFile("upload", "text/html", 0, None)
    vars(upload)["_name"] = name  # assigning to `name` would tidy it
    upload.write(content)
    upload.seek(0)
    if size is not None:
        os.truncate(upload.temporary_file_path(), size)
    return upload


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class HalfFullDisk(FileSystemStorage):
    """A store whose disk fills up in the middle of every file."""

    def _save(self, name: str, content: "File[Any]") -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True)
        path.write_bytes(content.read(5))
        raise OSError(28, "No space left on device")
