"""When a person must prove again who they are, and of whom a second factor is demanded."""

import time
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db.models import Q
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode

from portal.accounts.models import User
from portal.accounts.roles import Role

SIGNED_IN_AT = "signed_in_at"  # what portal.middleware.session_limits notes in the session


def has_proved_identity(request: HttpRequest) -> bool:
    """Whether this person signed in, or proved again who they are, within the last minutes."""
    if not isinstance(request.user, User):
        return False
    proofs = [request.session.get(SIGNED_IN_AT)]
    records = get_authentication_records(request, request.user)
    proofs += [each["at"] for each in records if each.get("reauthenticated")]
    latest = max((at for at in proofs if isinstance(at, int | float)), default=0)
    return bool(time.time() - latest < app_settings.REAUTHENTICATION_TIMEOUT)


def prove_identity(request: HttpRequest, back: str = "") -> HttpResponseRedirect | None:
    """Where a person proves again who they are and comes back from; None if they just did.

    What was sent is not kept, for it may hold a secret: so ask before anything is typed. `back`:
    where they go on, if this address takes no visits.
    """
    if has_proved_identity(request):
        return None
    if request.method != "GET":
        messages.warning(request, "Nothing was saved yet: confirm who you are and enter it again.")
    query = urlencode({REDIRECT_FIELD_NAME: back or request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{query}")


def session_mark(session_key: str) -> str:
    """What names a session in an address: it opens nothing and counts nothing."""
    return _mark("caseport.session", session_key)


def passkey_mark(number: int) -> str:
    """What names a passkey in an address: its row's number would count everybody's."""
    return _mark("caseport.passkey", str(number))


def _mark(salt: str, value: str) -> str:
    return salted_hmac(salt, value, algorithm="sha256").hexdigest()[:32]


def lacks_second_factor(user: User) -> bool:
    """Whether this person may see the console and has no second factor; the demo demands none."""
    if settings.DEMO:
        return False
    of_console = Q(is_superuser=True) | Q(memberships__role=Role.ADMIN)
    factors = Authenticator.objects.filter(
        user=user.pk, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    )
    return User.objects.filter(of_console, pk=user.pk).exists() and not factors.exists()


def passkey_host() -> str:
    """The name passkeys are bound to."""
    return urlsplit(settings.PASSKEY_URL).hostname or ""


def passkeys_elsewhere(request: HttpRequest) -> str:
    """The portal's address at which passkeys work, when this one is another; empty if here.

    A browser binds a passkey to a host name and refuses a bare IP address.
    """
    here = urlsplit(f"//{request.get_host()}").hostname
    return "" if here == passkey_host() else str(settings.PASSKEY_URL)
