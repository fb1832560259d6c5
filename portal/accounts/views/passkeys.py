"""A person's own passkeys by a name that counts nothing; what is done to them is allauth's."""

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import edit_webauthn, remove_webauthn
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from portal.accounts.sign_in_rules import passkey_mark


def rename_passkey(request: HttpRequest, mark: str) -> HttpResponseBase:
    """Give one's own passkey another name."""
    answer: HttpResponseBase = edit_webauthn(request, pk=_own(request, mark))
    return answer


def remove_passkey(request: HttpRequest, mark: str) -> HttpResponseBase:
    """Take one's own passkey off the account; asks who it is first."""
    answer: HttpResponseBase = remove_webauthn(request, pk=_own(request, mark))
    return answer


def _own(request: HttpRequest, mark: str) -> int:
    found = Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.WEBAUTHN)
    for key in found.values_list("pk", flat=True):
        if passkey_mark(key) == mark:
            return int(key)
    raise Http404("No such passkey.")
