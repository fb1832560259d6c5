"""What people do about their own way in, on record: sign-in, password, address, second factor.

Of a sign-in that failed nobody is the actor, since nobody proved to be anyone. It is held against
the person whose address was given; an address nobody has is not kept, for people type passwords
into that field.
"""

from typing import Any

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from portal.accounts import audit
from portal.accounts.models import User

DEEDS = {
    account.user_logged_in: "signed in",
    account.password_set: "password set",
    account.password_changed: "password changed",
    account.password_reset: "password reset",
    account.email_added: "e-mail address added",
    account.email_removed: "e-mail address removed",
    account.email_changed: "e-mail address changed",
}


@receiver(list(DEEDS))
def own_deed(signal: Any, user: User, **more: Any) -> None:
    audit.record_own(user, DEEDS[signal])


@receiver(post_save, sender=Authenticator)
def factor_added(instance: Authenticator, created: bool, raw: bool, **more: Any) -> None:
    """By the row, not by allauth's own signal, which comes after the transaction."""
    if created and not raw:
        _factor(instance, "second factor added")


@receiver(post_delete, sender=Authenticator)
def factor_removed(instance: Authenticator, **more: Any) -> None:
    _factor(instance, "second factor removed")


def _factor(authenticator: Authenticator, action: str) -> None:
    audit.record_own(authenticator.user, action, changed=[str(authenticator.type)])


@receiver(account.email_confirmed)
def address_confirmed(email_address: EmailAddress, **more: Any) -> None:
    audit.record_own(email_address.user, "e-mail address confirmed")


@receiver(user_logged_out)
def signed_out(user: User | None, **more: Any) -> None:
    if isinstance(user, User):  # a session that ended before has nobody to sign out
        audit.record_own(user, "signed out")


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], **more: Any) -> None:
    address = str(credentials.get("email") or "")
    user = User.objects.filter(email__iexact=address).first()
    _failed(user, "sign-in failed")


@receiver(mfa.authentication_failed)
def factor_failed(user: User, authenticator: Authenticator, **more: Any) -> None:
    _failed(user, "second factor refused")


def _failed(user: User | None, action: str) -> None:
    home = audit.home_of(user) if user is not None else None
    audit.record(actor=None, action=action, object=user, organization=home)


class RecordedSessions(DefaultUserSessionsAdapter):  # type: ignore[misc]  # allauth has no types
    """Ends sessions as allauth does, on record."""

    def end_sessions(self, sessions: list[UserSession]) -> None:
        for session in sessions:
            audit.record_own(session.user, "session ended")
        super().end_sessions(sessions)
