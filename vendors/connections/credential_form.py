"""The form in which a credential is entered: by its fields, or as the vendor's own file.

No secret that is typed or pasted is rendered on any page, not even after an error elsewhere.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxLengthValidator

from vendors.connections import credentials
from vendors.connections.models import Connection
from vendors.connections.offered import address_problem
from vendors.contract import CredentialSection, Vendor
from vendors.schema import Field

PREFIX = "credential_"
FILE_BYTES = 65_536
PLAIN: Mapping[str, str] = {"autocomplete": "off", "spellcheck": "false"}


class UnshownText(forms.Textarea):
    """Several lines that are taken and never shown again."""

    def format_value(self, value: Any) -> None:
        return None


class CredentialForm(forms.Form):
    """A whole new credential for a connection: what is left empty is as it was before.

    `held` is the text of a file given before, whose section is all that is still asked. After
    cleaning, `fields` is the credential and `entered` names what was given.
    """

    adapter: ClassVar[type[Vendor]]

    base_url = forms.URLField(
        required=False,
        assume_scheme="https",
        label="Address",
        help_text="Leave empty to use the one the credential names.",
    )
    expires_on = forms.DateField(
        required=False,
        label="Ends on",
        help_text="When the vendor ends this credential, if it said so. You are warned before.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, connection: Connection, *args: Any, held: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = connection
        self.held = held
        self.sections: list[str] = []
        self.fields_entered: dict[str, str] = {}
        self.entered: list[str] = []
        self.remarks: tuple[str, ...] = ()
        for declared in self.adapter.credential_fields:
            self.fields[PREFIX + declared.key] = _form_field(declared)
        if self.adapter.credential_file:
            self._take_files(self.adapter.credential_file)
        declared_keys = [PREFIX + each.key for each in self.adapter.credential_fields]
        self.order_fields(["pasted", "file", "section", *declared_keys, "base_url", "expires_on"])

    def _take_files(self, name: str) -> None:
        self.fields["pasted"] = forms.CharField(
            required=False,
            strip=False,
            label=f"Text of the {name} file",
            widget=UnshownText(attrs={**PLAIN, "rows": 5}),
        )
        self.fields["file"] = forms.FileField(required=False, label=f"Or the {name} file itself")
        self.fields["section"] = forms.CharField(
            required=False,
            label="Section",
            help_text="Which of the credentials in the file, if it holds several.",
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        from_file = self._section(data)
        typed = {
            field.key: data[PREFIX + field.key].strip()
            for field in self.adapter.credential_fields
            if data.get(PREFIX + field.key, "").strip()
        }
        if self.errors:
            return data
        given = {**from_file.fields, **typed}
        if not given:
            self.add_error(None, "Nothing was entered.")
            return data
        self.remarks = from_file.remarks
        merged = (
            dict(given) if from_file.fields else {**credentials.stored(self.connection), **given}
        )
        self._accept(merged, sorted(given))
        return data

    def _accept(self, merged: dict[str, str], entered: list[str]) -> None:
        if why := credentials.problem(self.adapter, merged):
            self.add_error(None, why)
            return
        typed = str(self.cleaned_data.get("base_url") or "")
        address = typed or self.adapter.base_url(merged) or self.connection.base_url
        if why := address_problem(self.adapter.key, address):
            self.add_error("base_url", why)
            return
        self.cleaned_data["base_url"] = address
        self.fields_entered, self.entered = merged, entered

    def _section(self, data: Mapping[str, Any]) -> CredentialSection:
        """The credential chosen from the file that was given, or an empty one."""
        where = "file" if data.get("file") else "pasted"
        text = self._text(data.get("file")) or data.get("pasted") or self.held
        if not text:
            return CredentialSection({})
        try:
            found = self.adapter.read_credential_file(text)
        except ValueError as error:
            self.add_error(where, str(error))
            return CredentialSection({})
        wanted = str(data.get("section") or "")
        if len(found) == 1 and not wanted:
            return next(iter(found.values()))
        if wanted in found:
            return found[wanted]
        self.held, self.sections = text, list(found)
        self.add_error("section", f"The file holds {', '.join(found)}. Which is it?")
        return CredentialSection({})

    def _text(self, file: Any) -> str:
        if file is None:
            return ""
        content: bytes = file.read(FILE_BYTES + 1)
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", "This file is no text.")
            return ""


def credential_form(adapter: type[Vendor]) -> type[CredentialForm]:
    """CredentialForm with this vendor's fields."""
    return type("CredentialForm", (CredentialForm,), {"adapter": adapter})


def _form_field(field: Field) -> forms.CharField:
    """A field that takes a value and renders none, also after an error elsewhere."""
    widget = (
        forms.PasswordInput(render_value=False, attrs={**PLAIN, "autocomplete": "new-password"})
        if field.secret
        else forms.TextInput(attrs=dict(PLAIN))
    )
    made = forms.CharField(
        label=field.label, required=False, strip=True, widget=widget, help_text=field.help
    )
    if field.max_length is not None:
        made.validators.append(MaxLengthValidator(field.max_length))
    return made
