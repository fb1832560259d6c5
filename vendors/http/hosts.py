"""Where a connection may speak to: its own host, or an origin that is named in so many words."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Self
from urllib.parse import quote, unquote

import httpx

from vendors.http.errors import ForbiddenHost

DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a URL."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: httpx.URL) -> Self:
        """The origin of `url`; ForbiddenHost if it names a user or no host at all."""
        port = DEFAULT_PORTS.get(url.scheme) if url.port is None else url.port
        if url.userinfo or not url.raw_host or port is None:
            raise ForbiddenHost("an address that is no plain web address")
        return cls(url.scheme, url.raw_host.decode("ascii"), port)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS.get(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


@dataclass(frozen=True, slots=True)
class HostRule:
    """The hosts of a vendor: https on port 443 of a host that `pattern` matches whole.

    `extra` are further origins a setting or an adapter names, such as a simulator on loopback
    (`http://127.0.0.1:9000`) or the host a vendor signs in at.
    """

    pattern: re.Pattern[str]
    extra: tuple[str, ...] = ()

    def own(self, base_url: str) -> Origin:
        """The origin of a connection with this base URL; ForbiddenHost if the rule forbids it."""
        url = _parsed(base_url)
        origin = Origin.of(url)
        if url.raw_path not in (b"/", b"") or "#" in base_url or "?" in base_url:
            raise ForbiddenHost("a base address has no path")
        plain = origin.scheme == "https" and origin.port == DEFAULT_PORTS["https"]
        if origin not in self._named() and not (plain and self.pattern.fullmatch(origin.host)):
            raise ForbiddenHost(f"{origin} is no address of this vendor")
        return origin

    def allowed(self, base_url: str) -> frozenset[Origin]:
        """Every origin a connection with this base URL may send to."""
        return frozenset({self.own(base_url)}) | self._named()

    def _named(self) -> frozenset[Origin]:
        return frozenset(_origin(each) for each in self.extra)


@lru_cache(maxsize=256)
def _origin(text: str) -> Origin:
    return Origin.of(_parsed(text))


def _parsed(text: str) -> httpx.URL:
    # a control character, a space or a non-ASCII letter in an address is never meant well
    if not text.isascii() or any(letter <= " " or letter in "@\\\x7f" for letter in text):
        raise ForbiddenHost("an address with characters that have no place in one")
    try:
        return httpx.URL(text)
    except httpx.InvalidURL:
        raise ForbiddenHost("an address that cannot be read") from None


def path_only(href: str, prefix: str) -> str:
    """`href` if it is a path below `prefix`, to be asked for on our own host; else ForbiddenHost.

    Vendors' links come from vendors: an absolute address, another host, a way out of `prefix` by
    dots or a control character is refused. The query stays, a fragment is refused.
    """
    path = href.partition("?")[0]
    plain = unquote(path)
    steps = re.split(r"[/\\]", plain)
    if (
        not href.startswith(prefix)
        or not href.startswith("/")
        or href.startswith("//")
        or not href.isascii()
        or "\\" in plain
        or "#" in href
        or {".", ".."} & set(steps)
        or any(letter <= " " or letter == "\x7f" for letter in href + plain.replace(" ", "_"))
    ):
        raise ForbiddenHost("a link that leaves the vendor's own address")
    return href


def segment(value: str) -> str:
    """`value` as one segment of a path; ForbiddenHost if it could be read as another path."""
    if value in {"", ".", ".."}:
        raise ForbiddenHost("an id that is a path")
    return quote(value, safe="")
