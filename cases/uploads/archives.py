"""Archives, measured without unpacking them.

A ZIP file ends with a directory of its entries: their names, their sizes packed and unpacked. That
directory is all we read of it, and it is bounded before it is read.
(Layout: PKWARE's APPNOTE.TXT 6.3, sections 4.3.12 to 4.3.16 and 4.5.3.)
"""

import stat
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cases.uploads.refusal import UploadRefused, size_in_words
from cases.uploads.sample import Sample

MOST_ENTRIES = 10_000
MOST_DIRECTORY = 4_000_000  # bytes
MOST_UNPACKED = 2_000_000_000  # bytes, all entries together
MOST_RATIO = 200
HARMLESS = 10_000_000  # unpacked bytes below which a ratio harms nobody

_END = b"PK\x05\x06"
_ENTRY = b"PK\x01\x02"
_WIDE_END = b"PK\x06\x06"
_WIDE_LOCATOR = b"PK\x06\x07"

# An archive with one of these at its root is a program in disguise: Java, Android.
_PROGRAM_PARTS = frozenset({"META-INF/MANIFEST.MF", "AndroidManifest.xml", "classes.dex"})
_ARCHIVES = (".zip", ".gz", ".tgz", ".bz2", ".7z", ".xz", ".zst", ".rar", ".tar", ".jar")
_MACROS = ("vbaproject.bin", "vbadata.xml")


class NotAZip(ValueError):
    """The archive's directory does not hold together."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in an archive, as the directory states it; sizes in bytes."""

    name: str
    packed: int
    unpacked: int
    is_link: bool

    @property
    def leaves_its_folder(self) -> bool:
        parts = self.name.replace("\\", "/").split("/")
        return ".." in parts or parts[0] == "" or ":" in parts[0]


@dataclass(frozen=True, slots=True)
class _Directory:
    """Where an archive's directory lies in the file."""

    start: int
    size: int
    count: int


def check_zip(sample: Sample) -> tuple[str, ...]:
    """Measure a ZIP archive; raise UploadRefused, or return remarks for people."""
    entries = _measured(sample)
    if _PROGRAM_PARTS & {entry.name for entry in entries}:
        raise UploadRefused(f"{sample.name} looks like a program packed as an archive.")
    inner = [entry.name for entry in entries if entry.name.lower().endswith(_ARCHIVES)]
    return (f"Holds further archives, not measured: {_some(inner)}.",) if inner else ()


def check_office(sample: Sample, folder: str) -> None:
    """Raise UploadRefused unless the archive is an Office file with its parts in `folder`."""
    entries = _measured(sample)
    names = {entry.name for entry in entries}
    if "[Content_Types].xml" not in names or not any(n.startswith(folder) for n in names):
        raise UploadRefused(f"{sample.name} is not the Office file its name says.")
    if any(name.lower().endswith(_MACROS) for name in names):
        raise UploadRefused(f"{sample.name} holds macros. Save it without them and send the copy.")
    if any(entry.leaves_its_folder for entry in entries):
        raise UploadRefused(f"{sample.name} names parts outside itself and is not a sound file.")


def check_gzip(sample: Sample) -> None:
    """Raise UploadRefused when the size a gzip file states in its last 4 bytes is beyond bearing.

    The size is stated modulo 4 GiB and may lie; nothing here relies on it, as nothing is unpacked.
    """
    if sample.size < 18:
        raise UploadRefused(f"{sample.name} is damaged: it stops before its end.")
    (unpacked,) = struct.unpack("<I", sample.tail[-4:])
    _check_ratio(sample, unpacked)


def hides_a_zip(sample: Sample) -> bool:
    """Whether a ZIP archive is hung on behind another kind of file, or hidden in its end."""
    place = len(sample.tail)
    while (place := sample.tail.rfind(_END, 0, place)) >= 0:
        end = sample.tail[place : place + 22]
        if len(end) == 22 and _begins_entries(sample, sample.tail_start + place, end):
            return True
    return False


def _begins_entries(sample: Sample, end_at: int, end: bytes) -> bool:
    (size,) = struct.unpack("<12xI6x", end)
    return size <= end_at and sample.read(end_at - size, 4) == _ENTRY


def _measured(sample: Sample) -> Sequence[Entry]:
    """The archive's entries, once their number, sizes and kinds are bearable."""
    try:
        directory = _directory(sample)
        _check_length(sample, directory)
        entries = list(_parsed(sample.read(directory.start, directory.size)))
        if len(entries) != directory.count:
            raise NotAZip("the directory counts other entries than it holds")
    except (NotAZip, struct.error) as error:
        raise UploadRefused(
            f"{sample.name} is damaged or not the archive its name says. Pack it again."
        ) from error
    if not entries:
        raise UploadRefused(f"{sample.name} is an archive without any file in it.")
    if any(entry.is_link for entry in entries):
        raise UploadRefused(f"{sample.name} holds links to other files. Pack the files themselves.")
    if sum(entry.packed for entry in entries) > sample.size:
        raise UploadRefused(f"{sample.name} counts the same bytes several times. Pack it again.")
    _check_ratio(sample, sum(entry.unpacked for entry in entries))
    return entries


def _check_length(sample: Sample, directory: _Directory) -> None:
    """Raise UploadRefused when the directory is too long to be read, before it is."""
    if directory.count > MOST_ENTRIES:
        raise UploadRefused(
            f"{sample.name} holds {directory.count:,} files; an archive may hold "
            f"{MOST_ENTRIES:,}. Pack only what the case needs."
        )
    if directory.size > MOST_DIRECTORY:
        raise UploadRefused(
            f"{sample.name} holds a list of files {size_in_words(directory.size)} long; "
            "pack fewer files, or under shorter names."
        )


def _check_ratio(sample: Sample, unpacked: int) -> None:
    is_bomb = unpacked > HARMLESS and unpacked > MOST_RATIO * sample.size
    if is_bomb or unpacked > MOST_UNPACKED:
        raise UploadRefused(
            f"{sample.name} would unfold from {size_in_words(sample.size)} into "
            f"{size_in_words(unpacked)}, which is more than Caseport passes on. "
            "Send only the part the case needs."
        )


def _directory(sample: Sample) -> _Directory:
    place = sample.tail.rfind(_END)
    if place < 0:
        raise NotAZip("it has no directory")
    count, size, offset, comment = struct.unpack_from("<10xHIIH", sample.tail, place)
    if place + 22 + comment != len(sample.tail):
        raise NotAZip("something is hung on behind it")
    end_at = sample.tail_start + place
    if sample.read(max(0, end_at - 20), 4) == _WIDE_LOCATOR:
        return _wide_directory(sample, end_at)
    if offset + size != end_at:
        raise NotAZip("something stands before it")
    return _Directory(offset, size, count)


def _wide_directory(sample: Sample, end_at: int) -> _Directory:
    """The directory of an archive too large for 16 and 32 bit numbers (ZIP64)."""
    (place,) = struct.unpack("<8xQ4x", sample.read(end_at - 20, 20))
    if place > sample.size:
        raise NotAZip("its wide directory is missing")
    mark, count, size, offset = struct.unpack("<4s28xQQQ", sample.read(place, 56))
    if mark != _WIDE_END or offset + size != place:
        raise NotAZip("its wide directory lies elsewhere")
    return _Directory(offset, size, count)


def _parsed(content: bytes) -> Iterator[Entry]:
    place = 0
    while place < len(content):
        (mark, flags, packed, unpacked, name_size, extra_size, comment_size, attributes) = (
            struct.unpack_from("<4s4xH10xIIHHH4xI4x", content, place)
        )
        if mark != _ENTRY:
            raise NotAZip("an entry has no mark")
        name_at = place + 46
        extra_at = name_at + name_size
        raw = content[name_at:extra_at]
        extra = content[extra_at : extra_at + extra_size]
        if 0xFFFFFFFF in {packed, unpacked}:
            packed, unpacked = _wide_sizes(extra, packed, unpacked)
        name = raw.decode("utf-8", "replace") if flags & 0x800 else raw.decode("cp437")
        yield Entry(name, packed, unpacked, stat.S_ISLNK(attributes >> 16))
        place = extra_at + extra_size + comment_size


def _wide_sizes(extra: bytes, packed: int, unpacked: int) -> tuple[int, int]:
    """Both sizes with those of the ZIP64 extra field in place of each 0xFFFFFFFF."""
    place = 0
    while place + 4 <= len(extra):
        key, length = struct.unpack_from("<HH", extra, place)
        if key == 1:
            wide = iter(struct.unpack_from(f"<{length // 8}Q", extra, place + 4))
            unpacked = next(wide, unpacked) if unpacked == 0xFFFFFFFF else unpacked
            packed = next(wide, packed) if packed == 0xFFFFFFFF else packed
        place += 4 + length
    return packed, unpacked


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown
