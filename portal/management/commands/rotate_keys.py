"""Seal every stored secret with the newest key."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from vendors.connections import secrets
from vendors.connections.models import AccessToken, Credential


class Command(BaseCommand):
    """Put a new key first in CREDENTIAL_KEYS, restart, run this, then take the old key out.

    Each row is one UPDATE that does nothing if the row changed meanwhile, so it may be stopped and
    run again at any time. `--check` changes nothing and fails while a row is on an older key.
    """

    help = "Seal every stored secret with the newest of CREDENTIAL_KEYS."
    # it is what mends the keys, so it must run while they are wrong
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say what is left to do")
        parser.add_argument(
            "--drop-unreadable",
            action="store_true",
            help="erase secrets no key opens; their credentials must be entered again",
        )

    def handle(self, *args: Any, check: bool, drop_unreadable: bool, **options: Any) -> None:
        counts = Counter(_treat(row, check, drop_unreadable) for row in _rows())
        words = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
        self.stdout.write(words or "Nothing is stored.")
        if counts["unreadable"] or (check and counts["on an older key"]):
            raise CommandError("Not every secret is on the newest key.")


def _rows() -> Iterator[Credential | AccessToken]:
    yield from Credential.objects.exclude(ciphertext="").order_by("pk").iterator()
    yield from AccessToken.objects.exclude(ciphertext="").order_by("pk").iterator()


def _treat(row: Credential | AccessToken, check: bool, drop: bool) -> str:
    """Bring one row to the newest key; what became of it, in words."""
    try:
        fresh = secrets.reseal(row.ciphertext, secrets.context_of(row))
    except secrets.Unreadable:
        if not drop or check:
            return "unreadable"
        _put(row, "")
        return "erased"
    if fresh is None:
        return "on the newest key"
    if check:
        return "on an older key"
    return "moved to the newest key" if _put(row, fresh) else "changed meanwhile"


def _put(row: Credential | AccessToken, ciphertext: str) -> bool:
    changed = {"ciphertext": ciphertext}
    if isinstance(row, Credential):
        if not ciphertext:
            changed["state"] = Credential.State.RETIRED
        rows = Credential.objects.filter(pk=row.pk, ciphertext=row.ciphertext)
        return bool(rows.update(**changed))
    return bool(AccessToken.objects.filter(pk=row.pk, ciphertext=row.ciphertext).update(**changed))
