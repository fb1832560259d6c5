"""The form of a connection, with the credential fields its vendor declares: never shown again."""

from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxLengthValidator

from vendors.connections import credentials, gateway
from vendors.connections.models import Connection
from vendors.connections.offered import address_problem, vendors
from vendors.contract import Vendor
from vendors.schema import Field

PREFIX = "credential_"


def _vendor_choices() -> list[tuple[str, str]]:
    return [(key, f"{each.name} {each.product}".strip()) for key, each in vendors().items()]


class NewConnectionForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """The first step: whose connection, to which vendor. The credential comes on the next page."""

    vendor = forms.ChoiceField(choices=_vendor_choices)

    class Meta:
        model = Connection
        fields: ClassVar[list[str]] = ["owner", "vendor", "label"]


class ConnectionForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """A connection that exists. `new_fields` holds the whole new credential if one was entered."""

    adapter: ClassVar[type[Vendor] | None] = None
    instance: Connection

    base_url = forms.URLField(
        required=False,
        assume_scheme="https",
        label="Base URL",
        help_text="Leave empty to use the one the credential names.",
    )

    class Meta:
        model = Connection
        fields: ClassVar[list[str]] = ["label", "state", "base_url", "expires_on"]
        help_texts: ClassVar[dict[str, str]] = {
            "expires_on": "When the vendor ends this credential, if it said so.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.new_fields: dict[str, str] = {}
        self.entered: list[str] = []

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        if self.adapter is None:
            return data
        given = {
            field.key: data[PREFIX + field.key].strip()
            for field in self.adapter.credential_fields
            if data.get(PREFIX + field.key, "").strip()
        }
        if given:
            self._clean_credential(self.adapter, given)
        return data

    def _clean_credential(self, adapter: type[Vendor], given: dict[str, str]) -> None:
        merged = {**credentials.stored(self.instance), **given}
        if why := credentials.problem(adapter, merged):
            self.add_error(None, why)
            return
        if address := self._address(adapter, merged, given):
            if why := address_problem(adapter.key, address):
                self.add_error("base_url", why)
                return
            self.cleaned_data["base_url"] = address
        self.new_fields, self.entered = merged, sorted(given)

    def _address(self, adapter: type[Vendor], merged: dict[str, str], given: dict[str, str]) -> str:
        """The base URL the credential names, where it names one and the person gave no other."""
        named = adapter.base_url(merged)
        changes_it = named != adapter.base_url(credentials.stored(self.instance))
        typed = str(self.cleaned_data.get("base_url") or "")
        return named if not typed or (changes_it and typed == self.instance.base_url) else ""


def connection_form(adapter: type[Vendor] | None, connection: Connection) -> type[ConnectionForm]:
    """ConnectionForm with this vendor's credential fields."""
    declared = adapter.credential_fields if adapter else ()
    fields: dict[str, Any] = {PREFIX + field.key: _form_field(field) for field in declared}
    return type("ConnectionForm", (ConnectionForm,), {**fields, "adapter": adapter})


def _form_field(field: Field) -> forms.CharField:
    """A field that takes a value and renders none, also after an error elsewhere."""
    plain: dict[str, Any] = {"autocomplete": "off", "spellcheck": "false"}
    widget = (
        forms.PasswordInput(render_value=False, attrs={**plain, "autocomplete": "new-password"})
        if field.secret
        else forms.TextInput(attrs=plain)
    )
    made = forms.CharField(
        label=field.label, required=False, strip=True, widget=widget, help_text=field.help
    )
    if field.max_length is not None:
        made.validators.append(MaxLengthValidator(field.max_length))
    return made


def kept_words(connection: Connection) -> str:
    """What is stored, to a person: when and by whom it was set, how its fingerprint ends."""
    credential = gateway.active_credential(connection)
    if credential is None:
        return "No credential is stored yet."
    by = f" by {credential.set_by}" if credential.set_by else ""
    return (
        f"Set on {credential.set_at:%-d %B %Y}{by}, fingerprint ends "
        f"…{credential.fingerprint[-4:]}. It is never shown. Leave a field empty to keep it."
    )
