"""Cases, drafts and steps in `/admin/`: for looking, never for changing."""

from django.contrib import admin

from cases.models import Case, Draft, Push
from portal.accounts.scoped_admin import May, ScopedAdmin


@admin.register(Case)
class CaseAdmin(ScopedAdmin):
    """Where each case stands."""

    resellers = May.READ
    read_only = True
    organization_paths = ("reseller",)
    list_display = ("reference", "subject", "organization", "connection", "status", "vendor_id")
    list_filter = ("status", "organization", "connection")
    search_fields = ("reference", "subject", "vendor_id")
    list_select_related = ("organization", "connection")
    fields = (
        "reference",
        "subject",
        "organization",
        "reseller",
        "filed_by",
        "connection",
        "account",
        "vendor_id",
        "vendor_status",
        "status",
        "created_at",
        "updated_at",
        "mirrored_at",
    )


@admin.register(Push)
class PushAdmin(ScopedAdmin):
    """Where each step stands and how often it was tried."""

    resellers = May.READ
    read_only = True
    organization_paths = ("case__reseller",)
    list_display = ("marker", "kind", "state", "case", "connection", "attempts", "created_at")
    list_filter = ("state", "kind", "connection")
    search_fields = ("marker", "case__reference")
    list_select_related = ("case", "connection")
    fields = (
        "marker",
        "kind",
        "position",
        "state",
        "case",
        "connection",
        "author",
        "attempts",
        "crashes",
        "looks",
        "not_before",
        "sent_at",
        "sent_as",
        "outcome",
        "settled_at",
    )


@admin.register(Draft)
class DraftAdmin(ScopedAdmin):
    """Which drafts there are. What is in them is their owner's."""

    resellers = May.READ
    read_only = True
    organization_paths = ("acting_in",)
    list_display = ("id", "owner", "customer", "account", "updated_at")
    list_filter = ("customer",)
    list_select_related = ("owner", "customer", "account__connection")
    fields = ("owner", "acting_in", "customer", "account", "created_at", "updated_at")
