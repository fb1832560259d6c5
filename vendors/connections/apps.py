from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "vendors.connections"
    label = "connections"
    verbose_name = "Vendor connections"
