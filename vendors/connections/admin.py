"""Connections to vendors in `/admin/`: whose they are, how they do, who may use them."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from portal.accounts.scoped_admin import May, ScopedAdmin, ScopedInline
from vendors.connections import gateway, health, pausing
from vendors.connections.connection_list import ConnectionList
from vendors.connections.credential_pages import CredentialPages
from vendors.connections.forms import NewConnectionForm
from vendors.connections.models import (
    CatalogueEntry,
    Connection,
    Credential,
    Drift,
    Entitlement,
    VendorAccount,
)

NOTED = ("last_ok_at", "last_error_at", "last_error", "tested_at", "refused_at", "outage_until")


class Accounts(ScopedInline):
    """The vendor accounts reached through a connection."""

    resellers = May.WRITE
    model = VendorAccount
    fields = ("account_id", "name")


class Entitlements(ScopedInline):
    """The customers that may file under a vendor account."""

    resellers = May.WRITE
    model = Entitlement


@admin.register(Connection)
class ConnectionAdmin(ConnectionList, CredentialPages):
    """A connection is added in two steps: whose and to which vendor, then its credential."""

    resellers = May.WRITE
    proves_identity = True
    organization_paths = ("owner",)
    change_form_template = "admin/connections/connection/change_form.html"

    @admin.display(description="Credential")
    def kept(self, obj: Connection) -> str:
        """What is stored, to a person: when and by whom it was set, how its fingerprint ends."""
        credential = gateway.active_credential(obj)
        if credential is None:
            return "No credential is in use yet."
        by = f" by {credential.set_by}" if credential.set_by else ""
        ends = f"fingerprint ends …{credential.fingerprint[-4:]}"
        return f"Set on {credential.set_at:%-d %B %Y}{by}, {ends}. It is never shown."

    @admin.display(description="State")
    def standing(self, obj: Connection) -> str:
        return health.standing(obj).label

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return [Accounts] if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("owner", "vendor_name", "standing", "kept", "base_url", *NOTED) if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": NewConnectionForm.Meta.fields})]
        return [
            (None, {"fields": ("owner", "vendor_name", "label", "state")}),
            ("Credential", {"fields": ("kept", "base_url", "expires_on")}),
            ("Health", {"fields": ("standing", *NOTED)}),
        ]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> "type[ModelForm[Any]]":
        if obj is None:
            kwargs["form"] = NewConnectionForm
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if "state" in form.changed_data:
            pausing.note_change(obj)
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go on to the credential."""
        self.message_user(request, f"{obj} is added. Now enter its credential.", messages.SUCCESS)
        return redirect("admin:connections_connection_credential", obj.pk)

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<uuid:connection_id>/test/",
            self.admin_site.admin_view(self.test_one),
            name="connections_connection_test",
        )
        return [own, *super().get_urls()]

    @method_decorator(require_POST)
    def test_one(self, request: HttpRequest, connection_id: UUID) -> HttpResponse:
        """Test what is stored; outside any transaction, for a vendor may take its time."""
        connection = self.get_object(request, str(connection_id))
        if not self.has_change_permission(request, connection):
            raise PermissionDenied
        self._test(request, connection)
        return redirect("admin:connections_connection_change", connection_id)


@admin.register(Credential)
class CredentialAdmin(ScopedAdmin):
    """Which credentials there are and were. Set on the connection's page; shown nowhere."""

    resellers = May.READ
    read_only = True
    organization_paths = ("connection__owner",)
    fields = ("connection", "state", "ends", "identity", "set_by", "set_at")
    list_display = ("connection", "state", "ends", "identity", "set_by", "set_at")
    list_filter = ("state", "connection")
    list_select_related = ("connection", "set_by")

    @admin.display(description="Fingerprint")
    def ends(self, obj: Credential) -> str:
        return f"…{obj.fingerprint[-4:]}"


@admin.register(VendorAccount)
class VendorAccountAdmin(ScopedAdmin):
    """Accounts at vendors, and which customers may use each."""

    resellers = May.WRITE
    organization_paths = ("connection__owner",)
    fields = ("connection", "account_id", "name")
    list_display = ("name", "account_id", "connection")
    list_filter = ("connection",)
    search_fields = ("name", "account_id")
    list_select_related = ("connection",)
    inlines = (Entitlements,)


@admin.register(Entitlement)
class EntitlementAdmin(ScopedAdmin):
    """Which customer may use which account."""

    resellers = May.WRITE
    organization_paths = ("account__connection__owner", "customer")
    list_display = ("customer", "account")
    list_filter = ("customer", "account")
    list_select_related = ("customer", "account__connection")


@admin.register(CatalogueEntry)
class CatalogueEntryAdmin(ScopedAdmin):
    """What is kept of vendors' forms, and how old it is."""

    resellers = May.READ
    read_only = True
    organization_paths = ("connection__owner",)
    fields = (
        "connection",
        "operation",
        "parameters",
        "digest",
        "fetched_at",
        "changed_at",
        "wanted_at",
        "failed_at",
        "failure",
    )
    list_display = ("operation", "parameters", "connection", "fetched_at", "changed_at", "failure")
    list_filter = ("operation", "connection")
    search_fields = ("operation", "parameters")
    list_select_related = ("connection",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("value")


@admin.register(Drift)
class DriftAdmin(ScopedAdmin):
    """What vendors changed in their forms and words, the newest first."""

    resellers = May.READ
    read_only = True
    organization_paths = ("connection__owner",)
    fields = (
        "connection",
        "what",
        "place",
        "was",
        "now",
        "count",
        "case_reference",
        "first_seen_at",
        "last_seen_at",
    )
    list_display = ("place", "what", "was", "now", "connection", "count", "first_seen_at")
    list_filter = ("what", "connection")
    search_fields = ("place", "was", "now")
    list_select_related = ("connection",)
