"""Beginning a case: for which customer, under which vendor account, for whom there."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from django import forms

from cases import access
from cases.access import Viewer
from cases.filing.filing import Filing, context_of
from cases.models import Draft
from portal.accounts.models import Organization, User
from vendors.connections import schema_form
from vendors.connections.models import VendorAccount
from vendors.connections.offered import vendors
from vendors.schema import Answer

Grouped = list[tuple[str, list[tuple[str, str]]]]


class SightField(forms.ChoiceField):
    """Who sees a case: the customer too, unless somebody says otherwise."""

    def clean(self, value: Any) -> Any:
        return super().clean(value or "yes")


class ForWhomForm(forms.Form):
    """The contact of a case filed for `customer`, and whether its people see the case.

    Asked of those who file from elsewhere; for the customer's own people it is empty.
    """

    use_required_attribute = False
    contact = forms.ChoiceField(
        label="Contact at the customer",
        required=False,
        help_text="The vendor is told this person. Details can be changed in the form.",
        error_messages={"invalid_choice": "Choose a contact that is offered here."},
    )
    visible = SightField(
        label="Who sees the case",
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose who sees the case."},
    )

    def __init__(
        self, viewer: Viewer, customer: Organization, data: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(data, label_suffix="", **kwargs)
        self.people = {str(p.pk): p for p in access.contacts(viewer, customer)}
        offered: Any = self.fields
        blank = ("", "Somebody else, entered in the form")
        offered["contact"].choices = [blank, *((k, str(p)) for k, p in self.people.items())]
        offered["visible"].choices = [
            ("yes", f"{customer} and its reseller"),
            ("no", "The reseller alone; the contact does not see it either"),
        ]
        self.initial.setdefault("visible", "yes")
        if customer.pk in viewer.organization_ids:
            del self.fields["visible"]
        if not self.people:
            del self.fields["contact"]

    @property
    def contact_user(self) -> User | None:
        """The contact of a valid form; None for somebody entered in the form."""
        return self.people.get(self.cleaned_data.get("contact", ""))

    @property
    def is_visible(self) -> bool:
        return bool(self.cleaned_data.get("visible") != "no")


class StartForm(ForWhomForm):
    """Account and contact of a new case for `customer`; only what the viewer may use is offered."""

    field_order = ("account", "contact", "visible")
    account = forms.ChoiceField(
        label="File under",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose an account.",
            "invalid_choice": "Choose an account that is offered here.",
        },
    )

    def __init__(self, viewer: Viewer, customer: Organization, data: Any = None) -> None:
        super().__init__(viewer, customer, data)
        self.accounts = {
            str(a.pk): a for a in access.filing_accounts(viewer, customer) if _vendor(a) is not None
        }
        offered: Any = self.fields
        offered["account"].choices = _grouped(self.accounts.values())
        if len(self.accounts) == 1:
            self.initial["account"] = next(iter(self.accounts))

    @property
    def notices(self) -> list[tuple[str, str]]:
        """What vendors announced about the APIs offered here: (vendor, its words)."""
        found = {_vendor(a) for a in self.accounts.values()}
        return [(_product(v), v.withdrawn) for v in found if v is not None and v.withdrawn]

    @property
    def chosen_account(self) -> VendorAccount:
        """The account of a valid form."""
        return self.accounts[self.cleaned_data["account"]]


def for_whom(viewer: Viewer, draft: Draft, data: Any = None) -> ForWhomForm | None:
    """The same questions on the page of a draft filed from elsewhere; None for anybody else.

    Its inputs belong to the draft's own form, so that choosing keeps what was typed there.
    """
    if not draft.acting_in.is_reseller or draft.customer_id in viewer.organization_ids:
        return None
    initial = {
        "contact": str(draft.contact_user_id or ""),
        "visible": "yes" if draft.visible_to_customer else "no",
    }
    form = ForWhomForm(viewer, draft.customer, data, initial=initial, prefix="_for")
    for field in form.fields.values():
        field.widget.attrs["form"] = "filing"
    return form


def refilled(filing: Filing, contact: User | None) -> dict[str, Answer]:
    """The filing's answers with this contact's particulars where the former one's stood unedited.

    Which questions are about the contact the form itself tells: their defaults change with it.
    """
    former = {question.key: question.default for question in filing.schema.fields}
    told = copy(filing.draft)
    told.contact_user = contact
    schema = filing.vendor.form_schema(schema_form.told(filing.answers), context_of(told))
    answers = filing.kept_answers()
    for question in schema.fields:
        key, given = question.key, answers.get(question.key)
        if question.default == former.get(key) or (given or None) != former.get(key):
            continue
        if question.default is None:
            answers.pop(key, None)
        else:
            answers[key] = question.default
    return answers


def _grouped(accounts: Iterable[VendorAccount]) -> Grouped:
    """The accounts under the name of the API they are filed through."""
    found: dict[str, list[tuple[str, str]]] = {}
    for account in accounts:
        vendor = _vendor(account)
        if vendor is not None:
            found.setdefault(_product(vendor), []).append((str(account.pk), account.name))
    return sorted(found.items())


def _vendor(account: VendorAccount) -> Any:
    return vendors().get(account.connection.vendor)


def _product(vendor: Any) -> str:
    return f"{vendor.name} {vendor.product}".strip()
