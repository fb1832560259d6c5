"""Mail of notices: each at most once, what is about one case together, a failure tried again later.

The rows say that a mail is owed. It is given up before it is sent and owed again if sending fails,
so that a worker that dies in between loses a mail at worst and never doubles it.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from cases.access import Viewer
from cases.notices.reading import unread
from portal.accounts.models import Notification

log = logging.getLogger("caseport.notices")

MOST_TRIES = 10
FIRST_PAUSE = timedelta(minutes=1)  # doubled with each try
LONGEST_PAUSE = timedelta(hours=1)


def send_due() -> bool:
    """Mail what is due for one person about one thing; False when nothing was."""
    taken = _take()
    if not taken:
        return False
    wanted = [notice.pk for notice in taken]
    person = taken[0].user
    told = list(unread(Viewer(person)).filter(pk__in=wanted).order_by("created_at"))
    if person.is_active and told:
        try:
            _mail(told)
        except (SMTPException, OSError) as error:
            _owe_again(told, error)
    return True


def _take() -> list[Notification]:
    """The notices of the next mail, no longer owed: all of one person about one thing."""
    now = timezone.now()
    owed = Notification.objects.exclude(mail_due_at=None)
    with transaction.atomic():
        first = owed.filter(mail_due_at__lte=now).order_by("mail_due_at").first()
        if first is None:
            return []
        same = owed.filter(
            user=first.user_id,
            case_reference=first.case_reference,
            connection_id=first.connection_id,
        )
        taken = list(same.select_for_update(of=("self",)).select_related("user"))
        ids = [notice.pk for notice in taken]
        Notification.objects.filter(pk__in=ids).update(mail_due_at=None, mailed_at=now)
    return taken


def _mail(told: Sequence[Notification]) -> None:
    site = settings.PUBLIC_URL.rstrip("/")
    context = {"notices": told, "first": told[0], "site": site, "count": len(told)}
    subject = render_to_string("accounts/mail/notices_subject.txt", context)
    body = render_to_string("accounts/mail/notices.txt", context)
    EmailMessage(" ".join(subject.split()), body, to=[told[0].user.email]).send()


def _owe_again(told: Sequence[Notification], error: Exception) -> None:
    """Each is owed again after a pause, unless it was tried often enough: the bell has it."""
    log.warning("a mail of notices could not be sent: %s", type(error).__name__)
    for notice in told:
        tries = notice.mail_tries + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**notice.mail_tries)
        due = timezone.now() + pause if tries < MOST_TRIES else None
        Notification.objects.filter(pk=notice.pk).update(
            mail_due_at=due, mailed_at=None, mail_tries=tries
        )
