"""Prove that no audit row was changed, removed or put in afterwards."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.audit import chain as chains
from portal.accounts.audit.proof import Proof, gone, prove
from portal.accounts.models import Organization


class Command(BaseCommand):
    """Walk the chain of every organisation; exit with 1 when something does not fit.

    The head printed for each stands for everything before it. No chain can tell that its end was
    cut off; a head kept elsewhere, as the worker's log keeps it, can: `--kept` asks for it.
    """

    help = "Prove that no audit row was changed, removed or put in afterwards."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--kept",
            action="append",
            default=[],
            metavar="DIGEST",
            help="a digest noted earlier, which must still be part of a chain; may be repeated",
        )

    def handle(self, *args: Any, kept: list[str], **options: Any) -> None:
        names = {str(each.pk): each.name for each in Organization.objects.all()}
        found = 0
        for proof in prove():
            found += len(proof.findings)
            self._tell(proof, names.get(proof.chain, proof.chain) or "no organisation")
        for digest in gone(kept):
            found += 1
            words = f"{digest} is in no chain: its end was cut off, or a purge let it go"
            self.stdout.write(self.style.ERROR(words))
        self.stdout.write(f"{chains.waiting().count()} events are not sealed yet")
        if found:
            raise CommandError(f"{found} things do not fit")
        self.stdout.write(self.style.SUCCESS("every chain holds"))

    def _tell(self, proof: Proof, name: str) -> None:
        head = f"head {proof.head.number} {proof.head.digest}"
        self.stdout.write(f"{name}: {proof.events} events, {head}")
        for finding in proof.findings:
            self.stdout.write(self.style.ERROR(f"  {finding.kind}: {finding.words}"))
