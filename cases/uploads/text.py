"""Whether a file that claims to be text reads as text."""

import codecs
from collections.abc import Iterator

from cases.uploads.refusal import UploadRefused
from cases.uploads.sample import PIECE, Sample

# Backspace, tab, line and form feed, carriage return and escape occur in honest logs; shift out and
# shift in carry whole alphabets of East Asia (ISO 2022).
CONTROLS = bytes(set(range(32)) - {8, 9, 10, 12, 13, 14, 15, 27}) + b"\x7f"
ALLOWED = 100  # one control character in so many

_WIDE_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def check_text(sample: Sample) -> None:
    """Raise UploadRefused unless the whole file reads as text.

    UTF-16 and UTF-32 must decode. Anything else counts as UTF-8 or one of the many one-byte
    alphabets, all of which share their control characters: of these, one in a hundred is allowed.
    """
    encoding = _wide_encoding(sample.head)
    pieces = _decoded(sample, encoding) if encoding else _pieces(sample)
    try:
        readable = all(map(_is_readable, pieces))
    except UnicodeDecodeError:
        readable = False
    if not readable:
        raise UploadRefused(
            f"{sample.name} does not read as text. If it is another kind of file, give it the "
            "ending of that kind; otherwise put it in a ZIP archive."
        )


def _is_readable(piece: bytes) -> bool:
    controls = len(piece) - len(piece.translate(None, CONTROLS))
    return controls <= max(2, len(piece) // ALLOWED)


def _pieces(sample: Sample) -> Iterator[bytes]:
    sample.file.seek(0)
    while piece := sample.file.read(PIECE):
        yield piece


def _decoded(sample: Sample, encoding: str) -> Iterator[bytes]:
    """The text in UTF-8, piece by piece; raises UnicodeDecodeError."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for piece in _pieces(sample):
        yield decoder.decode(piece).encode()
    yield decoder.decode(b"", final=True).encode()


def _wide_encoding(head: bytes) -> str:
    """The UTF-16 or UTF-32 the text is in, by its mark or by where its zeros fall; or empty."""
    for bom, encoding in _WIDE_BOMS:
        if head.startswith(bom):
            return encoding
    start = head[:4096]
    half = len(start) // 2
    if half and start[1::2].count(0) > half * 0.4 and start[::2].count(0) == 0:
        return "utf-16-le"
    if half and start[::2].count(0) > half * 0.4 and start[1::2].count(0) == 0:
        return "utf-16-be"
    return ""
