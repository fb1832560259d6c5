"""Which vendors this installation speaks to, what they are called, where they may be reached."""

from django.conf import settings

from vendors import registry
from vendors.contract import Vendor
from vendors.http.errors import ForbiddenHost
from vendors.http.hosts import HostRule


def vendors() -> dict[str, type[Vendor]]:
    """Every adapter by its key, in the order they are shown."""
    return registry.vendor_classes()


def name_of(key: str) -> str:
    """What the pages call this vendor; its key if it is not offered any more."""
    found = vendors().get(key)
    return found.name if found else key


def host_rule(vendor: type[Vendor]) -> HostRule:
    """Where connections to this vendor may speak to: its hosts, and those a setting names."""
    extra = tuple(f"http://{address}" for address in settings.EXTRA_HOSTS)
    return HostRule(vendor.host_pattern, extra)


def address_problem(key: str, address: str) -> str:
    """Why this base URL is none of the vendor's, to a person; empty if it is fine."""
    vendor = vendors().get(key)
    if vendor is None:
        return "This vendor is not part of this installation."
    try:
        host_rule(vendor).own(address)
    except ForbiddenHost as error:
        return f"{vendor.name} is not reached there: {error.words}."
    return ""
