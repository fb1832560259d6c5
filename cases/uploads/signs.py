"""What a file's first bytes say it is, whatever its name says.

puremagic knows some 1,400 signatures. Where it is silent, where it goes by two or three bytes, or
where a brand decides (the same box opens a film and a photograph), our own table speaks.
"""

import puremagic

SHORTEST = 3  # two-byte signatures ("BM", "MZ") begin too many ordinary words
TEXT_SHORTEST = 4
ELF_CORE = b"\x04"  # the type of file in its header

# name, offset, bytes. A name is an extension without its dot.
_OWN: tuple[tuple[str, int, bytes], ...] = (
    ("pcap", 0, b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00"),
    ("pcap", 0, b"\xa1\xb2\xc3\xd4\x00\x02\x00\x04"),
    ("pcap", 0, b"\x4d\x3c\xb2\xa1\x02\x00\x04\x00"),
    ("pcap", 0, b"\xa1\xb2\x3c\x4d\x00\x02\x00\x04"),
    ("jpg", 0, b"\xff\xd8\xff"),
    ("gz", 0, b"\x1f\x8b\x08"),
    ("bz2", 0, b"BZh91AY&SY"),
    ("zip", 0, b"PK\x03\x04"),
    ("zip", 0, b"PK\x05\x06"),  # an archive of no files
    ("mov", 4, b"moov"),
    ("mov", 4, b"mdat"),
    ("mov", 4, b"wide"),
    ("tar", 257, b"ustar"),
)

# How programs and scripts begin.
_PROGRAMS: tuple[bytes, ...] = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",  # Mach-O
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",  # Java class, Mach-O for several processors
    b"\x00asm",
    b"dex\n",
    b"!<arch>\n",  # library, .deb
    b"\xed\xab\xee\xdb",  # .rpm
    b"MSCF",
    b"ISc(",
    b"ITSF",
    b"Cr24",
    b"L\x00\x00\x00\x01\x14\x02\x00",  # Windows shortcut
    b"#!",
    b"<?php",
    b"@echo off",
)

_MARKUP = (b"<?xml", b"<!doctype", b"<html", b"<svg", b"<script", b"<body", b"<head", b"<!--")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

_STILLS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_OTHER_BRANDS = {b"avif": "avif", b"avis": "avif", b"crx ": "cr3", b"qt  ": "mov"}


def seen(head: bytes) -> frozenset[str]:
    """Every kind, as an extension, that the first bytes are a sign of."""
    if head[4:8] == b"ftyp":
        return frozenset({_brand(head[8:12])})
    if head[:4] == b"RIFF":
        return frozenset({"webp" if head[8:12] == b"WEBP" else "riff"})
    own = {name for name, at, sign in _OWN if head.startswith(sign, at)}
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return frozenset({"webm" if b"webm" in head[:4096] else "mkv"})
    return frozenset(own | _known(head, SHORTEST))


def seen_in_text(head: bytes) -> frozenset[str]:
    """Like `seen`, but only by signatures long enough not to begin ordinary text."""
    if head[4:8] == b"ftyp" and b"\x00" in head[:4]:
        return frozenset({_brand(head[8:12])})
    own = {name for name, at, sign in _OWN if head.startswith(sign, at) and not sign.isalpha()}
    return frozenset(own | _known(head, TEXT_SHORTEST))


def is_program(head: bytes) -> bool:
    """Whether the file begins as programs and scripts do."""
    start = plain_start(head)
    if start[:2] == b"MZ":
        return b"\x00" in head[:64]  # "MZ" alone may begin a sentence
    return any(start.startswith(sign) for sign in _PROGRAMS)


def is_core(head: bytes) -> bool:
    """Whether it is the memory of a program that fell: it begins as a program does and is none."""
    kind = head[17:18] if head[5:6] == b"\x02" else head[16:17]  # by the order of its bytes
    return head.startswith(b"\x7fELF") and kind == ELF_CORE


def is_markup(head: bytes) -> bool:
    """Whether a browser might take the text for a page."""
    return plain_start(head).startswith(_MARKUP)


def plain_start(head: bytes) -> bytes:
    """The first 256 bytes as ASCII in lower case where that is letters, without BOM and space.

    The two letters of "MZ" and the signatures of programs keep their case.
    """
    start = head[:512]
    for bom in _BOMS:
        if start.startswith(bom):
            start = start.removeprefix(bom)
            start = start if bom == _BOMS[0] else start.replace(b"\x00", b"")
    start = start.lstrip(b" \t\r\n")[:256]
    return start.lower() if start[:1] in (b"<", b"@") else start


def _brand(brand: bytes) -> str:
    return "heic" if brand in _STILLS else _OTHER_BRANDS.get(brand, "mp4")


def _known(head: bytes, shortest: int) -> set[str]:
    try:
        matches = puremagic.magic_string(head)
    except puremagic.PureError:  # it says so when it knows nothing
        return set()
    return {m.extension.lstrip(".").lower() for m in matches if len(m.byte_match) >= shortest}
