"""A page looks twice, at a case and at its steps; a worker may be done in between."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from cases import access
from cases.access import Viewer
from cases.models import Case, Push
from cases.models.push import State
from portal.accounts.roles import Role
from tests.cases.read_page import Page
from tests.factories import CaseFactory, MembershipFactory, PushFactory
from vendors.vocabulary import Kind

NUMBER = "F-CS-1203600"
WATCH = {"HX-Request": "true", "Caseport-Watch": "1"}


@pytest.fixture
def case(db: None, client: Client) -> Case:
    """A case its vendor is being sent, before the eyes of who filed it."""
    membership = MembershipFactory.create(role=Role.REQUESTER)
    client.force_login(membership.user)
    made: Case = CaseFactory.create(
        organization=membership.organization, filed_by=membership.user, vendor_id=None
    )
    held = {"token": uuid4(), "lease_until": timezone.now()}
    PushFactory.create(case=made, kind=Kind.CREATE, state=State.SENDING, **held)
    return made


@pytest.fixture(autouse=True)
def _vendor_has_it_before_the_second_look(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    pushes = access.pushes

    def after_it_arrived(viewer: Viewer) -> Any:
        Case.everything.filter(pk=case.pk).update(vendor_id=NUMBER)
        ended = {"settled_at": timezone.now(), "token": None, "lease_until": None}
        Push.everything.filter(case=case).update(state=State.DONE, **ended)
        return pushes(viewer)

    monkeypatch.setattr(access, "pushes", after_it_arrived)


@pytest.mark.parametrize("headers", [{}, WATCH], ids=["whole", "watched"])
def test_a_case_that_arrives_meanwhile_is_not_told_as_taken_back(
    case: Case, client: Client, headers: dict[str, str]
) -> None:
    page = Page(client.get(f"/cases/{case.reference}/", headers=headers))
    shown = page.one("data-case")
    assert (shown["data-vendor-case"], shown["data-delivery"]) == (NUMBER, "with_vendor")
    assert "taken back" not in page.text
    assert page.one("data-watch")


def test_a_line_of_a_case_that_arrives_meanwhile_says_that_its_vendor_has_it(
    case: Case, client: Client
) -> None:
    line = Page(client.get("/cases/")).one("data-row", case.reference)
    assert NUMBER in line.text
    assert "Not sent" not in line.text
