"""The fixtures of the isolation matrix."""

import pytest

from portal.accounts.models import Membership
from portal.accounts.roles import Role
from tests.isolation.askers import CONTOSO, FABRIKAM, NORTHWIND
from tests.isolation.estates import Estate, join, second_reseller, settle
from tests.world import World, played, world

__all__ = ["played", "world"]


@pytest.fixture
def estates(world: World) -> dict[str, Estate]:
    """Northwind's, Fabrikam's and Contoso's rows; everybody who may ask is in `world.people`."""
    more = {
        "colleague": (NORTHWIND, Role.REQUESTER),
        "disabled": (NORTHWIND, Role.MANAGER),
        "stale": (NORTHWIND, Role.MANAGER),
        "removed": (NORTHWIND, Role.MANAGER),
        "contosos": (CONTOSO, Role.REQUESTER),
    }
    for name, (slug, role) in more.items():
        world.people[name] = join(slug, role, world, name)
    world.people["rival_admin"] = join("summit", Role.ADMIN, world, "rival_admin")
    world.people["operator"] = join(NORTHWIND, Role.VIEWER, world, "operator")
    world.people["operator"].is_superuser = True
    world.people["operator"].save()
    Membership.objects.filter(user=world.people["operator"]).delete()
    connection, account = second_reseller(world)
    at = {NORTHWIND: ("casey", world.connection, world.accounts[NORTHWIND])}
    at[FABRIKAM] = ("stranger", world.connection, world.accounts[FABRIKAM])
    at[CONTOSO] = ("contosos", connection, account)
    return {
        slug: settle(world, slug, world.people[who], theirs, under)
        for slug, (who, theirs, under) in at.items()
    }
