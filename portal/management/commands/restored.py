"""`manage.py restored`: after an older copy of the database was put back, before workers start."""

from typing import Any

from django.core.management.base import BaseCommand

from cases import outbox


class Command(BaseCommand):
    """Doubt every step that may have been sent since the copy was taken.

    Each is looked for at its vendor before anything is sent again; where the vendor cannot be asked
    a person is. It may be run twice.
    """

    help = "Make sure that nothing is sent twice from a database that was put back from a copy."

    def handle(self, *args: Any, **options: Any) -> None:
        doubted = outbox.doubt_all()
        steps = "1 step" if doubted == 1 else f"{doubted} steps"
        self.stdout.write(
            f"{steps} may have been sent since the copy was taken: looked for at the vendor before "
            "anything is sent again."
            if doubted
            else "No step waits that is not looked for already. The workers may start."
        )
