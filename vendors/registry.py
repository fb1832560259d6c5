"""The vendors there are, in display order: the only place that imports a vendor's folder.

To add one: a folder beside the others, and a line here. Outside production a class elsewhere can be
named by `CASEPORT_EXTRA_VENDORS` (`module:Class`, separated by commas), as a test's vendor is.
"""

import os
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from vendors.akamai_v2 import AkamaiV2
from vendors.contract import Vendor

VENDORS: tuple[type[Vendor], ...] = (AkamaiV2,)


class UnknownVendor(LookupError):
    """No vendor has this key; `str()` is the key."""


def vendor_classes() -> dict[str, type[Vendor]]:
    """Every vendor by its key, in display order."""
    return {each.key: each for each in (*VENDORS, *_extra(os.environ))}


def vendor_class(key: str) -> type[Vendor]:
    """The vendor with this key, or UnknownVendor."""
    try:
        return vendor_classes()[key]
    except KeyError:
        raise UnknownVendor(key) from None


def demo_connections(key: str, credentials: Mapping[str, Any], base_url: str) -> list[Any]:
    """What a vendor's `demo.py`, if it has one, makes of the simulator's credentials."""
    folder = vendor_class(key).__module__.rpartition(".")[0]
    if find_spec(f"{folder}.demo") is None:
        return []
    return list(import_module(f"{folder}.demo").connections(credentials, base_url))


def _extra(environment: Mapping[str, str]) -> list[type[Vendor]]:
    if environment.get("CASEPORT_DEMO") != "1":
        return []
    names = environment.get("CASEPORT_EXTRA_VENDORS", "").split(",")
    return [_named(name.strip()) for name in names if name.strip()]


def _named(name: str) -> type[Vendor]:
    module, _, attribute = name.partition(":")
    found = getattr(import_module(module), attribute)
    if not (isinstance(found, type) and issubclass(found, Vendor)):
        raise UnknownVendor(name)
    return found
