"""The first step of a new connection: whose it is, and to which vendor."""

from typing import ClassVar

from django import forms

from vendors.connections.models import Connection
from vendors.connections.offered import vendors


def _vendor_choices() -> list[tuple[str, str]]:
    return [(key, f"{each.name} {each.product}".strip()) for key, each in vendors().items()]


class NewConnectionForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """Its credential comes on the next page."""

    vendor = forms.ChoiceField(choices=_vendor_choices)

    class Meta:
        model = Connection
        fields: ClassVar[list[str]] = ["owner", "vendor", "label"]
