"""The forms of a case page. What a person may do is decided by the actions, not here."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import normalize_newlines

from portal.accounts.models import Organization, User


class DeedForm(forms.Form):
    """A form that is done once: its token names what it makes, so that sending twice makes one."""

    use_required_attribute = False
    token = forms.UUIDField(widget=forms.HiddenInput)

    name: ClassVar[str]  # begins the ids: several of these forms stand on one page

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        initial = {"token": uuid.uuid4()}
        super().__init__(
            data, files, label_suffix="", auto_id=f"{self.name}-%s", initial=initial, **kwargs
        )

    def reject(self, field: str, words: str) -> None:
        """Show what an action said, at its field if the form has it."""
        self.add_error(field if field in self.fields else None, words)


class NoteForm(DeedForm):
    """A note and who is to read it; `gone` is what to say when that one is offered no more."""

    name = "note"

    audience = forms.ChoiceField(
        label="Who reads it",
        error_messages={
            "required": "Choose who reads the note.",
            "invalid_choice": "Choose who reads the note.",
        },
    )
    text = forms.CharField(
        label="Note",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write something first."},
    )

    def __init__(
        self, data: Any = None, *, audiences: Sequence[str], gone: str = "", **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["audience"]
        if gone:
            field.error_messages["invalid_choice"] = gone
        field.choices = [(key, key) for key in audiences]  # type: ignore[attr-defined]  # a ChoiceField
        self.initial.setdefault("audience", next(iter(audiences), ""))

    @property
    def count(self) -> int:
        """Characters typed so far, a line's end as one."""
        return len(normalize_newlines(self["text"].value() or ""))


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Every file chosen; the action checks each."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        found = [file for file in data or () if file]
        if not found and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return found


class FileForm(DeedForm):
    """Files for the vendor, with a line about them. `refused` says which files never arrived."""

    name = "file"
    text = forms.CharField(
        label="What they show",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, refused: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refused = (refused or {}).get("files", "")
        self.fields["files"] = ManyFilesField(
            label="Files",
            required=not self.refused,  # what was refused was chosen
            error_messages={"required": "Choose a file first."},
        )

    def clean_files(self) -> "list[UploadedFile[bytes]]":
        if self.refused:
            raise forms.ValidationError(self.refused)
        found: list[UploadedFile[bytes]] = self.cleaned_data["files"]
        return found


class CloseForm(DeedForm):
    """The reason for asking the vendor to close."""

    name = "close"

    reason = forms.CharField(
        label="Why it can be closed",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why the case can be closed."},
    )


class StepForm(forms.Form):
    """A person's decision about one step; ids differ from step to step."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, step: object, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(data, auto_id=f"{type(self).__name__.lower()}-{step}-%s", **kwargs)

    reject = DeedForm.reject


class ReasonForm(StepForm):
    """Why a step is left out or let go on."""

    reason = forms.CharField(
        label="Why",
        help_text="Kept with the case for whoever reads it later.",
        error_messages={"required": "Say why, for those who read this later."},
    )


class ResendForm(StepForm):
    """The text of a refused step, to be mended; not asked of a step that has none."""

    text = forms.CharField(
        label="Text",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write something first."},
    )

    def __init__(self, data: Any = None, *, has_text: bool = True, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["text"].required = has_text


class SettleForm(StepForm):
    """What a person saw at the vendor."""

    answer = forms.ChoiceField(choices=[("found", "found"), ("absent", "absent")])
    candidate = forms.CharField(label="Which one is it?", required=False, max_length=80)
    vendor_id = forms.CharField(
        label="Its case number",
        help_text="To link it, unless you picked it above.",
        required=False,
        max_length=80,
    )
    anyway = forms.CharField(required=False, max_length=80)  # a number linked although it differs
    reason = forms.CharField(
        label="What you saw",
        help_text="Kept with the case for whoever reads it later.",
        error_messages={"required": "Say what you saw, for those who read this later."},
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if told.get("answer") == "absent" and (told.get("candidate") or told.get("vendor_id")):
            named = "vendor_id" if told.get("vendor_id") else "candidate"
            self.add_error(named, "You name one and say it is not there. Name none, or link it.")
        return told

    @property
    def chosen(self) -> str:
        """The number typed, else the candidate picked."""
        typed: str = self.cleaned_data["vendor_id"] or self.cleaned_data["candidate"]
        return typed


class AssignForm(forms.Form):
    """The customer an imported case is given to."""

    use_required_attribute = False
    customer = forms.ModelChoiceField(
        Organization.objects.none(),
        to_field_name="slug",
        empty_label="Choose a customer",
        error_messages={"required": "Choose a customer.", "invalid_choice": "Choose a customer."},
    )

    def __init__(self, data: Any = None, *, customers: Any, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", **kwargs)
        self.fields["customer"].queryset = customers  # type: ignore[attr-defined]  # a ModelChoiceField

    reject = DeedForm.reject


class ShareForm(forms.Form):
    """Somebody a case is shared with; `people` are those who may be chosen."""

    use_required_attribute = False
    person = forms.TypedChoiceField(
        label="Share with",
        error_messages={
            "required": "Choose somebody.",
            "invalid_choice": "Choose somebody who is offered here.",
        },
    )

    def __init__(self, data: Any = None, *, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", auto_id="share-%s", **kwargs)
        known = {str(person.pk): person for person in people}
        field: Any = self.fields["person"]
        field.choices = [("", "Choose somebody"), *((key, str(p)) for key, p in known.items())]
        field.coerce = known.get

    @property
    def has_choice(self) -> bool:
        field: Any = self.fields["person"]
        return len(field.choices) > 1

    reject = DeedForm.reject


class VisibilityForm(forms.Form):
    """Whether the customer's people see a case, and why that is changed."""

    use_required_attribute = False
    visible = forms.TypedChoiceField(
        choices=[("yes", "yes"), ("no", "no")], coerce=lambda given: given == "yes"
    )
    reason = forms.CharField(
        label="Why", required=False, max_length=500, help_text="Kept in the audit log."
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", auto_id="visibility-%s", **kwargs)

    reject = DeedForm.reject
