"""Organisations, people and the record of deeds in `/admin/`."""

from typing import Any, ClassVar

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from portal.accounts.models import AuditEvent, Membership, Organization, User
from portal.accounts.scoped_admin import May, ScopedAdmin, ScopedInline


class Memberships(ScopedInline):
    """Who belongs to an organisation, or where a person belongs."""

    model = Membership
    autocomplete_fields: ClassVar[list[str]] = ["user", "organization"]


@admin.register(Organization)
class OrganizationAdmin(ScopedAdmin):
    """Resellers and customers; a reseller's admin reads their own."""

    resellers = May.READ
    organization_paths = ("pk",)
    list_display = ("name", "kind", "slug", "reseller")
    list_filter = ("kind", "reseller")
    search_fields = ("name", "slug")
    autocomplete_fields = ("reseller",)
    inlines = (Memberships,)


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """People, for the operator. Nobody sees or sets a password here: people set it by mail."""

    list_display = ("email", "name", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "name")
    fields = ("email", "name", "phone", "time_zone", "theme", "is_active", "is_superuser")
    ordering = ("email",)
    inlines = (Memberships,)

    def save_model(
        self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool
    ) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


@admin.register(Membership)
class MembershipAdmin(ScopedAdmin):
    """Roles, for the operator."""

    organization_paths = ("organization",)
    list_display = ("user", "organization", "role")
    list_filter = ("role", "organization")
    search_fields = ("user__email", "user__name", "organization__name")
    autocomplete_fields = ("user", "organization")
    list_select_related = ("user", "organization")


@admin.register(AuditEvent)
class AuditEventAdmin(ScopedAdmin):
    """What was done, for reading."""

    resellers = May.READ
    read_only = True
    organization_paths = ("organization",)
    list_display = ("at", "actor", "action", "object_name", "organization", "acting_for")
    list_filter = ("action", "organization")
    search_fields = ("object_name", "object_id", "actor__email")
    date_hierarchy = "at"
    list_select_related = ("actor", "organization", "acting_for")
