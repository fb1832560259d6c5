"""Mail where no mail server is configured: each message becomes a file one can open."""

import os
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmlFileBackend(BaseEmailBackend):
    """Writes every message whole into `EMAIL_FILE_PATH`, readable by its owner alone."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """The number of messages written; a failure to write raises unless told to be silent."""
        folder = Path(settings.EMAIL_FILE_PATH)
        written = 0
        for message in email_messages:
            if not message.recipients():
                continue
            try:
                folder.mkdir(parents=True, exist_ok=True)
                _write(folder / _name(), message.message().as_bytes())
            except OSError:
                if not self.fail_silently:
                    raise
            else:
                written += 1
        return written


def _name() -> str:
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:8]}.eml"


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
