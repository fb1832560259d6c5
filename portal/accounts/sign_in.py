"""Sign-in by allauth, bent to our rules: nobody signs up uninvited, links in mail are ours."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from portal.accounts import sign_in_rules
from portal.scope import SCOPED

METHODS = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}


class InvitationOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are made by people who may, never by their owner; mail points at PUBLIC_URL.

    The Host header of a request is the sender's to choose, so no link in a mail is built from it.
    """

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is closed.",
        "duplicate_email": "This is your address already.",
        "email_password_mismatch": "E-mail address and password do not belong together.",
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "This is not your password.",
        "rate_limited": "Those were too many tries. Wait a few minutes.",
        "too_many_login_attempts": "Those were too many tries. Wait a few minutes.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Not of somebody who signed in a moment ago: that was the same proof."""
        needed = super().is_reauthentication_required(app=app, **more)
        return bool(needed) and not sign_in_rules.has_proved_identity(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        """The ways to prove who one is, without passkeys where the browser refuses them."""
        found = super().get_reauthentication_methods(user)
        passkey = reverse("mfa_reauthenticate_webauthn")
        if sign_in_rules.passkeys_elsewhere(self.request):
            found = [each for each in found if each["url"] != passkey]
        return [{**each, "description": METHODS[each["id"]]} for each in found]

    def format_email_subject(self, subject: str) -> str:
        return f"Caseport: {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        ours = {name: public(value) for name, value in context.items() if name.endswith("_url")}
        site = {"name": "Caseport", "domain": urlsplit(settings.PUBLIC_URL).netloc}
        super().send_mail(template_prefix, email, {**context, **ours, "current_site": site})


def public(address: str) -> str:
    """A page of ours, given by path or by any address, at the address people reach it at.

    It is outside any scope: whoever asked for the mail may act for another customer, or for none,
    by the time it is read.
    """
    parts = urlsplit(address)
    scoped = SCOPED.fullmatch(parts.path)
    path = scoped["rest"] if scoped else parts.path
    query = f"?{parts.query}" if parts.query else ""
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}{query}"
