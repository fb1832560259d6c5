"""Sessions and links whose time is over leave nothing behind."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from portal.accounts import expired
from tests.accounts.sign_in_steps import enter, person

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - timedelta(days=30)


def test_a_session_that_ended_goes_and_one_that_lasts_stays() -> None:
    kim = person()
    over, lasting = (str(enter(kim).session.session_key) for _ in range(2))
    Session.objects.filter(session_key=over).update(expire_date=LONG_AGO)
    assert expired.forget()
    assert [each.session_key for each in Session.objects.all()] == [lasting]
    assert [each.session_key for each in UserSession.objects.all()] == [lasting]
    assert not expired.forget()


def test_a_link_that_confirms_no_more_goes() -> None:
    address = EmailAddress.objects.create(user=person(), email="kim.park@example.test")
    for sent in (LONG_AGO, timezone.now()):
        EmailConfirmation.create(address)
        EmailConfirmation.objects.filter(sent=None).update(sent=sent)
    assert expired.forget()
    assert EmailConfirmation.objects.count() == 1
