"""What is asked when people are invited, given a role, or answer an invitation."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from portal.accounts.forms import zones
from portal.accounts.invitations import NewPerson
from portal.accounts.models import Invitation, Organization, User
from portal.accounts.people import Refused, roles_of
from portal.accounts.roles import ROLE_EXPLAINED


def role_choices(organization: Organization) -> list[tuple[str, str]]:
    """Each role of this kind of organisation, with what it means."""
    shape = '<span class="choice-text"><span>{}</span><span class="choice-note">{}</span></span>'
    return [
        (str(role), format_html(shape, role.label, ROLE_EXPLAINED[role]))
        for role in roles_of(organization)
    ]


class RoleForm(forms.Form):
    """A role in one organisation."""

    use_required_attribute = False
    role = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose a role.",
            "invalid_choice": "Choose a role that is offered here.",
        },
    )

    def __init__(self, organization: Organization, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        offered: Any = self.fields["role"]
        offered.choices = role_choices(organization)

    def refuse(self, refused: Refused) -> None:
        """Show why the deed was not done, at the field it belongs to."""
        self.add_error(refused.field if refused.field in self.fields else None, refused.words)


class InviteForm(RoleForm):
    """Whom to invite as what."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="The link is mailed to this address alone. Whoever has it can join, once.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter an e-mail address."},
    )
    field_order = ("email", "role")


class NewPersonForm(forms.Form):
    """What somebody without an account tells about themselves."""

    use_required_attribute = False
    name = forms.CharField(
        max_length=100,
        help_text="As vendors' engineers and your colleagues will see it.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name."},
    )
    phone = forms.CharField(
        max_length=40,
        required=False,
        help_text="Vendors call here about cases filed for you.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    time_zone = forms.ChoiceField(
        choices=zones,
        help_text="Every date and time you see is shown in this zone.",
        widget=forms.Select(attrs={"data-guess-zone": ""}),
    )
    password1 = forms.CharField(
        label="Password",
        strip=False,
        help_text=password_validators_help_text_html,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Choose a password."},
    )
    password2 = forms.CharField(
        label="Password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Type the password again."},
    )

    def __init__(self, invitation: Invitation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.invitation = invitation
        self.initial.setdefault("time_zone", invitation.invited_by.time_zone)

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        password = data.get("password1")
        if password and "password2" in data and password != data["password2"]:
            self.add_error("password2", "The two passwords differ.")
        elif password:
            person = User(email=self.invitation.email, name=data.get("name", ""))
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password1", error)
        return data

    def told(self) -> NewPerson:
        """What a valid form says."""
        data = self.cleaned_data
        return NewPerson(data["name"], data["phone"], data["time_zone"], data["password1"])
