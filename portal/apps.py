from collections.abc import Iterator

from django.apps import AppConfig
from django.conf import settings

SHORTEST = 12  # a shorter password may be a word that logs need


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        from portal import checks  # noqa: F401  registers the system checks
        from vendors.http import redaction

        redaction.register(secret for secret in _own_secrets() if len(secret) >= SHORTEST)


def _own_secrets() -> Iterator[str]:
    """What this installation itself is opened with: in no log line, whoever quotes it."""
    yield settings.SECRET_KEY
    yield from settings.CREDENTIAL_KEYS
    yield settings.MONITOR_TOKEN
    yield settings.EMAIL_HOST_PASSWORD
    yield from (str(database.get("PASSWORD", "")) for database in settings.DATABASES.values())
    yield str(settings.STORAGES["default"].get("OPTIONS", {}).get("secret_key") or "")
