"""The list of connections in `/admin/`: how each does at a glance, and what is done to several.

Nothing here opens a credential, so the list stands however broken all of them are.
"""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from portal.accounts import audit
from portal.accounts.scoped_admin import ScopedAdmin
from vendors.connections import credentials, health, pausing, tally
from vendors.connections.credential_pages import clock_words, person
from vendors.connections.models import Connection
from vendors.connections.offered import name_of, vendors
from vendors.connections.owed import owed
from vendors.http.errors import VendorError
from vendors.http.redaction import redact

FROM_THE_CONSOLE = "from the console"


class ConnectionList(ScopedAdmin):
    """The list and its actions, for the admin of connections."""

    list_display = (
        "label",
        "reached",
        "owner",
        "customers",
        "told",
        "last_good_call",
        "calls",
        "ends",
        "steps",
    )
    list_filter = ("state", "owner")
    search_fields = ("label", "owner__name")
    list_select_related = ("owner",)
    list_per_page = 50
    actions = ("test_selected", "pause_selected", "resume_selected")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("accounts__entitlements__customer")

    @admin.display(description="Vendor")
    def vendor_name(self, obj: Connection) -> str:
        adapter = vendors().get(obj.vendor)
        return f"{adapter.name} {adapter.product}".strip() if adapter else name_of(obj.vendor)

    @admin.display(description="Vendor")
    def reached(self, obj: Connection) -> str:
        where = urlsplit(obj.base_url).netloc or "no address yet"
        return format_html("{}<br><small>{}</small>", self.vendor_name(obj), where)

    @admin.display(description="Customers")
    def customers(self, obj: Connection) -> str:
        names = {
            e.customer.name for account in obj.accounts.all() for e in account.entitlements.all()
        }
        return ", ".join(sorted(names)) or "none yet"

    @admin.display(description="State")
    def told(self, obj: Connection) -> str:
        """The state, and its reason in one line."""
        standing = health.standing(obj)
        words = obj.state_why if obj.is_paused else obj.last_error
        return format_html(
            '<strong class="standing {}">{}</strong>{}',
            standing.value,
            standing.label,
            f": {words}" if words else "",
        )

    @admin.display(description="Last good call", ordering="last_ok_at", empty_value="never")
    def last_good_call(self, obj: Connection) -> datetime | None:
        return obj.last_ok_at

    @admin.display(description="Calls in 24 h")
    def calls(self, obj: Connection) -> str:
        calls, put_off = tally.last_hours(obj)
        return f"{calls:,}, {put_off:,} put off" if put_off else f"{calls:,}"

    @admin.display(description="Ends")
    def ends(self, obj: Connection) -> str:
        if obj.expires_on is None:
            return "not known"
        return f"{obj.expires_on:%-d %b %Y} ({days_left(obj.expires_on)})"

    @admin.display(description="Steps")
    def steps(self, obj: Connection) -> str:
        found = owed(obj.pk)
        told = [f"{found.waiting:,} waiting"] if found.waiting else []
        told += [f"{found.stuck:,} need somebody"] if found.stuck else []
        if not told:
            return "none"
        words = ", ".join(told)
        return format_html('<a href="/deliveries/?connection={}">{}</a>', obj.pk, words)

    @admin.action(description="Test the selected connections", permissions=["change"])
    def test_selected(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset:
            self._test(request, connection)

    @admin.action(description="Pause the selected connections", permissions=["change"])
    def pause_selected(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset:
            with transaction.atomic():
                done = pausing.pause(connection, why=FROM_THE_CONSOLE)
                self._told_of(request, connection, "paused", done)

    @admin.action(description="Resume the selected connections", permissions=["change"])
    def resume_selected(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset:
            with transaction.atomic():
                done = pausing.resume(connection, why=FROM_THE_CONSOLE)
                self._told_of(request, connection, "resumed", done)

    def _told_of(self, request: HttpRequest, connection: Connection, deed: str, done: bool) -> None:
        if not done:
            self.message_user(request, f"{connection} was so already.", messages.INFO)
            return
        audit.record(
            actor=person(request),
            action=f"connection {deed}",
            object=connection,
            organization=connection.owner,
            changed=["state"],
            reason=FROM_THE_CONSOLE,
        )
        self.message_user(request, f"{connection} is {deed}.", messages.SUCCESS)

    def _test(self, request: HttpRequest, connection: Connection) -> None:
        try:
            proof = credentials.test(connection, by=person(request))
        except VendorError as error:
            self.message_user(request, _failed(connection, error), messages.ERROR)
        except LookupError as error:
            self.message_user(request, f"{connection}: {error}", messages.ERROR)
        else:
            words = [f"{connection} works.", *proof.proven]
            if proof.not_proven:
                words += ["Not tried:", *proof.not_proven]
            if proof.clock_skew is not None:
                words.append(clock_words(proof.clock_skew))
            self.message_user(request, " ".join(words), messages.SUCCESS)


def days_left(ends: date) -> str:
    """How long a credential still lasts, in words."""
    days = (ends - timezone.localdate()).days
    if days < 0:
        return "over"
    return "today" if days == 0 else f"in {days:,} day{'' if days == 1 else 's'}"


def _failed(connection: Connection, error: VendorError) -> str:
    return f"{connection} does not work ({type(error).__name__}): {redact(error.words)}"
