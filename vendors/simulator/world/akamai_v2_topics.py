"""The subcategory trees of Akamai v2's five categories, grown from short tables.

A tree alternates topics ("product") and values ("Alta"). Product names and a few sample words are
the vendor's; everything below them is our own invention.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Branches = Mapping[str, Any] | Sequence[str]
"""A mapping from value to what is below it, or the values of leaves."""

CATEGORIES: tuple[tuple[str, str, str | None], ...] = (
    (
        "Technical",
        "Technical Support Issue",
        "Slow or stale content, errors, outages and whatever else works otherwise than it should.",
    ),
    (
        "Business",
        "Business Support Issue or Question",
        "CP codes, users and their access, Control Center, reports and contracts.",
    ),
    (
        "Billing",
        "Billing Support Issue or Question",
        "Invoices, discrepancies, purchase orders and payment.",
    ),
    ("Security", "Managed Security Support", None),
    ("Professional-Services", "Professional Services Request (billable)", None),
)

TOPICS = {
    "Technical": ("product", "problem", "component", "symptom"),
    "Business": ("area", "service"),
    "Billing": ("area", "service"),
    "Security": ("product", "problem", "component"),
    "Professional-Services": ("product", "service"),
}

TOPIC_NAMES = {
    "product": "Product",
    "problem": "Problem",
    "component": "Component",
    "symptom": "Symptom",
    "area": "Area",
    "service": "Service",
}

_EDGE: Branches = {
    "TLS and certificates": ("Handshake fails", "Wrong certificate served", "Chain incomplete"),
    "Edge servers": ("High time to first byte", "Connection refused", "Reset during transfer"),
    "Mapping and DNS": ("Users mapped far away", "Name does not resolve"),
}
_CACHE: Branches = {
    "Purge": ("Purge has no effect", "Purge takes too long", "Purge request refused"),
    "Cache key": ("Wrong object served", "Query string ignored", "Too many variants"),
    "Origin": ("Origin overloaded", "Origin unreachable", "Wrong host header at origin"),
}
_SLOW: Branches = {
    "Edge Delivery": ("High time to first byte", "Slow in one region", "Slow at peak hours"),
    "Origin fetch": ("Slow connection to origin", "Many cache misses", "Retries to origin"),
    "Page assembly": ("Slow large images", "Slow scripts", "Blocking third-party content"),
}
_ERRORS: Branches = {
    "Client errors": ("403 Access denied", "404 Not found", "429 Too many requests"),
    "Server errors": ("500 Internal error", "502 Bad gateway", "503 Unavailable", "504 Timeout"),
}
_ACTIVATION: Branches = {
    "Staging network": ("Activation fails", "Activation is slow", "Change not visible"),
    "Production network": ("Activation fails", "Activation is slow", "Roll back fails"),
}
_PLAIN = ("Alerts", "Configuration question", "Reporting data missing", "Log delivery delayed")

_WEB: dict[str, Branches] = {
    "Slow delivery": _SLOW,
    "Stale or wrong content": _CACHE,
    "Errors for visitors": _ERRORS,
    "Property activation": _ACTIVATION,
    **dict.fromkeys(_PLAIN, ()),
}
_MEDIA: Branches = {
    "Playback": ("Stream does not start", "Rebuffering", "Wrong bit rate", "Subtitles missing"),
    "Ingest": ("Encoder cannot connect", "Entry point unreachable", "Archive incomplete"),
    "Errors for visitors": _ERRORS,
    **dict.fromkeys(_PLAIN, ()),
}
_NAMES: Branches = {
    "Resolution": ("Wrong answer", "No answer", "Slow answer", "DNSSEC validation fails"),
    "Zone changes": ("Change not visible", "Transfer from primary fails", "Record refused"),
    "Liveness tests": ("False alarm", "Failover too late", "No fail back"),
    **dict.fromkeys(_PLAIN, ()),
}
_STORAGE: Branches = {
    "Upload": ("Login refused", "Upload interrupted", "Quota exceeded", "Slow upload"),
    "Content missing": ("File vanished", "Replication late", "Wrong directory listed"),
    **dict.fromkeys(_PLAIN, ()),
}
_DATA: Branches = {
    "Stream inactive": (),
    "Destination unreachable": (),
    "Fields missing": (),
    "Sampling wrong": (),
    **dict.fromkeys(_PLAIN, ()),
}
_SHIELD: Branches = {
    "False positive": ("Custom rule", "Attack group", "Reputation", "Rate policy"),
    "Attack not stopped": ("Layer 7 flood", "Credential stuffing", "Scraping", "Injection"),
    "Under attack now": (),
    "Policy activation": (),
    "Event data missing": (),
    "Tuning request": (),
}

TREES: dict[str, Branches] = {
    "Technical": {
        "Alta": {**_WEB, "Edge connection": _EDGE},
        "Ion Premier": {**_WEB, "Edge connection": _EDGE},
        "Dynamic Site Accelerator": _WEB,
        "Download Delivery": {"Slow delivery": _SLOW, "Errors for visitors": _ERRORS},
        "Object Delivery": {"Stale or wrong content": _CACHE, "Errors for visitors": _ERRORS},
        "Adaptive Media Delivery": _MEDIA,
        "Media Services Live": _MEDIA,
        "Edge DNS": _NAMES,
        "Global Traffic Management": _NAMES,
        "NetStorage": _STORAGE,
        "DataStream": _DATA,
        "mPulse": {
            "Beacons missing": ("Tag not loaded", "Sampling too low", "Blocked by policy"),
            "Dashboard wrong": ("Timer mismatch", "Segment empty"),
            "Alerts": (),
        },
        "Other": {"Duplicate/Test Ticket": (), "Not sure": ()},
    },
    "Business": {
        "CP Code Management": (
            "Change Contract Association",
            "Create CP Code",
            "Rename CP Code",
            "Move to Reporting Group",
        ),
        "Company Registration": ("Address Change", "Name Change", "Merge Accounts", "New Account"),
        "User Access and Management": (
            "Add User",
            "Remove User",
            "Reset Second Factor",
            "Change Role",
            "Single Sign-On Setup",
        ),
        "How To Use Control Center": (
            "Find a Report",
            "Property Manager",
            "Notifications",
            "API Clients",
        ),
        "Reporting": ("Traffic Report", "Scheduled Report", "Data Retention", "Export Fails"),
        "Contract": (
            "Renewal",
            "Add Product",
            "Remove Product",
            "Terms Question",
            "Copy of Contract",
        ),
        "Training": ("Course Registration", "Certification", "On-site Workshop"),
        "Status Notifications": ("Subscribe", "Unsubscribe", "Wrong Recipients"),
    },
    "Billing": {
        "Invoice": ("Copy of Invoice", "Wrong Address", "Wrong Amount", "Missing Invoice"),
        "Usage": ("Usage Discrepancy", "Overage Question", "95/5 Calculation", "Usage Report"),
        "Payment": ("Change Bank Details", "Payment Confirmation", "Refund"),
        "Purchase Order": ("New Purchase Order", "Change Purchase Order", "Purchase Order Missing"),
        "Tax": ("Exemption Certificate", "Wrong Tax Rate"),
    },
    "Security": {
        "Kona Site Defender": _SHIELD,
        "App & API Protector": _SHIELD,
        "Bot Manager Premier": _SHIELD,
        "Prolexic Routed": {
            "Under attack now": (),
            "Route announcement": ("Announce", "Withdraw", "Validation"),
            "Tunnel down": ("GRE", "Direct connect"),
            "Event data missing": (),
        },
        "Client Reputation": {"Score disputed": (), "Feed question": ()},
    },
    "Professional-Services": {
        "Alta": ("Integration", "Configuration Review", "Migration", "Performance Audit"),
        "Ion Premier": ("Integration", "Configuration Review", "Migration", "Performance Audit"),
        "Kona Site Defender": ("Integration", "Security Review", "Tuning Workshop"),
        "Adaptive Media Delivery": ("Event Support", "Integration", "Capacity Planning"),
        "Edge DNS": ("Zone Migration", "Configuration Review"),
    },
}


@dataclass
class Node:
    """A value of the tree, or its root; ``topic`` names what the values below it are."""

    value: str
    topic: str | None = None
    below: dict[str, "Node"] = field(default_factory=dict)

    def leaves(self) -> int:
        """Count the values below (or here) that have none below them."""
        return sum(node.leaves() for node in self.below.values()) if self.below else 1

    def depth(self) -> int:
        """Count the levels of values below."""
        return 1 + max(node.depth() for node in self.below.values()) if self.below else 0

    def as_json(self) -> dict[str, Any]:
        """Return the topic below this node with its values, as the vendor nests them."""
        assert self.topic is not None  # noqa: S101 - only asked of nodes that have values below
        values = []
        for node in self.below.values():
            value: dict[str, Any] = {"subCategoryType": node.value, "displayName": node.value}
            if node.below:
                value["subCategory"] = node.as_json()
            values.append(value)
        return {
            "subCategoryType": self.topic,
            "displayName": TOPIC_NAMES[self.topic],
            "subCategories": values,
        }


def _grow(value: str, branches: Branches, topics: Sequence[str]) -> Node:
    node = Node(value, topics[0] if branches else None)
    deeper = branches if isinstance(branches, Mapping) else dict.fromkeys(branches, ())
    for name, below in deeper.items():
        node.below[name] = _grow(name, below, topics[1:])
    return node


ROOTS: dict[str, Node] = {
    category: _grow(category, branches, TOPICS[category]) for category, branches in TREES.items()
}
