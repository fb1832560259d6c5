"""The vendors there are, how one is added, and what each brings to the demo."""

import pytest

from tests.vendors.akamai_v2_desk import HOST, at
from vendors import registry
from vendors.akamai_v2 import AkamaiV2
from vendors.registry import UnknownVendor
from vendors.simulator.app import Simulator

PLAIN = "tests.vendors.plain_vendor.adapter:PlainVendor"


def test_a_vendor_is_known_by_its_key() -> None:
    assert registry.vendor_class("akamai_v2") is AkamaiV2
    with pytest.raises(UnknownVendor, match="nobody"):
        registry.vendor_class("nobody")


def test_vendors_stand_in_display_order_under_their_own_keys() -> None:
    found = registry.vendor_classes()
    assert list(found.values())[: len(registry.VENDORS)] == list(registry.VENDORS)
    assert all(key == vendor.key for key, vendor in found.items())


def test_another_vendor_is_added_by_one_line_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CASEPORT_DEMO", "1")
    monkeypatch.setenv("CASEPORT_EXTRA_VENDORS", PLAIN)
    assert list(registry.vendor_classes())[-1] == "plain"
    assert registry.demo_connections("plain", {}, "http://127.0.0.1:9000") == []


def test_production_has_the_vendors_of_the_table_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEPORT_EXTRA_VENDORS", PLAIN)
    for profile in ("0", ""):
        monkeypatch.setenv("CASEPORT_DEMO", profile)
        assert "plain" not in registry.vendor_classes()


def test_what_is_no_vendor_is_not_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEPORT_DEMO", "1")
    monkeypatch.setenv("CASEPORT_EXTRA_VENDORS", "pathlib:Path")
    with pytest.raises(UnknownVendor):
        registry.vendor_classes()


def test_the_demo_has_a_connection_for_each_reseller_that_works() -> None:
    simulator = Simulator()
    vendor = simulator.vendors["akamai_v2"]
    credentials = {
        "akamai": vendor.credentials(HOST),
        "akamai_apart": vendor.credentials_apart(HOST),
    }
    made = registry.demo_connections("akamai_v2", credentials, "http://127.0.0.1:9000")
    assert {each.owner: [name for _, name, _ in each.accounts] for each in made} == {
        "reseller": ["Northwind Traders", "Fabrikam Industries"],
        "rival": ["Contoso Retail"],
    }
    adapters = {each.owner: at(simulator, **each.secrets) for each in made}
    customers = {
        owner: {adapter.fetch_case(case.vendor_id).account_id for case in listed}
        for owner, adapter in adapters.items()
        if (listed := list(adapter.changed_cases(None)))
    }
    assert "Contoso Retail" not in customers["reseller"]
    assert customers["rival"] == {"Contoso Retail"}
    assert all(each.base_url == "http://127.0.0.1:9000" for each in made)
