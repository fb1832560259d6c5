"""Vendors' credentials at rest: sealed here, opened here, nowhere else.

An envelope is Fernet over `[context, value]`. The context names the row, so an envelope copied into
another row does not open there. Keys come from CREDENTIAL_KEYS, newest first: the first seals, all
open. Losing the keys means entering the credentials again; there is no other way back.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Generic, NoReturn, TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from vendors.connections.models import AccessToken, Credential
from vendors.connections.offered import vendors
from vendors.http import redaction

T = TypeVar("T")


class Unreadable(Exception):
    """An envelope that cannot be opened; `str()` says why, without anything of its content."""


class Secret(Generic[T]):
    """A value that shows itself to nobody who does not ask: in no log, page, trace or pickle."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def expose(self) -> T:
        """The value itself: for signing a request and for nothing else."""
        return self._value

    def __repr__(self) -> str:
        return redaction.HIDDEN

    def __format__(self, spec: str) -> str:
        return redaction.HIDDEN

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not pickled.")


def _fernets() -> list[Fernet]:
    try:
        return [Fernet(key) for key in settings.CREDENTIAL_KEYS]
    except ValueError:
        raise Unreadable("CREDENTIAL_KEYS holds something that is no Fernet key.") from None


def _keys() -> MultiFernet:
    fernets = _fernets()
    if not fernets:
        raise Unreadable("CREDENTIAL_KEYS is empty: no credential can be opened or kept.")
    return MultiFernet(fernets)


def seal(value: Any, context: str) -> str:
    """`value`, which JSON can hold, as an envelope that opens under `context` alone."""
    return _keys().encrypt(json.dumps([context, value]).encode()).decode()


def unseal(envelope: str, context: str) -> Any:
    """What `seal` was given; raises Unreadable for a wrong key and for a moved envelope."""
    try:
        text = _keys().decrypt(envelope.encode())
    except InvalidToken:
        raise Unreadable(
            "None of the keys in CREDENTIAL_KEYS opens it: the key it was sealed with is missing, "
            "or it was damaged."
        ) from None
    bound, value = json.loads(text)
    if bound != context:
        raise Unreadable("It was sealed for another row and does not open in this one.")
    return value


def reseal(envelope: str, context: str) -> str | None:
    """The envelope sealed anew with the newest key; None if it already is."""
    try:
        _fernets()[0].decrypt(envelope.encode())
    except InvalidToken:
        return seal(unseal(envelope, context), context)
    unseal(envelope, context)
    return None


def context_of(row: Credential | AccessToken) -> str:
    kind = "credential" if isinstance(row, Credential) else "token"
    return f"{kind}:{row.pk}"


def keep(credential: Credential, fields: Mapping[str, str]) -> None:
    """Put the fields into the credential (not saved), with a fingerprint to tell it by."""
    credential.ciphertext = seal(dict(fields), context_of(credential))
    text = json.dumps(dict(fields), sort_keys=True)
    credential.fingerprint = hashlib.sha256(text.encode()).hexdigest()[:16]


def reveal(credential: Credential) -> Secret[dict[str, str]]:
    """The credential's fields by name; raises Unreadable. From now on logs hide their values."""
    fields: dict[str, str] = unseal(credential.ciphertext, context_of(credential))
    adapter = vendors().get(credential.connection.vendor)
    plain = {f.key for f in adapter.credential_fields if not f.secret} if adapter else set()
    hide(*(value for name, value in fields.items() if name not in plain))
    return Secret(fields)


def reveal_token(token: AccessToken) -> Secret[str]:
    """The vendor's short-lived token; raises Unreadable."""
    value: str = unseal(token.ciphertext, context_of(token))
    hide(value)
    return Secret(value)


def hide(*values: str) -> None:
    """Replace these values in every log line of this process from now on."""
    redaction.register(values)
