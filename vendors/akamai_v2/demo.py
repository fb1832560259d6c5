"""The demo's connections to Akamai v2: one of each reseller, to the simulator."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SECRETS = ("client_token", "client_secret", "access_token")

# owner, label, and for each vendor account its id, its name and the customers entitled to it
DEMO = (
    (
        "reseller",
        "Akamai support",
        (
            ("1-NWT01", "Northwind Traders", ("northwind",)),
            ("1-FAB02", "Fabrikam Industries", ("fabrikam",)),
        ),
    ),
    ("rival", "Akamai support", (("1-CON03", "Contoso Retail", ("contoso",)),)),
)


@dataclass(frozen=True, slots=True)
class DemoConnection:
    """A connection to seed; organisations are named by the first label of their e-mail domain.

    `accounts` are (account id, name, customers entitled to it), as the simulator's `customer`
    options spell the first two.
    """

    owner: str
    label: str
    base_url: str
    secrets: Mapping[str, str]
    accounts: tuple[tuple[str, str, tuple[str, ...]], ...]


def connections(credentials: Mapping[str, Any], base_url: str) -> list[DemoConnection]:
    """The demo's connections, given the simulator's `/_simulator/credentials` and its address.

    An owner whose customers the simulator keeps apart gets the credential that sees them.
    """
    return [
        DemoConnection(owner, label, base_url, _secrets(credentials, accounts), accounts)
        for owner, label, accounts in DEMO
    ]


def _secrets(
    credentials: Mapping[str, Any], accounts: tuple[tuple[str, str, tuple[str, ...]], ...]
) -> dict[str, str]:
    names = {name for _, name, _ in accounts}
    apart = credentials.get("akamai_apart", [])
    own = (each for each in apart if names & set(each["customers"]))
    given = next(own, credentials["akamai"])
    return {name: str(given[name]) for name in ("host", *SECRETS)}
