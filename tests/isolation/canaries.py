"""Secrets whose values are known, and a watch over every place they could turn up."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import mail
from django.test import Client

from vendors.http.log_lines import OneLine
from vendors.http.redaction import RedactingFilter

# the one place each belongs to: the page it is shown on, the column that is for it, its own mail
SHOWN_ON = {
    "TOTP seed": re.compile(r"/accounts/2fa/totp/activate/"),
    "recovery code": re.compile(r"/accounts/2fa/recovery-codes/.*"),
    "invitation token": re.compile(r"/accounts/invitation/.*"),
    "reset token": re.compile(r"/accounts/password/reset/key/.*"),
}
KEPT_IN = {
    "session key": {"sessions.Session.session_key", "usersessions.UserSession.session_key"},
    "TOTP seed": {"mfa.Authenticator.data"},
    "recovery code": {"mfa.Authenticator.data"},
}
MAILED = ("reset token", "invitation token")
SIGNED = re.compile(r"EG1-HMAC-SHA256\s+client_token|signature=(?!\*)")
OURS = ("caseport", "portal", "cases", "vendors")


@dataclass
class Canaries:
    """What is secret, by name; `told` is where something of it was seen that must not be."""

    values: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    pages: list[tuple[str, str]] = field(default_factory=list)
    shelves: int = 0  # columns of rows that were searched

    def plant(self, name: str, value: str) -> str:
        assert len(value) >= 6, name
        if (name, value) not in self.values:
            self.values.append((name, value))
        return value

    @property
    def names(self) -> set[str]:
        return {name for name, _ in self.values}

    def found_in(self, text: str) -> set[str]:
        found = {name for name, value in self.values if value in text}
        return found | ({"EdgeGrid signature"} if SIGNED.search(text) else set())

    def seen_at_home(self) -> set[str]:
        """Which of those that belong somewhere were seen there: the watch sees what there is."""
        pages = ((path, name) for path, text in self.pages for name in self.found_in(text))
        shown = {name for path, name in pages if name in SHOWN_ON and SHOWN_ON[name].match(path)}
        mailed = {n for m in mail.outbox for n in self.found_in(m.message().as_string())}
        return shown | mailed

    def visited(self, path: str) -> bool:
        """Whether that page was really read, and not only asked for."""
        refused = ("/accounts/login/", "/accounts/reauthenticate/")
        texts = (text for seen, text in self.pages if seen == path)
        return any(len(text) > 300 and not any(r in text[:300] for r in refused) for text in texts)

    def everywhere(self) -> Iterator[str]:
        """Each place that tells what it must not."""
        for path, text in self.pages:
            for name in self.found_in(text):
                if name not in SHOWN_ON or not SHOWN_ON[name].fullmatch(path):
                    yield f"{name} on the page {path}"
        for line in self.lines:
            yield from (f"{name} in the log: {line[:300]}" for name in self.found_in(line))
        for message in mail.outbox:
            told = self.found_in(message.message().as_string()) - set(MAILED)
            yield from (f"{name} in the mail {message.subject}" for name in told)
        yield from self._in_rows()

    def _in_rows(self) -> Iterator[str]:
        for model in apps.get_models():
            for row in model._base_manager.values():
                for column, value in row.items():
                    self.shelves += 1
                    where = f"{model._meta.label}.{column}"
                    for name in self.found_in(str(value)):
                        if where not in KEPT_IN.get(name, ()):
                            yield f"{name} in {where}"


class WatchedClient(Client):
    """A browser whose every answer is kept, but for the cookies it is given."""

    def __init__(self, canaries: Canaries, **more: Any) -> None:
        super().__init__(raise_request_exception=False, **more)
        self.canaries = canaries

    def request(self, **request: Any) -> Any:
        answer: Any = super().request(**request)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if answer.streaming:
            answer.streaming_content = [body]
        headers = {k: v for k, v in answer.headers.items() if k != "Location"}
        text = f"{headers}{body.decode(errors='replace')}"
        self.canaries.pages.append((request["PATH_INFO"], text))
        session = self.cookies.get(settings.SESSION_COOKIE_NAME)
        if session is not None and session.value:
            self.canaries.plant("session key", session.value)
        return answer


class _Kept(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines
        self.addFilter(RedactingFilter())
        self.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{self.format(record)} {vars(record).get('exc_text')}")


@contextmanager
def listening(canaries: Canaries) -> Iterator[None]:
    """Keeps every line any logger writes, ours from DEBUG on, as the console would show it."""
    handler, root = _Kept(canaries.lines), logging.getLogger()
    before = {name: logging.getLogger(name).level for name in OURS}
    root.addHandler(handler)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
