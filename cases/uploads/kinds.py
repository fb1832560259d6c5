"""The table of what Caseport takes, and the one question asked of every file.

A file is taken when its ending is in the table, its content bears that kind's sign, and the kind's
own check finds nothing wrong. What a browser could run as a page is kept as
application/octet-stream. What an archive holds is not judged here: the virus scanner looks inside.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cases.uploads.archives import check_gzip, check_office, check_zip, hides_a_zip
from cases.uploads.names import extension_of
from cases.uploads.pictures import check_picture
from cases.uploads.refusal import UploadRefused
from cases.uploads.sample import Sample
from cases.uploads.signs import is_core, is_markup, is_program, plain_start, seen, seen_in_text
from cases.uploads.text import check_text

OPAQUE = "application/octet-stream"

TAKEN = (
    "Put it in a ZIP archive, or send text, a picture, PDF, an Office file, a packet capture "
    "(.pcap, .pcapng, .cap), a binary capture (.bin, .dmp, .core) or a video."
)

Remarks = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table. Extensions and signs are words in one text.

    `signs` are kinds as `signs.seen` names them, any of which will do; none means text, or bytes
    that only must not be another kind's.
    """

    label: str
    content_type: str
    extensions: str
    check: Callable[[Sample], Remarks]
    signs: str = ""
    is_container: bool = False

    def shows_in(self, names: frozenset[str]) -> bool:
        return not names.isdisjoint(self.signs.split())


@dataclass(frozen=True, slots=True)
class Judgement:
    """A file that may be taken: the type it is kept as, and what people should know of it."""

    content_type: str
    remarks: Remarks = ()


def judge(sample: Sample) -> Judgement:
    """What the file is; raises UploadRefused when it is nothing Caseport takes."""
    extension = extension_of(sample.name)
    kind = _BY_EXTENSION.get(extension)
    if extension in PROGRAMS or _is_program(sample, kind):
        raise UploadRefused(_program(sample.name, extension))
    if kind is None:
        raise UploadRefused(_unknown(sample.name, extension))
    _check_signs(sample, kind)
    remarks = kind.check(sample)
    if not kind.is_container and hides_a_zip(sample):
        raise UploadRefused(
            f"{sample.name} is {kind.label} and a ZIP archive at once. Send the two apart."
        )
    shows_as_page = not kind.signs and is_markup(sample.head)
    return Judgement(OPAQUE if shows_as_page else kind.content_type, remarks)


def _is_program(sample: Sample, kind: Kind | None) -> bool:
    is_dump = kind is not None and "core" in kind.extensions.split() and is_core(sample.head)
    return not is_dump and is_program(sample.head)


def _program(name: str, extension: str) -> str:
    is_named_so = extension in PROGRAMS
    why = f"its name ends in .{extension}" if is_named_so else "its content begins as one does"
    return f"{name} looks like a program or script: {why}. {TAKEN}"


def _check_signs(sample: Sample, kind: Kind) -> None:
    names = seen(sample.head) if kind.signs else seen_in_text(sample.head)
    if kind.shows_in(names):
        return
    other = next((other for other in KINDS if other.shows_in(names)), None)
    if other is None and not kind.signs:
        return
    hint = f"it looks like {other.label}" if other else "its content is something else"
    if "doc" in names:
        hint = "it is password-protected or in an older format; save it anew without a password"
    raise UploadRefused(f"{sample.name} is not {kind.label}: {hint}.")


def _unknown(name: str, extension: str) -> str:
    if not extension:
        return f"{name} has no ending that says what it is. Rename it, to {name}.txt if it is text."
    return f"Caseport does not take .{extension} files such as {name}. {TAKEN}"


def _text(sample: Sample) -> Remarks:
    check_text(sample)
    return ()


def _json(sample: Sample) -> Remarks:
    return _beginning(sample, b'{["-0123456789tfn', "JSON")


def _markup(sample: Sample) -> Remarks:
    return _beginning(sample, b"<", "markup")


def _beginning(sample: Sample, starts: bytes, word: str) -> Remarks:
    check_text(sample)
    start = plain_start(sample.head).replace(b"\x00", b"")
    if not start or start[0] not in starts:
        raise UploadRefused(f"{sample.name} does not begin as {word} does. Is it another kind?")
    return ()


def _picture(sign: str) -> Callable[[Sample], Remarks]:
    def check(sample: Sample) -> Remarks:
        check_picture(sample, sign)
        return ()

    return check


def _office(folder: str) -> Callable[[Sample], Remarks]:
    def check(sample: Sample) -> Remarks:
        check_office(sample, folder)
        return ()

    return check


def _pdf(sample: Sample) -> Remarks:
    if not sample.head.startswith(b"%PDF-") or b"%%EOF" not in sample.tail:
        raise UploadRefused(f"{sample.name} is not a whole PDF. Save it again and send the copy.")
    return ()


def _gzip(sample: Sample) -> Remarks:
    check_gzip(sample)
    return ()


def _as_it_is(sample: Sample) -> Remarks:
    return ()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
POWERPOINT = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_PLAIN = "txt log out err md ini conf cfg properties yaml yml pem crt csr"
_ANYWHERE = True  # a container may rightly hold a ZIP's bytes anywhere

KINDS: tuple[Kind, ...] = (
    Kind("plain text", "text/plain", _PLAIN, _text),
    Kind("a table of text", "text/csv", "csv tsv", _text),
    Kind("JSON", "application/json", "json jsonl ndjson har", _json),
    Kind("XML", OPAQUE, "xml svg", _markup),
    Kind("a page", OPAQUE, "html htm xhtml", _text),
    Kind("an e-mail", OPAQUE, "eml", _text),
    Kind("a PNG picture", "image/png", "png", _picture("png"), "png"),
    Kind("a JPEG picture", "image/jpeg", "jpg jpeg", _picture("jpg"), "jpg"),
    Kind("a GIF picture", "image/gif", "gif", _picture("gif"), "gif"),
    Kind("a WebP picture", "image/webp", "webp", _picture("webp"), "webp"),
    Kind("a HEIC picture", "image/heic", "heic heif", _picture("heic"), "heic"),
    Kind("a PDF", "application/pdf", "pdf", _pdf, "pdf"),
    Kind("a Word file", WORD, "docx", _office("word/"), "zip", _ANYWHERE),
    Kind("an Excel file", EXCEL, "xlsx", _office("xl/"), "zip", _ANYWHERE),
    Kind("a PowerPoint file", POWERPOINT, "pptx", _office("ppt/"), "zip", _ANYWHERE),
    Kind("a ZIP archive", "application/zip", "zip", check_zip, "zip", _ANYWHERE),
    Kind("a gzip archive", "application/gzip", "gz tgz", _gzip, "gz", _ANYWHERE),
    Kind("a bzip2 archive", "application/x-bzip2", "bz2 tbz2", _as_it_is, "bz2", _ANYWHERE),
    Kind("an xz archive", "application/x-xz", "xz txz", _as_it_is, "xz", _ANYWHERE),
    Kind("a Zstandard archive", "application/zstd", "zst", _as_it_is, "zst", _ANYWHERE),
    Kind("a 7z archive", "application/x-7z-compressed", "7z", _as_it_is, "7z", _ANYWHERE),
    Kind("a tar archive", "application/x-tar", "tar", _as_it_is, "tar", _ANYWHERE),
    Kind("a packet capture", OPAQUE, "pcap pcapng cap", _as_it_is, "pcap pcapng", _ANYWHERE),
    Kind("a binary capture", OPAQUE, "bin dmp core", _as_it_is, "", _ANYWHERE),
    Kind("an MP4 video", "video/mp4", "mp4 m4v", _as_it_is, "mp4 mov"),
    Kind("a QuickTime video", "video/quicktime", "mov", _as_it_is, "mov mp4"),
    Kind("a WebM video", "video/webm", "webm", _as_it_is, "webm"),
)

_BY_EXTENSION: Mapping[str, Kind] = {ext: kind for kind in KINDS for ext in kind.extensions.split()}

# Endings that are refused as programs, in better words than "unknown".
PROGRAMS = frozenset(
    word
    for line in (
        "exe dll com scr pif cpl sys drv ocx msi msp msix appx bat cmd ps1 psm1 vbs vbe js jse mjs",
        "wsf wsh hta sct jar class war apk ipa dex app pkg deb rpm sh bash zsh csh ksh fish py pyc",
        "pyw rb pl pm php phtml php5 phar asp aspx jsp jspx cgi lua tcl lnk url scf reg inf so",
        "dylib run elf docm dotm xlsm xltm xlam xlsb pptm potm ppam swf crx xpi wasm chm gadget",
        "command appimage desktop application",
    )
    for word in line.split()
)
