"""What every played vendor offers the simulator."""

from abc import ABC, abstractmethod
from typing import ClassVar

from .store import Store
from .wire import Answer, Call, Json


class UnknownCase(LookupError):
    """A control names a case this vendor does not have."""


class Vendor(ABC):
    """One vendor's API: a few paths, an own signature check, and an engineer behind the desk."""

    key: ClassVar[str]
    prefixes: ClassVar[tuple[str, ...]]
    """Paths that begin so are this vendor's."""
    credentials_key: ClassVar[str]
    """Under which name the credentials control lists this vendor's credentials."""

    def __init__(self, store: Store) -> None:
        """Play on the cases of ``store``."""
        self.store = store

    @abstractmethod
    def operation(self, call: Call) -> str | None:
        """Name the operation (create, note, file, close, token, read...), None for no such path."""

    @abstractmethod
    def answer(self, call: Call) -> Answer:
        """Do what the call asks, as the vendor would, refusals included."""

    @abstractmethod
    def failing(self, fault: str, call: Call, headers: tuple[tuple[str, str], ...]) -> Answer:
        """Answer in this vendor's words to the faults 429, 500, 503 and expired_credential."""

    @abstractmethod
    def act(self, case_id: str, action: Json) -> int:
        """Let the engineer do something; return the ledger's number.

        Raise UnknownCase, or ValueError naming what is wrong with the action.
        """

    @abstractmethod
    def seed(self) -> None:
        """Put the first cases into an empty store."""

    @abstractmethod
    def credentials(self, host: str) -> Json:
        """Return the credential to use by default."""

    def credentials_apart(self, host: str) -> list[Json]:
        """Return the credentials of clients that see certain customers alone."""
        return []

    @abstractmethod
    def change_credentials(self, action: Json, host: str) -> Json:
        """Add, disable or enable a credential and return it; raise ValueError on nonsense."""

    @abstractmethod
    def reset(self) -> None:
        """Bring the credentials back to the start."""

    @abstractmethod
    def facts(self) -> Json:
        """Tell tests where the interesting parts of this vendor's world are."""

    def tend(self, seconds: float) -> None:
        """Look after cases that are ``seconds`` old, when the simulator is asked to be alive."""
        del seconds
