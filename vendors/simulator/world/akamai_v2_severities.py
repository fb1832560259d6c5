"""Severity words, what they mean and how soon somebody answers, by product.

The vendor words severities differently from product to product, so four scales are played.
"""

from dataclasses import dataclass
from typing import Any

PHONE = "+1-855-555-0142 or, from outside North America, +1-617-555-0198"


@dataclass(frozen=True)
class Severity:
    """One step of a scale with its meaning and usual times."""

    answer_id: str
    word: str
    description: str
    first_answer: str
    updates: str
    by_phone: bool = False

    def definition(self) -> dict[str, str]:
        """Return the step as the severity-definitions operation does."""
        call = (
            f" and then call {PHONE}" if self.by_phone else f" and, if it cannot wait, call {PHONE}"
        )
        return {
            "severityLevelType": self.word,
            "description": self.description,
            "escalationInstructions": f"Open the case online{call}",
            "standardResponseTime": self.first_answer,
        }


_DOWN = (
    "Visitors cannot use the service at all, or revenue is lost, and nobody knows a way around it."
)
_WORSE = "The service works badly for many visitors, or an important part of it does not work."
_SOME = "Some visitors are affected now and then, or there is a way around the fault."
_LITTLE = "A question, a cosmetic fault, or a change that can be planned."

SCALES: dict[str, tuple[Severity, ...]] = {
    "delivery": (
        Severity("D1", "1-Major Impact", _DOWN, "1 hour", "every 2 hours", by_phone=True),
        Severity("D2", "2-Medium Impact", _WORSE, "4 hours", "every business day"),
        Severity("D3", "3-Low Impact", _LITTLE, "2 business days", "every 5 business days"),
    ),
    "general": (
        Severity("G1", "1-Critical", _DOWN, "1 hour", "every 2 hours", by_phone=True),
        Severity("G2", "2-Major", _WORSE, "4 hours", "every business day"),
        Severity("G3", "3-Low Impact", _LITTLE, "2 business days", "every 5 business days"),
    ),
    "security": (
        Severity("S1", "1-Critical", _DOWN, "15 minutes", "every 30 minutes", by_phone=True),
        Severity("S2", "2-Major", _WORSE, "1 hour", "every 4 hours", by_phone=True),
        Severity("S3", "3-Moderate", _SOME, "4 hours", "every business day"),
        Severity("S4", "4-Low Impact", _LITTLE, "1 business day", "every 5 business days"),
    ),
    "office": (
        Severity(
            "O2", "2-Major", "Work is held up until this is settled.", "1 business day", "daily"
        ),
        Severity("O3", "3-Low Impact", _LITTLE, "2 business days", "every 5 business days"),
    ),
}

SCALE_OF_PRODUCT = {
    "Alta": "delivery",
    "Ion Premier": "delivery",
    "Dynamic Site Accelerator": "delivery",
    "Adaptive Media Delivery": "security",
    "Media Services Live": "security",
}
SCALE_OF_CATEGORY = {
    "Technical": "general",
    "Business": "office",
    "Billing": "office",
    "Security": "security",
    "Professional-Services": "office",
}

_PACES = {  # what each kind of support makes of the standard times
    "Standard": {},
    "Premium & Premium 2.0": {
        "1 hour": "30 minutes",
        "4 hours": "2 hours",
        "2 business days": "1 business day",
        "every 2 hours": "hourly",
    },
    "Priority": {
        "1 hour": "15 minutes",
        "4 hours": "1 hour",
        "2 business days": "8 hours",
        "every 2 hours": "every 30 minutes",
        "every business day": "every 4 hours",
    },
}

_FOOTNOTES = (
    "Initial Response = the first time somebody of ours writes or calls",
    "Status Updates = every later message until the case is closed",
)


def scale(category: str, product: str | None) -> tuple[Severity, ...]:
    """Return the severities in force for a product, or for the category without one."""
    name = SCALE_OF_CATEGORY[category]
    if category == "Technical" and product is not None:
        name = SCALE_OF_PRODUCT.get(product, name)
    return SCALES[name]


def definitions(category: str, product: str | None) -> list[dict[str, str]]:
    """Answer the severity-definitions operation."""
    return [severity.definition() for severity in scale(category, product)]


def response_times(category: str, product: str | None) -> dict[str, Any]:
    """Answer the response-time-frequency operation."""
    severities = scale(category, product)
    phoned = [severity.word for severity in severities if severity.by_phone]
    notes = [f"* {word}: these times hold for cases also reported by phone" for word in phoned]
    details = []
    for support, pace in _PACES.items():
        kinds = []
        for kind in ("initialResponse", "statusUpdates"):
            times = [
                {
                    "severityLevelType": severity.word,
                    "responseTime": pace.get(spell := _time(severity, kind), spell),
                }
                for severity in severities
            ]
            kinds.append({"interactionType": kind, "responseTimes": times})
        details.append({"supportTypeDisplayName": support, "interactionTypes": kinds})
    return {
        "additionalInformation": [*_FOOTNOTES, *notes],
        "responseTimeAndFrequencyDetails": details,
    }


def _time(severity: Severity, kind: str) -> str:
    return severity.first_answer if kind == "initialResponse" else severity.updates
