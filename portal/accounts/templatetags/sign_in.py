"""What the pages about signing in ask: where passkeys work, which device a session is on."""

from typing import Any

from django import template

from portal.accounts import sign_in_rules
from portal.accounts.models import User

register = template.Library()

# The first that is found counts: every browser also calls itself by the names of older ones.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def device(user_agent: str) -> str:
    """The browser and system as people call them: “Firefox on Windows”."""
    browser = _found(BROWSERS, user_agent)
    system = _found(SYSTEMS, user_agent)
    if not browser:
        return f"A program on {system}" if system else "A program"
    return f"{browser} on {system}" if system else browser


def _found(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for sign, name in names if sign in text), "")


register.filter("session_mark", sign_in_rules.session_mark)
register.filter("passkey_mark", sign_in_rules.passkey_mark)


@register.simple_tag(takes_context=True)
def passkeys_elsewhere(context: dict[str, Any]) -> str:
    """The address at which passkeys work, if it is not this one."""
    return sign_in_rules.passkeys_elsewhere(context["request"])


@register.simple_tag(takes_context=True)
def second_factor_demanded(context: dict[str, Any]) -> bool:
    """Whether the reader must set up a second factor before anything else."""
    user = context["request"].user
    return isinstance(user, User) and sign_in_rules.lacks_second_factor(user)
