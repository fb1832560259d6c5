"""The fixtures of tests about cases."""

import pytest
from django.test import Client

from portal.accounts.models import Membership
from portal.accounts.roles import Role
from tests.cases.filing_desk import desk
from tests.cases.telling_vendor import telling
from tests.factories import MembershipFactory
from tests.world import played, world

__all__ = ["desk", "played", "telling", "world"]


@pytest.fixture
def manager(db: None, client: Client) -> Membership:
    """A signed-in manager of one customer."""
    membership: Membership = MembershipFactory.create(role=Role.MANAGER)
    client.force_login(membership.user)
    return membership
