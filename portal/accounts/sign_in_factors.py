"""Second factors by allauth, bent to our rules: whose name passkeys carry, how things are told."""

from typing import Any, ClassVar

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator

from portal.accounts import sign_in_rules


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Passkeys belong to the portal's own host, whatever host a request names."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": (
            "That is not right. A code from the app is good once and for half a minute, a recovery "
            "code once."
        ),
        "cannot_generate_recovery_codes": "Set up an authenticator app or a passkey first.",
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": sign_in_rules.passkey_host(), "name": "Caseport"}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """The name proposed for one more."""
        kept = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {kept + 1}" if kept else "Passkey"
