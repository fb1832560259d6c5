"""The fixtures of tests about connections."""

import pytest
from django.conf import LazySettings
from django.test import Client

from portal.accounts.models import User
from portal.accounts.roles import Role
from tests.connections.rows import connection, testco
from tests.factories import CustomerFactory, MembershipFactory
from tests.world import Played, played
from vendors.connections import credentials, gateway
from vendors.connections.models import Connection

__all__ = ["connection", "played", "testco"]


@pytest.fixture
def simulated(
    db: None, played: Played, settings: LazySettings, connection: Connection
) -> Connection:
    """The connection, now to the simulator with its credential."""
    played.control("reset", {})
    settings.EXTRA_HOSTS = [played.url.removeprefix("http://")]
    given = played.control("credentials")["akamai"]
    connection.vendor, connection.base_url = "akamai_v2", played.url
    connection.save()
    fields = {f.key: given[f.key] for f in gateway.vendor_of(connection).credential_fields}
    credentials.replace(connection, fields, by=None, changed=sorted(fields))
    return connection


@pytest.fixture
def admin(connection: Connection, client: Client) -> User:
    """The admin of the connection's owner, signed in."""
    member = MembershipFactory.create(organization=connection.owner, role=Role.ADMIN)
    client.force_login(member.user)
    person: User = member.user
    return person


@pytest.fixture
def rival(connection: Connection) -> User:
    """The admin of another reseller."""
    other = CustomerFactory.create().reseller
    person: User = MembershipFactory.create(organization=other, role=Role.ADMIN).user
    return person
