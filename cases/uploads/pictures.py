"""Pictures by their headers alone: how many pixels they unfold into, and where they end.

Nothing is decoded. A header is also where a file that is a picture and a script at once gives
itself away: the script's comment mark stands where a picture has a length or a width.
"""

import struct
from collections.abc import Callable, Iterator, Mapping

from cases.uploads.refusal import UploadRefused
from cases.uploads.sample import Sample

MOST_PIXELS = 200_000_000
MOST_PARTS = 400_000  # chunks or blocks walked before we give up
PADDING = b"\x00\r\n\t "

Extent = tuple[int, int]


class NotAPicture(ValueError):
    """The header does not hold together."""


def check_picture(sample: Sample, sign: str) -> None:
    """Raise UploadRefused unless the `sign` kind of picture is whole and of a bearable size."""
    try:
        width, height = _EXTENTS[sign](sample)
    except (NotAPicture, struct.error) as error:
        raise UploadRefused(
            f"{sample.name} is damaged or only pretends to be a picture. "
            "Open it, save it again and send the copy."
        ) from error
    if width * height > MOST_PIXELS:
        raise UploadRefused(
            f"{sample.name} unfolds into {width:,} × {height:,} pixels; "
            f"pictures may have {MOST_PIXELS // 1_000_000} million."
        )


def _png(sample: Sample) -> Extent:
    width, height = struct.unpack_from(">II", sample.head, 16)
    if sample.head[12:16] != b"IHDR":
        raise NotAPicture("it does not begin with its header")
    place = 8
    for _ in range(MOST_PARTS):
        length, kind = struct.unpack(">I4s", sample.read(place, 8))
        place += 12 + length
        if kind == b"IEND":
            _ends_at(sample, place)
            return _positive(width, height)
    raise NotAPicture("it has too many chunks")


def _gif(sample: Sample) -> Extent:
    width, height, flags = struct.unpack_from("<HHB", sample.head, 6)
    if sample.head[6:8] == b"/*":
        raise NotAPicture("its width is a comment mark")
    place = 13 + _color_table(flags)
    parts = iter(range(MOST_PARTS))
    while (mark := sample.read(place, 1)) != b";":
        if mark == b",":
            (flags,) = struct.unpack("<9xB", sample.read(place, 10))
            place += 11 + _color_table(flags)
        elif mark == b"!":
            place += 2
        else:
            raise NotAPicture("a block has no known mark")
        place = _past_blocks(sample, place, parts)
    _ends_at(sample, place + 1)
    return _positive(width, height)


def _color_table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _past_blocks(sample: Sample, place: int, parts: Iterator[int]) -> int:
    """The place behind a run of data blocks, each led by its length; a length of 0 ends the run."""
    for _ in parts:
        length = sample.read(place, 1)
        if not length:
            break
        place += 1 + length[0]
        if length == b"\x00":
            return place
    raise NotAPicture("its blocks do not end")


_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def _jpeg(sample: Sample) -> Extent:
    if sample.head[4:6] == b"/*":
        raise NotAPicture("its first length is a comment mark")
    place = 2
    for _ in range(MOST_PARTS):
        lead, mark = struct.unpack("BB", sample.read(place, 2))
        if lead != 0xFF or mark in {0xD9, 0xDA}:
            raise NotAPicture("its pixels begin before its size is said")
        if mark in _FRAMES:
            height, width = struct.unpack(">HH", sample.read(place + 5, 4))
            return _positive(width, height)
        if mark == 0xFF:  # filling
            place += 1
        elif mark in _ALONE:
            place += 2
        else:
            (length,) = struct.unpack(">H", sample.read(place + 2, 2))
            place += 2 + max(2, length)
    raise NotAPicture("it has too many segments")


def _webp(sample: Sample) -> Extent:
    (length,) = struct.unpack_from("<I", sample.head, 4)
    _ends_at(sample, 8 + length)
    kind = sample.head[12:16]
    if kind == b"VP8X":
        wide, high = sample.head[24:27], sample.head[27:30]
        return int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1
    if kind == b"VP8L" and sample.head[20:21] == b"\x2f":
        (bits,) = struct.unpack_from("<I", sample.head, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and sample.head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", sample.head, 26)
        return _positive(width & 0x3FFF, height & 0x3FFF)
    raise NotAPicture("it holds no known frame")


def _heic(sample: Sample) -> Extent:
    """The largest of the sizes in meta > iprp > ipco; each says the size of one picture within."""
    extents = [
        struct.unpack(">4xII", sample.read(size_box, 12))
        for meta, meta_end in _boxes(sample, 0, sample.size, b"meta")
        for iprp, iprp_end in _boxes(sample, meta + 4, meta_end, b"iprp")
        for ipco, ipco_end in _boxes(sample, iprp, iprp_end, b"ipco")
        for size_box, _ in _boxes(sample, ipco, ipco_end, b"ispe")
    ]
    if not extents:
        raise NotAPicture("it says no size")
    width, height = max(extents, key=lambda extent: extent[0] * extent[1])
    return _positive(width, height)


def _boxes(sample: Sample, start: int, end: int, wanted: bytes) -> Iterator[tuple[int, int]]:
    """Begin and end of the content of each `wanted` box between two places."""
    for _ in range(10_000):
        if start + 8 > end:
            return
        length, kind = struct.unpack(">I4s", sample.read(start, 8))
        header = 8
        if length == 1:
            (length,) = struct.unpack(">Q", sample.read(start + 8, 8))
            header = 16
        stop = end if length == 0 else start + length
        if stop < start + header or stop > end:
            raise NotAPicture("a box is longer than what holds it")
        if kind == wanted:
            yield start + header, stop
        start = stop
    raise NotAPicture("it has too many boxes")


def _positive(width: int, height: int) -> Extent:
    if not width or not height:
        raise NotAPicture("it has no size")
    return width, height


def _ends_at(sample: Sample, place: int) -> None:
    """Raise NotAPicture if the file stops before `place`, or goes on behind it with anything."""
    if sample.size < place:
        raise NotAPicture("it is cut off")
    if sample.size - place > len(sample.tail) or sample.tail[place - sample.tail_start :].strip(
        PADDING
    ):
        raise NotAPicture("something else is hung on behind it")


_EXTENTS: Mapping[str, Callable[[Sample], Extent]] = {
    "png": _png,
    "gif": _gif,
    "jpg": _jpeg,
    "webp": _webp,
    "heic": _heic,
}
