"""Akamai Case Management v2."""

from vendors.akamai_v2.adapter import AkamaiV2

__all__ = ["AkamaiV2"]
