"""System checks: what a wrong configuration would break is said before anything starts."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError

from vendors.connections import secrets
from vendors.connections.models import Credential


@register("keys")
def keys_open_what_is_stored(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """The keys are keys, and the newest stored credential opens with them."""
    try:
        secrets.unseal(secrets.seal("canary", "check"), "check")
    except secrets.Unreadable as error:
        return [Error(str(error), id="caseport.E001")]
    try:
        newest = Credential.objects.exclude(ciphertext="").order_by("-set_at").first()
    except DatabaseError:  # no tables yet: nothing is stored that a key could fail to open
        return []
    try:
        if newest is not None:
            secrets.reveal(newest)
    except secrets.Unreadable as error:
        hint = (
            "Put the key the credentials were sealed with into CREDENTIAL_KEYS. If it is lost, run "
            "manage.py rotate_keys --drop-unreadable and enter the credentials again."
        )
        return [Error(f"A stored credential does not open. {error}", hint, id="caseport.E002")]
    return []


@register("hosts")
def extra_hosts_are_loopback(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """Besides their own hosts, vendors may be played on this machine only."""
    return [
        Error(
            f"CASEPORT_EXTRA_HOSTS names {address!r}, which is not a loopback host:port.",
            id="caseport.E003",
        )
        for address in settings.EXTRA_HOSTS
        if not _is_loopback(address)
    ]


def _is_loopback(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        return ip_address(host.strip("[]")).is_loopback and port.isdecimal()
    except ValueError:
        return False


@register("mail")
def public_url_is_https(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """Links in mail lead to an encrypted page."""
    if settings.DEMO or settings.PUBLIC_URL.startswith("https://"):
        return []
    return [Error("PUBLIC_URL must begin with https://.", id="caseport.E004")]
