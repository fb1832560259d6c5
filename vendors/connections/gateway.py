"""The one door from a connection's rows to calls at its vendor."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, NoReturn

import httpx
from django.db.models import UUIDField

from portal.prepared import Prepared, Slot
from vendors.connections import secrets, tally
from vendors.connections.metadata import Budget, StoredCatalogue
from vendors.connections.models import Connection, Credential
from vendors.connections.offered import host_rule, vendors
from vendors.connections.tokens import PassingToken, StoredToken
from vendors.contract import Tools, Vendor
from vendors.http.client import CALL_SECONDS, VendorClient, VendorResponse
from vendors.http.errors import ForbiddenHost, NoCredential, Unauthorised


class PageClient(VendorClient):
    """A client whose calls, on a page with a budget, end with the budget. Files take their time."""

    budget = Budget(None)

    def call(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        deadline: float = CALL_SECONDS,
    ) -> VendorResponse:
        """As VendorClient's, within what is left of the budget too."""
        seconds = self.budget.left(deadline)
        return super().call(
            method, path, operation=operation, params=params, json=json, deadline=seconds
        )


class ClosedClient(VendorClient):
    """Stands in where a connection cannot be opened: every call says why and is not made."""

    def __init__(self, error: Unauthorised) -> None:
        self._error = error

    def _refuse(self) -> NoReturn:
        raise self._error

    def call(self, method: str, path: str, **kwargs: Any) -> VendorResponse:
        """Raise Unauthorised."""
        self._refuse()

    def upload(self, path: str, **kwargs: Any) -> VendorResponse:
        """Raise Unauthorised."""
        self._refuse()

    def download(
        self, path: str, **kwargs: Any
    ) -> AbstractContextManager[tuple[VendorResponse, Iterator[bytes]]]:
        """Raise Unauthorised."""
        self._refuse()


def vendor_of(connection: Connection) -> type[Vendor]:
    """The connection's adapter; LookupError if this installation has none for it."""
    found = vendors().get(connection.vendor)
    if found is None:
        raise LookupError(f"This installation has no adapter for {connection.vendor!r}.")
    return found


def open_vendor(
    connection: Connection, *, budget: float | None = None, trying: Credential | None = None
) -> Vendor:
    """The adapter, ready to call. `budget`: seconds all calls of this page may take together.

    It signs with the active credential, or with the one that is only being tried: then at that
    one's address, and with tokens that are kept nowhere. A missing or broken credential, key or
    address raises nothing here: the first call does, with Unauthorised. Only an unknown vendor
    raises, as `vendor_of` does.
    """
    adapter = vendor_of(connection)
    limit = Budget(budget)
    catalogue = StoredCatalogue(connection, limit)
    client = _client(connection, adapter, limit, trying)
    tokens = StoredToken(connection) if trying is None else PassingToken()
    vendor = adapter(Tools(client=client, catalogue=catalogue, tokens=tokens))
    catalogue.ask = vendor.fetch_metadata
    return vendor


def _client(
    connection: Connection, adapter: type[Vendor], budget: Budget, trying: Credential | None
) -> VendorClient:
    credential = trying or active_credential(connection)
    if credential is None:
        return ClosedClient(NoCredential(f"“{connection}” has no credential yet."))
    base_url = connection.base_url
    if trying is None:
        connection.opened_with = credential.pk
    else:
        base_url = trying.base_url or base_url
    try:
        auth = _auth(adapter, credential)
        client = PageClient(
            base_url, auth, host_rule=host_rule(adapter), journal=tally.journal(connection)
        )
    except secrets.Unreadable as error:
        words = f"The credential of “{connection}” cannot be opened. {error}"
        return ClosedClient(Unauthorised(words))
    except (KeyError, ValueError):
        words = f"The credential of “{connection}” is incomplete: enter it again."
        return ClosedClient(Unauthorised(words))
    except ForbiddenHost as error:
        words = f"The address of “{connection}” is not allowed: {error.words}."
        return ClosedClient(Unauthorised(words))
    client.budget = budget
    return client


def _auth(adapter: type[Vendor], credential: Credential) -> httpx.Auth:
    """What signs the requests; the plain fields live no longer than this call."""
    signer: httpx.Auth = adapter.auth(secrets.reveal(credential).expose())
    return signer


_ACTIVE = Prepared(
    lambda: Credential.objects.filter(
        connection=Slot("connection", UUIDField()), state=Credential.State.ACTIVE
    )
)


def active_credential(connection: Connection) -> Credential | None:
    """What the connection's calls are signed with now."""
    found = _ACTIVE.first(connection=connection.pk)
    if found is not None:
        found.connection = connection
    return found


def sent_as(connection: Connection) -> str:
    """The host and the identity the vendor takes us for: kept with each step that is sent."""
    credential = active_credential(connection)
    identity = credential.identity if credential is not None else ""
    return f"{connection.base_url}|{identity}"[:300]
