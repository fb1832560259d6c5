"""Every rule of the contract on every vendor, and on a plain one that can do very little."""

from collections.abc import Callable
from functools import partial

import httpx
import pytest

from tests.vendors.akamai_v2_desk import HOST, NoTokens, effects, secrets_of, set_fault
from tests.vendors.akamai_v2_drafts import CONTACT, TEST_TICKET
from tests.vendors.contract_suite import (
    BROKEN,
    BUSY,
    LOST,
    MARKER,
    REFUSED,
    RULES,
    SUBJECT,
    UNAUTHORISED,
    Bench,
    LiveCatalogue,
)
from tests.vendors.plain_vendor.adapter import PlainVendor
from tests.vendors.plain_vendor.double import KEY, PlainDesk
from vendors import registry
from vendors.akamai_v2 import AkamaiV2
from vendors.contract import Tools, Vendor
from vendors.http.client import VendorClient
from vendors.http.hosts import HostRule
from vendors.schema import Answers, Control
from vendors.simulator.app import Simulator, build
from vendors.vocabulary import Account, Answered, CaseDraft, FilingContext, Kind

ACCOUNT = Account("1-NWT01", "Northwind Traders")
CONTEXT = FilingContext(ACCOUNT, (ACCOUNT,), CONTACT, is_staff=True)


def opened(
    vendor: type[Vendor], url: str, secrets: dict[str, str], transport: httpx.BaseTransport
) -> Vendor:
    client = VendorClient(
        url, vendor.auth(secrets), host_rule=HostRule(vendor.host_pattern), transport=transport
    )
    catalogue = LiveCatalogue()
    catalogue.vendor = vendor(Tools(client, catalogue, NoTokens()))
    return catalogue.vendor


def drafted(answers: Answers) -> CaseDraft:
    rows = (Answered(key, key, Control.TEXT, value, str(value)) for key, value in answers.items())
    return CaseDraft(MARKER, ACCOUNT, CONTACT, tuple(rows))


def akamai_v2() -> Bench:
    simulator = Simulator(sleep=lambda seconds: None)
    secrets = secrets_of(simulator)
    names = {
        LOST: "reset_after",
        UNAUTHORISED: "expired_credential",
        BUSY: "429",
        BROKEN: "500_before",
    }
    answers: Answers = {
        "categoryType": "Technical",
        "subCategories": (TEST_TICKET,),
        "severity": "3-Low Impact",
        "subject": SUBJECT,
        "description": "Nothing is wrong.",
        "userDetail/userName": CONTACT.name,
        "userDetail/userEmail": CONTACT.email,
        "userDetail/userPhone": CONTACT.phone,
        "userDetail/userCompany": CONTACT.company,
    }

    def fault(kind: Kind, name: str) -> None:
        set_fault(simulator, kind.value, names[name], retry_after=7)

    over = partial(opened, AkamaiV2, f"https://{HOST}", secrets)
    line = httpx.WSGITransport(build(simulator))
    return Bench(
        vendor=over(line),
        line=line,
        over=over,
        secrets=secrets,
        draft=drafted(answers),
        answers=answers,
        context=CONTEXT,
        effects=lambda: [each["operation"] for each in effects(simulator)],
        fault=fault,
        # the simulator refuses what is wrong, not what it is told to: see test_akamai_v2_verbs
        refuses=lambda kind: False,
    )


def plain() -> Bench:
    desk = PlainDesk()
    names = {LOST: "lost", REFUSED: "422", UNAUTHORISED: "401", BUSY: "429", BROKEN: "500"}
    answers: Answers = {"subject": SUBJECT, "text": "Nothing is wrong."}

    def fault(kind: Kind, name: str) -> None:
        desk.fault = names[name]

    over = partial(opened, PlainVendor, "https://desk.plain.example", {"key": KEY})
    line = httpx.WSGITransport(desk)
    return Bench(
        vendor=over(line),
        line=line,
        over=over,
        secrets={"key": KEY},
        draft=drafted(answers),
        answers=answers,
        context=CONTEXT,
        effects=lambda: [kind for kind, _ in desk.effects],
        fault=fault,
    )


BENCHES: dict[str, Callable[[], Bench]] = {"akamai_v2": akamai_v2, "plain": plain}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("vendor", BENCHES)
def test_a_vendor_keeps_the_contract(vendor: str, rule: Callable[[Bench], None]) -> None:
    rule(BENCHES[vendor]())


def test_every_vendor_of_the_registry_is_put_to_the_test() -> None:
    assert {vendor.key for vendor in registry.VENDORS} <= set(BENCHES)
