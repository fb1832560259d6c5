"""What a reader of the audit asks for, in the address of the page."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.accounts.models import AuditEvent, Organization

YEARS = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 30)))


def _text(label: str, **attributes: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "input", "autocomplete": "off", **attributes})
    return forms.CharField(label=label, max_length=200, required=False, widget=widget)


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input"})
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        validators=YEARS,
        widget=widget,
        error_messages={"invalid": f"“{label}” is not a date like 2026-03-31."},
    )


class AuditFilter(forms.Form):
    """The conditions an event must meet, all of them. Days are those of the reader's time zone."""

    about = _text("On what: a name or reference")
    person = _text("Who: name or e-mail")
    action = _text("What was done", list="actions")
    organization: "forms.ModelChoiceField[Organization]" = forms.ModelChoiceField(
        Organization.objects.none(),
        label="Organisation",
        required=False,
        empty_label="Any",
        widget=forms.Select(attrs={"class": "input"}),
        error_messages={"invalid_choice": "Choose one of the organisations offered."},
    )
    since = _day("From")
    until = _day("To")

    def __init__(self, data: Mapping[str, Any], organizations: QuerySet[Organization]) -> None:
        super().__init__(data, auto_id="filter-%s")
        choices = cast("forms.ModelChoiceField[Organization]", self.fields["organization"])
        choices.queryset = organizations

    def clean(self) -> None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            self.add_error("until", "“To” is before “From”.")

    @property
    def given(self) -> dict[str, Any]:
        """The conditions in use, by field."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """The events that meet every condition of a valid form."""
        given = self.given
        if about := given.get("about"):
            events = events.filter(Q(object_name__icontains=about) | Q(object_id__iexact=about))
        if person := given.get("person"):
            named = Q(actor__name__icontains=person) | Q(actor__email__icontains=person)
            events = events.filter(named)
        if action := given.get("action"):
            events = events.filter(action__icontains=action)
        if organization := given.get("organization"):
            events = events.filter(organization=organization)
        if since := given.get("since"):
            events = events.filter(at__gte=_midnight(since))
        if until := given.get("until"):
            events = events.filter(at__lt=_midnight(until + timedelta(days=1)))
        return events

    def query(self) -> str:
        """The address part of these conditions."""
        return urlencode({name: getattr(value, "pk", value) for name, value in self.given.items()})


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
