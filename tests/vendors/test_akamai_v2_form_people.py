"""Whose form it is: the contact in the API user's place, and no other customer's name anywhere."""

import pytest

from tests.vendors.akamai_v2_metadata import (
    API_USER,
    CONTOSO,
    FABRIKAM,
    NORTHWIND,
    Desk,
    attribute,
    attributes,
    context,
    customers,
    field_of,
    form,
    option,
    question,
    with_questions,
)
from vendors.schema import Control
from vendors.vocabulary import Account, Contact, FilingContext

PEOPLE = ("userName", "userEmail", "userPhone", "userCompany")


def test_the_four_members_of_userdetail_are_required_and_hold_the_contact() -> None:
    schema = form(Desk())
    fields = [field_of(schema, f"userDetail/{name}") for name in PEOPLE]

    assert all(field.required and not field.disabled for field in fields)
    assert [field.member for field in fields] == list(PEOPLE)
    assert [field.control for field in fields] == [
        Control.TEXT,
        Control.EMAIL,
        Control.PHONE,
        Control.TEXT,
    ]
    assert [field.default for field in fields] == [
        "Casey Moss",
        "casey@northwind.example",
        "+44 20 7946 0999",
        "Northwind",
    ]
    assert [field.label for field in fields] == ["Name", "Email", "Phone", "Company"]
    assert {field.max_length for field in fields} == {100}


def test_what_the_contact_lacks_is_left_to_be_filled_in() -> None:
    field = field_of(form(Desk(), who=context(who=Contact(name="Casey"))), "userDetail/userPhone")
    assert (field.default, field.required) == (None, True)


def test_a_disabled_userdetail_is_still_the_persons_to_fill() -> None:
    made = attributes(userDetail={"userName": attribute(value="Rita Simmons", isDisabled=True)})
    field = field_of(form(Desk(attributes=made)), "userDetail/userName")
    assert (field.disabled, field.default) == (False, "Casey Moss")


@pytest.mark.parametrize("value", [str(value) for value in API_USER.values()])
def test_nothing_of_the_api_user_is_shown(value: str) -> None:
    desk = with_questions(
        question(1, currentAnswers=[API_USER["userName"]]),
        question(2, currentAnswers=[API_USER["userPhone"]]),
        question(3, currentAnswers=[f"{API_USER['userName']} <{API_USER['userEmail']}>"]),
        question(4, isDisabled=True, currentAnswers=[API_USER["userCompany"]]),
        endCustomerName=attribute(value=API_USER["userCompany"]),
    )
    assert value not in repr(form(desk))


def test_prefilled_values_of_the_api_user_become_the_contacts() -> None:
    desk = with_questions(
        question(1, currentAnswers=[API_USER["userName"]]),
        question(2, currentAnswers=[f"{API_USER['userName']}, {API_USER['userPhone']}"]),
    )
    schema = form(desk)
    assert field_of(schema, "questionnaire/100/1").default == "Casey Moss"
    assert field_of(schema, "questionnaire/100/2").default == "Casey Moss, +44 20 7946 0999"


# customers


def test_a_single_entitled_customer_is_chosen_and_fixed() -> None:
    field = field_of(form(Desk()), "customer")
    assert [choice.value for choice in field.choices] == ["Northwind Traders"]
    assert (field.default, field.disabled) == ("Northwind Traders", True)
    assert field.source == "The one account at Akamai that may be filed for"


@pytest.mark.parametrize(
    "account", [Account("1-NW", "spelt otherwise"), Account("other", " northwind TRADERS ")]
)
def test_a_customer_is_entitled_by_id_or_by_name(account: Account) -> None:
    field = field_of(form(Desk(), who=context(account)), "customer")
    assert [choice.value for choice in field.choices] == ["Northwind Traders"]


def test_several_entitled_customers_begin_with_the_account_filed_under() -> None:
    who = context(NORTHWIND, FABRIKAM, account=FABRIKAM)
    field = field_of(form(Desk(), who=who), "customer")
    assert [choice.value for choice in field.choices] == [
        "Northwind Traders",
        "Fabrikam Industries",
    ]
    assert (field.default, field.disabled) == ("Fabrikam Industries", False)


def test_the_vendors_current_customer_is_kept_by_id_if_it_is_entitled() -> None:
    who = context(NORTHWIND, FABRIKAM, account=Account("9", "Neither"))
    for current, default in (("1-FB", "Fabrikam Industries"), ("1-CT", None)):
        desk = Desk(attributes=attributes(customer=customers(current)))
        assert field_of(form(desk, who=who), "customer").default == default


def test_without_an_entitled_customer_an_optional_one_is_not_asked() -> None:
    schema = form(Desk(), who=context(Account("x", "Nobody")))
    assert schema.field("customer") is None
    assert schema.complete


def test_without_an_entitled_customer_a_required_one_stops_the_form() -> None:
    desk = Desk(attributes=attributes(customer=customers(isRequired=True)))
    schema = form(desk, who=context(Account("x", "Nobody")))
    customer = field_of(schema, "customer")
    assert (customer.choices, customer.errors != ()) == ((), True)
    assert not schema.complete


def test_an_organisation_without_any_account_sees_no_customer() -> None:
    who = FilingContext(NORTHWIND, (), Contact(), False)
    text = repr(form(Desk(), who=who))
    assert not [a.name for a in (NORTHWIND, FABRIKAM, CONTOSO) if a.name in text]


@pytest.mark.parametrize("is_staff", [False, True])
def test_no_other_customers_name_or_id_stands_anywhere_in_the_form(is_staff: bool) -> None:
    desk = with_questions(
        question(1, helpText="For example Contoso Retail."),
        question(2, questionText="Is it FABRIKAM INDUSTRIES too?"),
        question(3, currentAnswers=["Contoso Retail, 3rd floor"]),
        question(4, "dropdown", option("Contoso Retail", 1), option("Northwind Traders", 2)),
        question(5, "checkbox", option("Us and Fabrikam Industries"), currentAnswers=["1-CT"]),
        customer=customers("1-CT", displayName="Customer (not Contoso Retail)"),
        endCustomerName=attribute(value="Fabrikam Industries", displayName="As 1-FB"),
        subject=attribute(value="For Contoso Retail: "),
    )
    schema = form(desk, who=context(is_staff=is_staff))

    text = repr(schema).casefold()
    for other in (FABRIKAM, CONTOSO):
        assert other.name.casefold() not in text
        assert other.account_id.casefold() not in text
    assert [c.value for c in field_of(schema, "questionnaire/100/4").choices] == [
        "Northwind Traders"
    ]
    assert field_of(schema, "subject").default is None


def test_an_own_name_that_holds_anothers_is_left_whole() -> None:
    own = Account("1-NW", "Contoso Retail Northwind")
    customer = {
        "answerOptions": [option(own.name, "1-NW"), option("Contoso Retail", "1-CT")],
        "uiControls": {"fieldType": "dropdown"},
    }
    made = attributes(
        customer=customer, subject=attribute(displayName="Contoso Retail Northwind, Contoso Retail")
    )
    schema = form(Desk(attributes=made), who=context(own, account=own))
    assert field_of(schema, "subject").label == "Contoso Retail Northwind, …"


def test_a_short_customer_name_does_not_eat_other_words() -> None:
    customer = {
        "answerOptions": [option("It", "2"), option("Edge", "3-E")],
        "uiControls": {"fieldType": "dropdown"},
    }
    made = attributes(customer=customer, subject=attribute(displayName="It is Edgeless 2"))
    assert field_of(form(Desk(attributes=made)), "subject").label == "It is Edgeless 2"


def test_a_customer_named_like_a_severity_takes_none_away() -> None:
    customer = {"answerOptions": [option("Major")], "uiControls": {"fieldType": "dropdown"}}
    schema = form(Desk(attributes=attributes(customer=customer)))
    assert "2-Major" in [choice.value for choice in field_of(schema, "severity").choices]


# references and the hidden flag


def test_the_resellers_members_are_asked_as_the_vendor_offers_them() -> None:
    schema = form(Desk())
    for key, section in {
        "endCustomerName": "people",
        "customerTrackingNumber": "references",
        "partnerTicketNumber": "references",
    }.items():
        assert (field_of(schema, key).section, field_of(schema, key).required) == (section, False)
    without = form(
        Desk(
            attributes=attributes(
                customer=None,
                endCustomerName=None,
                customerTrackingNumber=None,
                partnerTicketNumber=None,
            )
        )
    )
    keys = {f.key for f in without.fields}
    assert not keys & {
        "customer",
        "endCustomerName",
        "customerTrackingNumber",
        "partnerTicketNumber",
    }


def test_only_staff_may_hide_a_case_at_the_vendor_and_do_not_by_default() -> None:
    field = field_of(form(Desk(), who=context(is_staff=True)), "doNotShowInPortalFlag")
    assert (field.control, field.default, field.required) == (Control.CHECKBOX, None, False)
    assert form(Desk()).field("doNotShowInPortalFlag") is None


def test_the_vendor_cannot_make_everybody_hide_cases() -> None:
    desk = Desk(attributes=attributes(doNotShowInPortalFlag=attribute("checkbox", "true")))
    assert form(desk).field("doNotShowInPortalFlag") is None
