"""Everybody who may knock at an address, and what lies in their reach."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from portal.accounts.models import User

NORTHWIND, FABRIKAM, CONTOSO = "northwind", "fabrikam", "contoso"


@dataclass(frozen=True)
class Asker:
    """One kind of person at the door. `reach`: the customers whose cases they may see."""

    person: str = ""
    reach: frozenset[str] = frozenset()
    drafts: str = ""  # whose draft of the three is theirs
    console: frozenset[str] = frozenset()  # the customers they see in the administration
    belongs: str = ""  # whose name is no secret to them although they see none of its cases
    signed_in: bool = True
    reads_only: bool = False
    looks: bool = False  # through another's eyes: nothing they do changes anything at all
    inside: str = ""  # whose internal words they may read
    spoil: Callable[[Client, User], None] | None = None  # what happened to them since sign-in

    @property
    def own(self) -> str:
        return min(
            self.reach | self.console, default=FABRIKAM, key=[NORTHWIND, CONTOSO, FABRIKAM].index
        )


def disable(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def grow_stale(client: Client, user: User) -> None:
    session = client.session
    session["signed_in_at"] = session["seen_at"] = (timezone.now() - timedelta(days=2)).timestamp()
    session.save()


def leave(client: Client, user: User) -> None:
    user.memberships.all().delete()


def look_as_casey(client: Client, user: User) -> None:
    casey = User.objects.get(email="casey@northwind.example")
    began = client.post(f"/view-as/{casey.pk}/", {"reason": "What does Casey see?"})
    assert began.status_code == 302


N, M, C = frozenset({NORTHWIND}), frozenset({NORTHWIND, FABRIKAM}), frozenset({CONTOSO})
ASKERS = {
    "anonymous": Asker(signed_in=False),
    "disabled": Asker("disabled", belongs=NORTHWIND, signed_in=False, spoil=disable),
    "stale": Asker("stale", belongs=NORTHWIND, signed_in=False, spoil=grow_stale),
    "removed": Asker("removed", spoil=leave),
    "casey": Asker("casey", N, NORTHWIND, inside=NORTHWIND),
    "colleague": Asker("colleague", belongs=NORTHWIND),
    "vera": Asker("vera", N, reads_only=True, inside=NORTHWIND),
    "morgan": Asker("morgan", N, inside=NORTHWIND),
    "stranger": Asker("stranger", frozenset({FABRIKAM}), FABRIKAM, inside=FABRIKAM),
    "riley": Asker("riley", M),
    "riley as casey": Asker("riley", N, reads_only=True, looks=True, spoil=look_as_casey),
    "admin": Asker("admin", M, console=M),
    "contosos": Asker("contosos", C, CONTOSO, inside=CONTOSO),
    "rival agent": Asker("rival", C),
    "rival admin": Asker("rival_admin", C, console=C),
    "operator": Asker("operator", console=M | C),
}
