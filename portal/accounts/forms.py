"""What a person may change about themselves."""

import zoneinfo
from typing import ClassVar

from django import forms

from portal.accounts.models import User


def zones() -> list[tuple[str, str]]:
    """Every time zone this machine knows, as choices: UTC first, then by place."""
    places = sorted(name for name in zoneinfo.available_timezones() if "/" in name)
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """Name, phone, time zone, theme."""

    time_zone = forms.ChoiceField(
        choices=zones, help_text="Every date and time you see is shown in this zone."
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["name", "phone", "time_zone", "theme"]
        help_texts: ClassVar[dict[str, str]] = {
            "name": "As vendors' engineers and your colleagues will see it.",
            "phone": "Vendors call here about cases filed for you.",
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as given
        self.fields["name"].required = True


class ViewAsForm(forms.Form):
    """Why somebody wants to see the portal as another person does."""

    use_required_attribute = False
    reason = forms.CharField(
        label="Why",
        max_length=500,
        help_text="Kept in the audit log with your name.",
        error_messages={"required": "Say why, for those who read the audit log."},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})  # type: ignore[arg-type]  # handed on as given
