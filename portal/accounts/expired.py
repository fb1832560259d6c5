"""What is good for nothing any more: sessions that ended by time, links that confirm an address."""

from allauth.account.models import EmailConfirmation
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone


def forget() -> bool:
    """Delete it; whether there was any."""
    ended, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    alive = Session.objects.values("session_key")
    lists, _ = UserSession.objects.exclude(session_key__in=alive).delete()
    links, _ = EmailConfirmation.objects.all_expired().delete()
    return bool(ended or lists or links)
