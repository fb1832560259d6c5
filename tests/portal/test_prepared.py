import threading

import pytest
from django.db import connection
from django.db.models import CharField, QuerySet, UUIDField
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import Membership, Organization
from portal.prepared import Prepared, Slot
from tests.factories import CustomerFactory, MembershipFactory

pytestmark = pytest.mark.django_db


def named(name: str | Slot) -> QuerySet[Organization]:
    return Organization.objects.filter(name=name)


BY_NAME = Prepared(lambda: named(Slot("name", CharField())))


def test_it_finds_what_a_fresh_query_finds_whatever_the_value() -> None:
    CustomerFactory(name="Northwind")
    CustomerFactory(name="O'Hara, 100 %s")
    for name in ("Northwind", "O'Hara, 100 %s", "nobody", "Northwind"):
        assert BY_NAME.run(name=name) == list(named(name))


def test_it_sees_what_was_stored_since_it_ran_last() -> None:
    assert BY_NAME.first(name="Southwind") is None
    made = CustomerFactory(name="Southwind")
    assert BY_NAME.first(name="Southwind") == made


def test_related_rows_come_in_the_same_statement() -> None:
    member = MembershipFactory()
    of = Prepared(
        lambda: Membership.objects.filter(user=Slot("user", UUIDField())).select_related(
            "organization", "user"
        )
    )
    of.run(user=member.user_id)
    with CaptureQueriesContext(connection) as asked:
        (found,) = of.run(user=member.user_id)
        assert (found.organization, found.user) == (member.organization, member.user)
    assert len(asked) == 1


def test_the_query_is_built_once() -> None:
    built: list[int] = []

    def build() -> QuerySet[Organization]:
        built.append(1)
        return named(Slot("name", CharField()))

    query = Prepared(build)
    for name in ("a", "b", "c"):
        query.run(name=name)
    assert built == [1]


def test_a_value_that_lacks_is_an_error() -> None:
    with pytest.raises(KeyError, match="name"):
        BY_NAME.run(nome="Northwind")


@pytest.mark.django_db(transaction=True)
def test_threads_do_not_see_each_others_values() -> None:
    names = [f"Wind {number}" for number in range(4)]
    for name in names:
        CustomerFactory(name=name)
    wrong: list[str] = []

    def ask(name: str) -> None:
        try:
            for _ in range(50):
                found = BY_NAME.run(name=name)
                if [each.name for each in found] != [name]:
                    wrong.append(name)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
