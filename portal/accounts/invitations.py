"""Invitations: the only way to an account, and to one more organisation for those who have one.

The link is known to its mail alone; the row keeps a digest. It is good for one acceptance, by the
person the mail was for, until it expires or is taken back.
"""

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPException
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils import timezone

from portal.accounts import audit
from portal.accounts.models import AuditEvent, Invitation, Membership, Organization, User
from portal.accounts.models.invitation import LASTS
from portal.accounts.people import Refused, roles_of, served
from portal.accounts.sign_in import public

log = logging.getLogger("caseport.people")

MOST_AN_HOUR = 20
SENDING = ("person invited", "invitation resent")


class Gone(Exception):
    """The invitation cannot be accepted any more; `became` says what became of it."""

    def __init__(self, became: Invitation.State) -> None:
        super().__init__(str(became.label))
        self.became = became


class Taken(Exception):
    """The address has an account by now, so nobody can make one: its owner signs in instead."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What somebody without an account tells about themselves."""

    name: str
    phone: str
    time_zone: str
    password: str


def waiting(organization: Organization) -> QuerySet[Invitation]:
    """Those neither accepted nor taken back, expired ones included."""
    return Invitation.objects.filter(
        organization=organization, accepted_at=None, revoked_at=None
    ).select_related("invited_by")


def normal_address(written: str) -> str:
    """The address as we keep and compare it; refused if mail servers could read it in two ways."""
    local, _, domain = written.strip().rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode()}".lower()
    except UnicodeError:
        raise Refused("Enter a valid email address.", "email") from None
    if not address.isascii():
        raise Refused("The part before the @ may have plain letters only.", "email")
    return address


def invite(*, actor: User, organization: Organization, email: str, role: str) -> Invitation:
    """Invite an address and mail it the link."""
    if role not in roles_of(organization):
        raise Refused("Choose a role that is offered here.", "role")
    address = normal_address(email)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=organization.pk)  # one at a time
        _check_new(organization, address)
        _check_rate(actor)
        invitation = Invitation.objects.create(
            organization=organization,
            email=address,
            role=role,
            invited_by=actor,
            token_digest=digest(token),
            expires_at=timezone.now() + LASTS,
        )
        _record(actor, "person invited", invitation)
    _mail(invitation, token)
    return invitation


def resend(*, actor: User, organization: Organization, invitation_id: UUID) -> Invitation:
    """Mail a new link with the whole time to answer; the old one is dead."""
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    with transaction.atomic():
        invitation = _unanswered(organization, invitation_id)
        _check_rate(actor)
        Invitation.objects.filter(pk=invitation.pk).update(
            token_digest=digest(token), sent_at=now, expires_at=now + LASTS, invited_by=actor
        )
        invitation.refresh_from_db()
        _record(actor, "invitation resent", invitation)
    _mail(invitation, token)
    return invitation


def revoke(*, actor: User, organization: Organization, invitation_id: UUID) -> Invitation:
    """Take an invitation back; its link is dead."""
    with transaction.atomic():
        invitation = _unanswered(organization, invitation_id)
        Invitation.objects.filter(pk=invitation.pk).update(revoked_at=timezone.now())
        _record(actor, "invitation revoked", invitation)
    return invitation


# what its receiver does


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def found(token: str) -> Invitation | None:
    """The invitation this link leads to, whatever became of it."""
    return (
        Invitation.objects.select_related("organization", "invited_by")
        .filter(token_digest=digest(token))
        .first()
    )


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether this person reads the mail of the invited address."""
    return (
        user.email.lower() == invitation.email
        or _proven(invitation.email).filter(user=user).exists()
    )


def has_account(invitation: Invitation) -> bool:
    """Whether somebody signs in by the invited address, or proved that it is theirs."""
    by_address = User.objects.filter(email__iexact=invitation.email).values_list("email", flat=True)
    return (
        any(email.lower() == invitation.email for email in by_address)
        or _proven(invitation.email).exists()
    )


def join(*, user: User, invitation: Invitation) -> Membership:
    """Accept as somebody with an account. Who belongs already keeps the role they have."""
    if not is_for(invitation, user):
        raise Refused("This invitation is for another address.")
    with transaction.atomic():
        return _accept(invitation, user)


def join_as_new(*, invitation: Invitation, told: NewPerson) -> User:
    """Accept by making an account, its address proven by the link that was mailed to it."""
    try:
        with transaction.atomic():
            Organization.objects.select_for_update().get(pk=invitation.organization_id)
            _still_open(invitation)
            if has_account(invitation):
                raise Taken
            user = _create(invitation.email, told)
            _accept(invitation, user)
    except IntegrityError:  # another organisation's invitation was answered at this very moment
        raise Taken from None
    return user


def _create(email: str, told: NewPerson) -> User:
    facts = {"name": told.name, "phone": told.phone, "time_zone": told.time_zone}
    user = User.objects.create_user(email, told.password, **facts)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _accept(invitation: Invitation, user: User) -> Membership:
    """Use the link up and make the membership: of two at once, one finds it used."""
    used = _open(invitation).update(accepted_at=timezone.now(), accepted_by=user)
    if not used:
        _still_open(invitation)
    membership, _ = Membership.objects.get_or_create(
        user=user, organization=invitation.organization, defaults={"role": invitation.role}
    )
    audit.record(
        actor=user,
        action="invitation accepted",
        object=membership,
        organization=invitation.organization,
    )
    return membership


def _open(invitation: Invitation) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        pk=invitation.pk,
        token_digest=invitation.token_digest,
        accepted_at=None,
        revoked_at=None,
        expires_at__gt=timezone.now(),
    )


def _still_open(invitation: Invitation) -> None:
    if _open(invitation).exists():
        return
    now = Invitation.objects.get(pk=invitation.pk)
    is_replaced = now.state is Invitation.State.OPEN
    raise Gone(Invitation.State.REVOKED if is_replaced else now.state)


def _proven(address: str) -> QuerySet[EmailAddress]:
    rows: QuerySet[EmailAddress] = EmailAddress.objects.filter(email=address, verified=True)
    return rows


def _unanswered(organization: Organization, invitation_id: UUID) -> Invitation:
    rows = Invitation.objects.select_for_update().filter(organization=organization)
    invitation = rows.filter(pk=invitation_id).first()
    if invitation is None or invitation.accepted_at or invitation.revoked_at:
        raise Refused("This invitation was answered or taken back by now.")
    return invitation


def _check_new(organization: Organization, address: str) -> None:
    """Refuse who belongs already or was asked; an expired invitation makes way."""
    belongs = Q(user__email__iexact=address)
    proven = Q(user__in=_proven(address).values("user"))
    if Membership.objects.filter(belongs | proven, organization=organization).exists():
        raise Refused(f"{address} belongs to {organization} already.", "email")
    before = waiting(organization).filter(email=address).first()
    if before is not None and before.state is Invitation.State.OPEN:
        raise Refused(f"{address} was invited already. Send that invitation again.", "email")
    if before is not None:
        Invitation.objects.filter(pk=before.pk).update(revoked_at=timezone.now())


def _check_rate(actor: User) -> None:
    """Refuse the next mail of somebody who sent their hour's share."""
    since = timezone.now() - timedelta(hours=1)
    sent = AuditEvent.objects.filter(actor=actor, action__in=SENDING, at__gt=since).order_by("-at")
    times = list(sent.values_list("at", flat=True)[:MOST_AN_HOUR])
    if len(times) == MOST_AN_HOUR:
        again = timezone.localtime(times[-1] + timedelta(hours=1))
        words = f"You sent {MOST_AN_HOUR} invitations within an hour. You may send the next at"
        raise Refused(f"{words} {again:%H:%M %Z}.")


def _record(actor: User, action: str, invitation: Invitation) -> None:
    audit.record(
        actor=actor,
        action=action,
        object=invitation,
        organization=invitation.organization,
        acting_for=served(actor, invitation.organization),
    )


def _mail(invitation: Invitation, token: str) -> None:
    """Send the link. The row is kept when that fails, so that it can be sent again."""
    path = reverse("accounts:invitation", args=[token]).removeprefix(get_script_prefix())
    context = {"invitation": invitation, "link": public(f"/{path}")}
    subject = render_to_string("accounts/mail/invitation_subject.txt", context)
    body = render_to_string("accounts/mail/invitation.txt", context)
    message = EmailMessage(" ".join(subject.split()), body, to=[invitation.email])
    try:
        message.send()
    except (SMTPException, OSError) as error:
        log.warning("an invitation could not be mailed: %s", type(error).__name__)
        words = f"The invitation of {invitation.email} is kept, but its mail could not be sent."
        raise Refused(f"{words} Send it again later.") from error
