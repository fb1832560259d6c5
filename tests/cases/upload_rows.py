"""What may be uploaded, as a table: hundreds of friendly and hostile files, each with its fate.

All of them are our own reconstructions; none was ever a real program or a real customer's file.
"""

import bz2
import json
from collections.abc import Iterator
from dataclasses import dataclass

from cases.uploads import kinds
from tests.cases import sample_files as made
from tests.cases.sample_files import LINK, Stated, archive, stated_archive

OPAQUE = "application/octet-stream"
TEXT = "text/plain"
ZIP = "application/zip"
WORDS = "2026-11-22T12:00:00Z edge-17 502 upstream closed the connection\n"


@dataclass(frozen=True)
class Row:
    """A file, and the type it is kept as, or a piece of the sentence that turns it away."""

    name: str
    content: bytes
    type: str = ""
    words: str = ""

    def __str__(self) -> str:
        return f"{ascii(self.name)[1:-1]}: {self.type or self.words}"


def taken(name: str, content: bytes | str, as_type: str) -> Row:
    return Row(name, content.encode() if isinstance(content, str) else content, type=as_type)


def refused(name: str, content: bytes | str, words: str) -> Row:
    return Row(name, content.encode() if isinstance(content, str) else content, words=words)


TEXTS = (
    taken("edge.log", WORDS * 50, TEXT),
    taken("x.txt", "x", TEXT),
    taken("NOTES.TXT", WORDS, TEXT),
    taken("access.log.1", WORDS, TEXT),
    taken("syslog.log.2026-11-22", WORDS, TEXT),
    taken("crash.out", WORDS, TEXT),
    taken("stderr.err", WORDS, TEXT),
    taken("readme.md", "# Steps\n", TEXT),
    taken("app.ini", "[main]\na = 1\n", TEXT),
    taken("nginx.conf", "server {}\n", TEXT),
    taken("site.yaml", "a: 1\n", TEXT),
    taken("chain.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n", TEXT),
    taken("emoji.txt", "It fails 🙃 since 12:00 – naïve\n", TEXT),
    taken("windows.log", WORDS.encode("utf-16"), TEXT),
    taken("unmarked.log", WORDS.encode("utf-16-le"), TEXT),
    taken("motorola.log", WORDS.encode("utf-16-be"), TEXT),
    taken("wide.log", WORDS.encode("utf-32"), TEXT),
    taken("marked.txt", WORDS.encode("utf-8-sig"), TEXT),
    taken("latin.txt", "Größe überschritten\n".encode("latin-1"), TEXT),
    taken("korean.log", "연결이 끊어졌습니다\n".encode("iso2022-kr") * 9, TEXT),
    taken("template.html", "{% extends 'a.html' %}", OPAQUE),
    taken("japanese.log", "接続が切れました\n".encode("shift-jis") * 9, TEXT),
    taken("coloured.log", "\x1b[31mERROR\x1b[0m failed\n" * 20, TEXT),
    taken("powercut.log", WORDS * 100 + "\0" * 40, TEXT),
    taken("about-MZ.txt", "MZ is how they begin.", TEXT),
    taken("BM.txt", "BM is a bank.", TEXT),
    taken("setup.exe.txt", "It is only a note about setup.exe.", TEXT),
    taken("errorpage.txt", "<!DOCTYPE html><html>502</html>", OPAQUE),
    taken("script.log", "<script>alert(1)</script>", OPAQUE),
    taken("script-wide.log", "<script>alert(1)</script>".encode("utf-16"), OPAQUE),
    taken("rows.csv", "a,b\n1,2\n", "text/csv"),
    taken("rows.tsv", "a\tb\n1\t2\n", "text/csv"),
    taken("browser.har", json.dumps({"log": {"entries": []}}), "application/json"),
    taken("answer.json", ' \r\n [1, 2, "three"]', "application/json"),
    taken("answer-bom.json", "\ufeff{}", "application/json"),
    taken("lines.jsonl", '{"a":1}\n{"a":2}\n', "application/json"),
    taken("feed.xml", '<?xml version="1.0"?><a/>', OPAQUE),
    taken("page.html", "<html><script>alert(1)</script></html>", OPAQUE),
    taken("logo.svg", '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', OPAQUE),
    taken("laughs.xml", '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>', OPAQUE),
    taken("mail.eml", "From: a@b.example\r\nSubject: x\r\n\r\nHello\r\n", OPAQUE),
    taken("mail8.eml", "From: a@b.example\r\n\r\nGrüße\r\n".encode("latin-1"), OPAQUE),
)

BINARIES = (
    taken("screen.png", made.png(), "image/png"),
    taken("SCREEN.PNG", made.png(), "image/png"),
    taken("padded.png", made.png() + b"\0\0\n", "image/png"),
    taken("photo.jpg", made.jpeg(), "image/jpeg"),
    taken("photo.jpeg", made.jpeg(frame=0xC2), "image/jpeg"),
    taken("exif.jpg", made.jpeg(first=b"\xff\xe1\0\x10Exif\0\0II*\0\0\0\0\0"), "image/jpeg"),
    taken("two-in-one.jpg", made.jpeg() + made.jpeg(), "image/jpeg"),
    taken("still.gif", made.gif(), "image/gif"),
    taken("moving.gif", made.gif(frames=12), "image/gif"),
    taken("extended.webp", made.webp(b"VP8X"), "image/webp"),
    taken("lossless.webp", made.webp(b"VP8L"), "image/webp"),
    taken("lossy.webp", made.webp(b"VP8 "), "image/webp"),
    taken("phone.heic", made.heic(), "image/heic"),
    taken("phone.heif", made.heic(brand=b"mif1"), "image/heic"),
    taken("guide.pdf", made.pdf(), "application/pdf"),
    taken("trailing.pdf", made.pdf() + b"\r\n\r\n", "application/pdf"),
    taken("report.docx", made.office("word"), kinds.WORD),
    taken("sheet.xlsx", made.office("xl"), kinds.EXCEL),
    taken("slides.pptx", made.office("ppt"), kinds.POWERPOINT),
    taken("embeds.docx", made.office("word", "word/embeddings/sheet.xlsx"), kinds.WORD),
    taken("capture.pcap", made.pcap(), OPAQUE),
    taken("capture.cap", made.pcap(), OPAQUE),
    taken("big-endian.pcap", made.pcap(b"\xa1\xb2\xc3\xd4", b"\0\2\0\4"), OPAQUE),
    taken("nanoseconds.pcap", made.pcap(b"\x4d\x3c\xb2\xa1"), OPAQUE),
    taken("capture.pcapng", made.pcapng(), OPAQUE),
    taken("misnamed.pcap", made.pcapng(), OPAQUE),
    taken("of-a-download.pcap", made.pcap(packet=archive("a.txt")), OPAQUE),
    taken("logs.gz", made.gz(), "application/gzip"),
    taken("access.log.2.gz", made.gz(WORDS.encode() * 9_000), "application/gzip"),
    taken("logs.tar.gz", made.gz(made.tar()), "application/gzip"),
    taken("logs.tgz", made.gz(made.tar()), "application/gzip"),
    taken("logs.bz2", bz2.compress(WORDS.encode()), "application/x-bzip2"),
    taken("logs.7z", made.seven_zip(), "application/x-7z-compressed"),
    taken("logs.xz", made.xz(), "application/x-xz"),
    taken("logs.zst", made.zst(), "application/zstd"),
    taken("logs.tar", made.tar(), "application/x-tar"),
    taken("of-archives.tar", made.tar(archive("a.txt")), "application/x-tar"),
    taken("screen.mp4", made.video(), "video/mp4"),
    taken("screen.m4v", made.video(b"M4V "), "video/mp4"),
    taken("other-brand.mp4", made.video(b"avc1"), "video/mp4"),
    taken("screen.mov", made.video(b"qt  "), "video/quicktime"),
    taken("old.mov", b"\0\0\0\x10wide\0\0\0\0" + b"\0\0\0\x10moov" + b"\0" * 8, "video/quicktime"),
    taken("screen.webm", made.webm(), "video/webm"),
)

ZIPS = (
    taken("logs.zip", archive("a.log", "b/c.log", "b/"), ZIP),
    taken("commented.zip", archive("a.log", comment=b"made by hand"), ZIP),
    taken("stored.zip", stated_archive([Stated()]), ZIP),
    taken("wide.zip", stated_archive([Stated(wide=True)], wide_end=True), ZIP),
    taken("locked.zip", stated_archive([Stated(flags=1)]), ZIP),
    taken("scripts.zip", archive("worker/main.js", "run.sh"), ZIP),
    taken("climbing.zip", archive("../../etc/passwd"), ZIP),
    taken("nested.zip", archive("inner.zip", "more.tar.gz"), ZIP),
    taken("full.zip", stated_archive([Stated(packed=0)] * 10_000), ZIP),
    taken("zeros-9MB.zip", archive("a.log", content=b"\0" * 9_000_000), ZIP),
    taken("deep-manifest.zip", archive("lib/META-INF/MANIFEST.MF"), ZIP),
    refused("overfull.zip", stated_archive([Stated(packed=0)] * 10_001), "holds 10,001 files"),
    refused("long.zip", stated_archive([Stated(b"n" * 60_000)] * 70), "a list of files"),
    refused("bomb.zip", archive("a.log", content=b"\0" * 20_000_000), "would unfold from"),
    refused("bomb2.zip", stated_archive([Stated(unpacked=2_000_000_001)]), "into 2 GB"),
    refused("bomb3.zip", stated_archive([Stated(unpacked=9 << 40, wide=True)]), "would unfold"),
    refused("bomb4.zip", stated_archive([Stated(unpacked=3_000_000)] * 9), "would unfold"),
    refused(
        "far-too-much.zip",
        stated_archive([Stated(unpacked=2_000_000_001)], content=b"\5" * 11_000_000),
        "from 11 MB into 2 GB",
    ),
    refused("gap.zip", stated_archive([Stated()], gap=b"MZ"), "damaged"),
    refused("wide-gap.zip", stated_archive([Stated()], gap=b"MZ", wide_end=True), "damaged"),
    refused("overlap.zip", stated_archive([Stated(packed=500)] * 9), "same bytes several times"),
    refused("link.zip", stated_archive([Stated(attributes=LINK)]), "holds links"),
    refused("empty.zip", b"PK\5\6" + b"\0" * 18, "without any file"),
    refused("prefixed.zip", stated_archive([Stated()], before=b"PK\3\4 and more"), "damaged"),
    refused("suffixed.zip", stated_archive([Stated()], after=b"tail"), "damaged"),
    refused("miscounted.zip", stated_archive([Stated()], count=2), "damaged"),
    refused("uncounted.zip", stated_archive([Stated()] * 3, count=1), "damaged"),
    refused("cut.zip", archive("a.log", "b.log")[:-30], "damaged"),
    refused("headless.zip", b"PK\3\4" + b"\0" * 200, "damaged"),
    refused(
        "lost-wide.zip", stated_archive([Stated()], wide_end=True)[:-40] + b"\0" * 40, "damaged"
    ),
    refused("java.zip", archive("META-INF/MANIFEST.MF", "A.class"), "a program packed"),
    refused("android.zip", archive("AndroidManifest.xml", "classes.dex"), "a program packed"),
    refused("bomb.gz", made.gz_claiming(900_000_000), "would unfold"),
    refused("huge.gz", made.gz_claiming(4_000_000_000), "would unfold"),
    refused("stub.gz", b"\x1f\x8b\x08\0", "damaged"),
    refused("hollow.docx", archive("word/document.xml"), "is not the Office file"),
    refused("sheet.docx", made.office("xl"), "is not the Office file"),
    refused("document.xlsx", made.office("word"), "is not the Office file"),
    refused("any.pptx", archive("a.txt"), "is not the Office file"),
    refused("macro.docx", made.office("word", "word/vbaProject.bin"), "holds macros"),
    refused("macro.xlsx", made.office("xl", "xl/vbaProject.bin"), "holds macros"),
    refused("climbing.docx", made.office("word", "word/../../x.xml"), "outside itself"),
    refused("rooted.xlsx", made.office("xl", "/etc/passwd"), "outside itself"),
    refused("drive.pptx", made.office("ppt", "C:\\x.xml"), "outside itself"),
    refused("backslash.pptx", made.office("ppt", "ppt\\..\\..\\x.xml"), "outside itself"),
    refused("link.docx", stated_archive([Stated(attributes=LINK)]), "holds links"),
    refused("bomb.xlsx", stated_archive([Stated(unpacked=2_000_000_001)]), "would unfold"),
    refused("locked.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password-protected"),
)

PICTURES = (
    refused("flood.png", made.png(100_000, 100_000), "100,000 × 100,000 pixels"),
    refused("flood.gif", made.gif(65_535, 65_535), "pixels"),
    refused("flood.jpg", made.jpeg(65_535, 65_535), "pixels"),
    refused("flood-late.jpg", made.jpeg(40_000, 40_000, frame=0xC2), "pixels"),
    refused("flood.webp", made.webp(b"VP8X", 1 << 24, 1 << 24), "pixels"),
    refused("flood2.webp", made.webp(b"VP8L", 16_384, 16_384), "pixels"),
    refused("flood.heic", made.heic(1 << 30, 1 << 30), "pixels"),
    refused("just-over.png", made.png(20_001, 10_000), "pixels"),
    taken("just-under.png", made.png(20_000, 10_000), "image/png"),
    refused("flat.png", made.png(0, 5), "only pretends"),
    refused("flat.gif", made.gif(0, 0), "only pretends"),
    refused("flat.jpg", made.jpeg(5, 0), "only pretends"),
    refused("flat.webp", made.webp(b"VP8 ", 0, 5), "only pretends"),
    refused("flat.heic", made.heic(0, 0), "only pretends"),
    refused("sizeless.heic", made.heic(sized=False), "only pretends"),
    refused("headless.png", made.png().replace(b"IHDR", b"IDAT", 1), "only pretends"),
    refused("endless.png", made.png()[:-12], "only pretends"),
    refused("cut.png", made.png()[:40], "only pretends"),
    refused("cut.gif", made.gif()[:-2], "only pretends"),
    refused("cut.jpg", made.jpeg()[:30], "only pretends"),
    refused("cut.webp", made.webp()[:-3], "only pretends"),
    refused("cut.heic", made.heic()[:-20], "only pretends"),
    refused("bare.gif", b"GIF89a", "only pretends"),
    refused("bare.png", b"\x89PNG\r\n\x1a\n", "only pretends"),
    refused("bare.jpg", b"\xff\xd8\xff\xe0", "only pretends"),
    refused("bare.webp", b"RIFF\4\0\0\0WEBP", "only pretends"),
    refused("pixels-first.jpg", b"\xff\xd8\xff\xda\0\x08" + b"\1" * 40, "only pretends"),
    refused("odd.webp", made.webp().replace(b"VP8X", b"XXXX"), "only pretends"),
    refused("behind.png", made.png() + b"<?php system($_GET['c']);", "only pretends"),
    refused("behind.gif", made.gif() + b"<script>alert(1)</script>", "only pretends"),
    refused("behind.webp", made.webp() + b"<script>", "only pretends"),
    refused("far-behind.png", made.png() + b"\0" * 70_000 + b"x", "only pretends"),
    refused("comment.gif", b"GIF89a/*" + made.gif()[8:] + b"*/=1;alert(1);", "only pretends"),
    refused("sly.gif", made.gif(0x2A2F, 2, remark=b"*/=1;alert(1)//"), "only pretends"),
    taken("remarked.gif", made.gif(remark=b"made by hand"), "image/gif"),
    refused("assign.gif", b"GIF89a=1;alert(1);//" + made.gif()[20:], "only pretends"),
    refused("unmarked.gif", made.gif()[:19] + b"alert(1);", "only pretends"),
    refused("comment.jpg", made.jpeg(first=b"\xff\xe0/*" + b"\0" * 12_072), "only pretends"),
)

POLYGLOTS = (
    refused("both.png", made.png() + archive("a.exe"), "only pretends"),
    refused("both.gif", made.gif() + archive("a.exe"), "only pretends"),
    refused("both.jpg", made.jpeg() + archive("a.exe"), "a ZIP archive at once"),
    refused("both.heic", made.heic() + archive("a.exe"), "only pretends"),
    refused("both.pdf", made.pdf() + archive("a.exe"), "a ZIP archive at once"),
    refused("wrapped.pdf", made.pdf() + archive("a.exe", comment=b"%%EOF\n"), "at once"),
    refused("followed.pdf", made.pdf() + archive("a.exe") + b"\n%%EOF\n", "at once"),
    refused("both.mp4", made.video() + archive("a.exe"), "a ZIP archive at once"),
    refused("both.webm", made.webm() + archive("a.exe"), "a ZIP archive at once"),
    refused("both.log", WORDS.encode() * 900 + archive("a.exe"), "a ZIP archive at once"),
    refused("both.html", b"<p>" + WORDS.encode() * 900 + archive("a.exe"), "at once"),
    refused("sfx.zip", b"MZ" + b"\0" * 80 + archive("a.txt"), "looks like a program"),
    refused("shell.zip", b"#!/bin/sh\nexit\n" + archive("a.txt"), "looks like a program"),
    refused("page.pdf", b"<script>1</script>" + made.pdf(), "is not a PDF"),
    refused("late.pdf", b"\n" + made.pdf(), "is not a PDF"),
    refused("endless.pdf", made.pdf().replace(b"%%EOF", b""), "is not a whole PDF"),
    refused("avif.heic", made.video(b"avif"), "is not a HEIC picture"),
    refused("photo.mp4", made.heic(), "it looks like a HEIC picture"),
    refused("film.webm", made.webm(b"matroska"), "is not a WebM video"),
    refused("sound.webp", b"RIFF\4\0\0\0WAVE", "is not a WebP picture"),
    refused("page.json", "<html></html>", "does not begin as JSON"),
    refused("words.har", "hello", "does not begin as JSON"),
    refused("blank.json", "  \n ", "does not begin as JSON"),
    refused("words.svg", "hello", "does not begin as markup"),
    refused("words.xml", "{}", "does not begin as markup"),
)

NOISE = bytes(range(256)) * 40
UNREADABLE = (
    *(refused(f"noise.{e}", NOISE, "does not read as text") for e in ("log", "csv", "json", "xml")),
    *(refused(f"noise.{e}", NOISE, "is not") for e in ("png", "pdf", "zip", "gz", "mp4", "pcap")),
    refused("noise-at-end.txt", WORDS.encode() * 40 + NOISE, "does not read as text"),
    refused("late-noise.txt", WORDS.encode() * 20_000 + NOISE * 4, "does not read as text"),
    refused("broken-wide.txt", b"\xff\xfe" + b"a\0" * 9 + b"\x00\xd8a\0", "does not read as text"),
    refused("odd-wide.txt", b"\xff\xfea\0b", "does not read as text"),
    refused("fake-wide.txt", b"\xff\xfe" + NOISE, "does not read as text"),
    refused("zeros.log", b"\0" * 500, "does not read as text"),
)

CORE = b"\x7fELF\2\1\1" + b"\0" * 9 + b"\4\0" + b"\0" * 60
CAPTURES = (
    taken("capture.bin", NOISE, OPAQUE),
    taken("zeros.bin", b"\0" * 500, OPAQUE),
    taken("crash.dmp", b"MDMP\x93\xa7" + NOISE, OPAQUE),
    taken("edge.core", CORE, OPAQUE),
    taken("edge.1.core", CORE[:5] + b"\2" + CORE[6:16] + b"\0\4" + CORE[18:], OPAQUE),
    refused("tool.bin", b"MZ\x90\0" + b"\0" * 60, "its content begins as one does"),
    refused("tool.core", b"\x7fELF\2\1\1" + b"\0" * 9 + b"\2\0" + b"\0" * 60, "begins as one"),
    refused("core.txt", CORE, "looks like a program"),
    refused("both.bin", archive("a.exe"), "is not a binary capture"),
    refused("script.bin", b"#!/bin/sh\n", "(.bin, .dmp, .core)"),
    refused("tool.run", NOISE, "its name ends in .run"),
)

BEGINNINGS = (
    b"MZ\x90\0" + b"\0" * 60,
    *(b"\x7fELF\2\1\1", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe"),
    *(b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe\0\0\0\x34", b"\0asm\1", b"dex\n035", b"!<arch>\n"),
    *(b"\xed\xab\xee\xdb", b"MSCF\0\0", b"ITSF\3", b"Cr24\2", b"L\0\0\0\1\x14\2\0"),
    *(b"#!/bin/sh\nrm -rf /\n", b"#! /usr/bin/env node\n", b"\xef\xbb\xbf#!/bin/sh\n"),
    *(b"  \n#!/bin/sh\n", b"<?php echo 1;", b"<?PHP echo 1;", b"@ECHO OFF\r\n", b"@echo off\r\n"),
    b"\xff\xfe" + "@echo off".encode("utf-16-le"),
)
RENAMED = tuple(
    refused(f"renamed-{number}.{ending}", start, "looks like a program")
    for number, start in enumerate(BEGINNINGS)
    for ending in ("txt", "png")
)

DISGUISES = (
    refused("report.pdf.exe", made.pdf(), "looks like a program"),
    refused("annexe\u202etxt.exe", WORDS, "looks like a program"),
    refused("setup.exe.", WORDS, "looks like a program"),
    refused("setup.exe ", WORDS, "looks like a program"),
    refused("setup.e\u200bxe", WORDS, "looks like a program"),
    refused("setup.exe.1", WORDS, "looks like a program"),
    refused("photo.jpg.js", made.jpeg(), "looks like a program"),
    refused("note.txt::$DATA", WORDS, "does not take"),
    refused("setup.exe:note.txt:x", WORDS, "does not take"),
    refused("noending", WORDS, "has no ending"),
    refused(".htaccess", WORDS, "has no ending"),
    refused("disk.iso", WORDS, "does not take .iso files"),
    refused("old.rar", b"Rar!\x1a\7\1\0", "does not take .rar files"),
    refused("old.doc", b"\xd0\xcf\x11\xe0", "does not take .doc files"),
    refused("a." + "x" * 40, WORDS, "does not take"),
    *(
        refused(f"thing.{ending}", WORDS, "looks like a program or script")
        for ending in sorted(kinds.PROGRAMS)
    ),
)

EMPTY = tuple(
    refused(f"empty.{ending}", b"", "is empty")
    for kind in kinds.KINDS
    for ending in kind.extensions.split()
)


def misnamed() -> Iterator[Row]:
    """The first file of each kind under one ending of every kind that is not its own."""
    related = {("docx", "zip"), ("xlsx", "zip"), ("pptx", "zip"), ("mp4", "mov"), ("mov", "mp4")}
    first = {row.type: row for row in reversed(BINARIES + ZIPS) if row.type not in {"", OPAQUE}}
    for row in (*first.values(), BINARIES[20], TEXTS[0]):
        own = row.name.rpartition(".")[2]
        for kind in kinds.KINDS:
            endings = kind.extensions.split()
            is_text = row.type == TEXT and not kind.signs
            if own not in endings and (own, endings[0]) not in related and not is_text:
                yield refused(f"{own}.as.{endings[0]}", row.content, "")


ROWS = (
    *TEXTS, *BINARIES, *ZIPS, *PICTURES, *POLYGLOTS, *UNREADABLE, *CAPTURES, *RENAMED, *DISGUISES,
    *EMPTY, *misnamed(),
)  # fmt: skip
