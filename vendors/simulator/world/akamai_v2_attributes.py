"""The case attributes of Akamai v2: what a case of a category and product is asked for.

Only members the vendor documents appear. What differs by product is in PRODUCTS and QUESTIONNAIRES;
the quirks of the vendor's own samples are kept: ``maxlength`` in one place, a phone as a number,
``upload`` always null, fieldTypes in mixed case.
"""

from typing import Any
from urllib.parse import quote

from .akamai_v2_severities import scale

Json = dict[str, Any]

API_USER = {
    "userName": "Rita Simmons",
    "userEmail": "rita.simmons@harbour-reselling.example",
    "userPhone": "442079460018",
    "userCompany": "Harbour Reselling Ltd",
}

CUSTOMERS = {
    "1-NWT01": "Northwind Traders",
    "1-FAB02": "Fabrikam Industries",
    "1-CON03": "Contoso Retail",
    "1-ADV04": "Adventure Cycles",
    "1-LIT05": "Litware Insurance",
    "1-TSP06": "Tailspin Airfreight",
}

QUESTIONNAIRES: dict[tuple[str, str, str | None], int] = {
    ("Technical", "Alta", "Slow delivery"): 100,
    ("Technical", "Ion Premier", "Stale or wrong content"): 101,
    ("Technical", "mPulse", None): 102,
    ("Security", "Kona Site Defender", "Under attack now"): 103,
    ("Professional-Services", "Alta", None): 104,
}
"""Questionnaire by category, product and problem; without a problem it holds for all of them."""


def _controls(kind: str, name: str, *, required: bool = False, **more: Any) -> Json:
    return {
        "fieldType": kind,
        "displayName": name,
        "isRequired": required,
        "isDisabled": False,
        **more,
    }


def _text(name: str, length: int, *, required: bool = False, value: str = "") -> Json:
    return {
        "value": value,
        "uiControls": _controls("text", name, required=required, maxLength=length),
    }


def _long_text(name: str, length: int, rows: int, *, required: bool = False) -> Json:
    controls = _controls("textarea", name, required=required, maxLength=length, rows=rows)
    return {"value": "", "uiControls": controls}


def _user_detail() -> Json:
    name = {
        "fieldType": "text",
        "displayName": "Name",
        "maxlength": 100,
    }  # as in the vendor's sample
    required = {"isRequired": True, "isDisabled": False}
    return {
        "userName": {"value": API_USER["userName"], "uiControls": {**name, **required}},
        "userPhone": {
            "value": int(API_USER["userPhone"]),
            "uiControls": _controls("text", "Phone Number", required=True, maxLength=40),
        },
        "userEmail": _text("Email", 255, required=True, value=API_USER["userEmail"]),
        "userCompany": _text("Company", 100, required=True, value=API_USER["userCompany"]),
    }


def _customer(current: tuple[str, ...] = ()) -> Json:
    options = [{"answerId": key, "answerValue": name} for key, name in CUSTOMERS.items()]
    return {
        "answerOptions": options,
        "currentAnswers": list(current),
        "uiControls": _controls("dropdown", "Customer", isClearable=True),
    }


def _severity(category: str, product: str | None) -> Json:
    href = f"/case-management/v2/categories/{category}"
    query = f"?product={quote(product)}" if product else ""
    severities = scale(category, product)
    return {
        "value": severities[-1].word,
        "answerOptions": [
            {"answerId": one.answer_id, "answerValue": one.word} for one in severities
        ],
        "links": [
            {"rel": "severity-definitions", "href": f"{href}/severity-definitions{query}"},
            {"rel": "response-time-frequency", "href": f"{href}/response-time-frequency{query}"},
        ],
        "uiControls": _controls("dropdown", "Severity", required=True),
    }


def _base(category: str, product: str | None) -> Json:
    return {
        "userDetail": _user_detail(),
        "subject": _text("Subject", 255, required=True),
        "description": _long_text("Description", 32_000, 10, required=True),
        "severity": _severity(category, product),
        "customer": _customer(),
        "endCustomerName": _text("End customer", 100),
        "customerTrackingNumber": _text("Customer tracking number", 60),
        "partnerTicketNumber": _text("Partner ticket number", 30),
        "upload": {
            "value": None,
            "uiControls": _controls("file-upload", "Attach a file", maxSize="25MB"),
        },
    }


def _disable(attribute: Json, value: str) -> None:
    attribute["value"] = value
    attribute["uiControls"]["isDisabled"] = True


def _ion(asked: Json) -> None:
    asked["customer"] = _customer(("1-FAB02",))
    _disable(asked["endCustomerName"], "As named in the contract")


def _dns(asked: Json) -> None:
    del asked["endCustomerName"], asked["partnerTicketNumber"]
    asked["upload"] = None


def _storage(asked: Json) -> None:
    asked["customerTrackingNumber"]["uiControls"]["isRequired"] = True
    asked["additionalDetails"] = _long_text("Storage group and path", 4_000, 4, required=True)


def _data(asked: Json) -> None:
    asked["severity"]["uiControls"]["fieldType"] = "DropDown"
    asked["description"]["uiControls"]["fieldType"] = "TextArea"


def _objects(asked: Json) -> None:
    del asked["severity"]["value"], asked["upload"]
    asked["subject"]["value"] = "Object Delivery: "


def _defender(asked: Json) -> None:
    _disable(asked["partnerTicketNumber"], "MANAGED-SOC")
    asked["customer"]["uiControls"]["isRequired"] = True


PRODUCTS = {
    "Ion Premier": _ion,
    "Edge DNS": _dns,
    "Global Traffic Management": _dns,
    "NetStorage": _storage,
    "DataStream": _data,
    "Object Delivery": _objects,
    "Kona Site Defender": _defender,
}


def _billing(asked: Json) -> None:
    del asked["endCustomerName"]
    asked["customer"]["currentAnswers"] = ["1-CON03"]
    asked["subject"]["uiControls"]["maxLength"] = 120


def questionnaire_id(category: str, product: str | None, problem: str | None) -> int | None:
    """Return the questionnaire a case of this product and problem may answer, if there is one."""
    if product is None:
        return None
    special = QUESTIONNAIRES.get((category, product, problem))
    return special or QUESTIONNAIRES.get((category, product, None))


def attributes(category: str, chosen: dict[str, str]) -> Json:
    """Answer the case-attributes operation for a category and its topics' values."""
    product = chosen.get("product")
    asked = _base(category, product)
    change = PRODUCTS.get(product or "")
    if category == "Billing":
        change = _billing
    if change is not None:
        change(asked)
    number = questionnaire_id(category, product, chosen.get("problem"))
    if number is not None:
        del asked["description"]
        asked["additionalDetails"] = _long_text("Anything else we should know", 16_000, 8)
        href = f"/case-management/v2/questionnaires/{number}"
        asked["links"] = [{"rel": "questionnaire", "href": href}]
    return asked
