"""Allauth's forms in our words: what a field is called, what is said beside it."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as factor
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError

LONGEST_NAME = 60
NEW_TWICE = {"password1": "New password", "password2": "New password, again"}
CODE_HINT = "The six digits your app shows now, or a recovery code."


class _Worded:
    """Names fields and explains them; what stands inside an empty field is no name for it."""

    labels: ClassVar[dict[str, str]] = {}
    hints: ClassVar[dict[str, str]] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, field.help_text)
            field.error_messages["required"] = f"{field.label or 'A value'} is missing."
            if name == "code":
                field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class LoginForm(_Worded, account.LoginForm):  # type: ignore[misc]  # allauth has no types
    labels: ClassVar[dict[str, str]] = {"login": "E-mail address", "password": "Password"}


class ReauthenticateForm(_Worded, account.ReauthenticateForm):  # type: ignore[misc]  # likewise
    labels: ClassVar[dict[str, str]] = {"password": "Password"}


class ChangePasswordForm(_Worded, account.ChangePasswordForm):  # type: ignore[misc]  # likewise
    labels: ClassVar[dict[str, str]] = {"oldpassword": "Current password", **NEW_TWICE}


class SetPasswordForm(_Worded, account.SetPasswordForm):  # type: ignore[misc]  # likewise
    labels = NEW_TWICE


class ResetPasswordForm(_Worded, account.ResetPasswordForm):  # type: ignore[misc]  # likewise
    labels: ClassVar[dict[str, str]] = {"email": "E-mail address"}


class ResetPasswordKeyForm(_Worded, account.ResetPasswordKeyForm):  # type: ignore[misc]  # likewise
    labels = NEW_TWICE


class AddEmailForm(_Worded, account.AddEmailForm):  # type: ignore[misc]  # likewise
    labels: ClassVar[dict[str, str]] = {"email": "New address"}
    hints: ClassVar[dict[str, str]] = {
        "email": "It gets a mail with a link. Until you follow it, the present address stays."
    }


class ActivateTotpForm(_Worded, totp.ActivateTOTPForm):  # type: ignore[misc]  # likewise
    labels: ClassVar[dict[str, str]] = {"code": "Code"}
    hints: ClassVar[dict[str, str]] = {"code": "The six digits your app shows now."}


class CodeForm(_Worded, factor.AuthenticateForm):  # type: ignore[misc]  # likewise
    labels: ClassVar[dict[str, str]] = {"code": "Code"}
    hints: ClassVar[dict[str, str]] = {"code": CODE_HINT}


class CodeAgainForm(_Worded, factor.ReauthenticateForm):  # type: ignore[misc]  # likewise
    labels: ClassVar[dict[str, str]] = {"code": "Code"}
    hints: ClassVar[dict[str, str]] = {"code": CODE_HINT}


class AddPasskeyForm(_Worded, webauthn.AddWebAuthnForm):  # type: ignore[misc]  # likewise
    """A passkey that can open the account by itself; so the device asks who holds it."""

    labels: ClassVar[dict[str, str]] = {"name": "Name of the passkey"}
    hints: ClassVar[dict[str, str]] = {
        "name": "So that you know later which one it is, for instance “Work laptop”."
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["maxlength"] = LONGEST_NAME
        self.fields["passwordless"] = forms.BooleanField(
            initial=True, required=True, widget=forms.HiddenInput
        )

    def clean_name(self) -> str:
        """Cut, not refused: the device holds the passkey already."""
        return str(super().clean_name())[:LONGEST_NAME]


class NamePasskeyForm(_Worded, webauthn.EditWebAuthnForm):  # type: ignore[misc]  # likewise
    labels: ClassVar[dict[str, str]] = {"name": "Name of the passkey"}
    name = forms.CharField(max_length=LONGEST_NAME)


class _Shown:
    """A passkey that was shown: what is wrong with it is told as of a passkey, not of a code."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]  # a mixin
        except ValidationError as error:
            if error.code != "incorrect_code":
                raise
            raise ValidationError("This passkey opens no account here. Try another way.") from error


class PasskeyLoginForm(_Shown, webauthn.LoginWebAuthnForm):  # type: ignore[misc]  # likewise
    """Instead of a password."""


class PasskeyForm(_Shown, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]  # likewise
    """After the password."""


class PasskeyAgainForm(_Shown, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # likewise
    """To prove again who one is."""
