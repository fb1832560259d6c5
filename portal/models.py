"""Rows of the site itself."""

from django.db import models


class Lease(models.Model):
    """Who may run a periodic job until when: two schedulers take turns instead of doubling it."""

    name = models.CharField(max_length=64, primary_key=True)
    until = models.DateTimeField()
    last_run_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
