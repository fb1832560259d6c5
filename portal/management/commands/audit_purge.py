"""Let audit rows go that are older than they need to be kept."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.audit.purging import CannotPurge, purge


def _midnight(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as problem:
        raise ArgumentTypeError("give a date as YYYY-MM-DD") from problem


class Command(BaseCommand):
    """Delete the audit's rows from before a date, and keep what proves those that stay.

    The database itself refuses any other deletion. The purge is recorded in the audit.
    """

    help = "Delete audit rows from before a date (midnight, UTC)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--before", type=_midnight, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--dry-run", action="store_true", help="only say how many would go")

    def handle(self, *args: Any, before: datetime, dry_run: bool, **options: Any) -> None:
        try:
            gone = purge(before, dry_run=dry_run)
        except CannotPurge as problem:
            raise CommandError(str(problem)) from problem
        went = "would go" if dry_run else "are gone"
        self.stdout.write(f"{gone.events} events and {gone.seals} seals {went}")
