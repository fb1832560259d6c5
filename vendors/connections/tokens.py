"""A vendor's short-lived token: one sign-in serves all processes until it ends."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from vendors.connections import secrets
from vendors.connections.models import AccessToken, Connection
from vendors.http.errors import Unreachable

MARGIN = timedelta(seconds=60)  # a token about to end is not used for a call that may take as long
RENEWING = timedelta(seconds=60)  # how long one process may sign in before another may
LOOK_EVERY = 0.1
PATIENCE = 70.0

Renew = Callable[[], tuple[str, datetime]]


class StoredToken:
    """The token of one connection, as kept in its row."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def get(self, renew: Renew) -> str:
        """A token good for another minute; `renew` is called by one process at a time.

        What `renew` raises is raised. Unreachable if another process signs in for too long.
        """
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            row, _ = AccessToken.objects.get_or_create(connection=self.connection)
            if value := _good(row):
                return value
            if _claim(row):
                return self._renew(row, renew)
            time.sleep(LOOK_EVERY)
        raise Unreachable("Signing in at the vendor takes another worker too long.")

    def _renew(self, row: AccessToken, renew: Renew) -> str:
        mine = AccessToken.objects.filter(pk=row.pk)
        try:
            value, expires_at = renew()
        except BaseException:
            mine.update(renewing_until=None)
            raise
        sealed = secrets.seal(value, secrets.context_of(row))
        mine.update(ciphertext=sealed, expires_at=expires_at, renewing_until=None)
        secrets.hide(value)
        return value

    def forget(self, token: str) -> None:
        """Drop the kept token if it is this one."""
        row = AccessToken.objects.filter(connection=self.connection).first()
        if row is not None and _opened(row) == token:
            AccessToken.objects.filter(pk=row.pk, ciphertext=row.ciphertext).update(ciphertext="")


class PassingToken:
    """A token kept nowhere: of a credential that is only being tried."""

    def __init__(self) -> None:
        self._value = ""

    def get(self, renew: Renew) -> str:
        """The token got before, else a new one."""
        if not self._value:
            self._value, _ = renew()
            secrets.hide(self._value)
        return self._value

    def forget(self, token: str) -> None:
        if self._value == token:
            self._value = ""


def _opened(row: AccessToken) -> str:
    """The row's token; empty if there is none or no key opens it: then we sign in again."""
    if not row.ciphertext:
        return ""
    try:
        return secrets.reveal_token(row).expose()
    except secrets.Unreadable:
        return ""


def _good(row: AccessToken) -> str:
    if row.expires_at is None or row.expires_at - MARGIN <= timezone.now():
        return ""
    return _opened(row)


def _claim(row: AccessToken) -> bool:
    now = timezone.now()
    return bool(
        AccessToken.objects.filter(
            Q(renewing_until=None) | Q(renewing_until__lt=now),
            pk=row.pk,
            ciphertext=row.ciphertext,
        ).update(renewing_until=now + RENEWING)
    )
