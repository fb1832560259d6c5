"""`manage.py simulator`: plays the vendors' support desks on this machine."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from vendors.simulator.__main__ import main


class Command(BaseCommand):
    help = "Play the vendors on 127.0.0.1, until SIGTERM or Ctrl-C. Not in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.SIMULATOR_PORT)
        parser.add_argument("--state", type=Path, help="keep the vendors' cases in this file")
        parser.add_argument(
            "--alive",
            type=float,
            metavar="SECONDS",
            help="an engineer takes up each new case after so many seconds",
        )

    def handle(
        self,
        *args: Any,
        port: int,
        state: Path | None,
        alive: float | None,
        **options: Any,
    ) -> None:
        """Serve until stopped; refuses to start in the production profile."""
        if not settings.DEMO:
            raise CommandError("The simulator does not start in the production profile.")
        wanted = {"--port": port, "--state": state, "--alive": alive}
        words = [f"{name}={value}" for name, value in wanted.items() if value is not None]
        sys.exit(main(words))
