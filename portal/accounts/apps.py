from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        import_module("portal.accounts.sign_in_audit")  # its receivers listen from here on


class AdministrationConfig(admin.AdminConfig):
    """Django's admin on our own site: see portal.accounts.scoped_admin."""

    default = False
    default_site = "portal.accounts.scoped_admin.CaseportAdminSite"
