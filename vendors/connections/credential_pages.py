"""The page on which a connection's credential is entered, tried and put to use.

What is in use serves on until somebody says “Use it from now on”.
"""

import logging
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from portal.accounts import sign_in_rules
from portal.accounts.models import User
from portal.accounts.scoped_admin import ScopedAdmin
from vendors.connections import credentials, gateway, secrets
from vendors.connections.credential_form import CredentialForm, credential_form
from vendors.connections.models import Connection, Credential
from vendors.connections.offered import vendors
from vendors.http.errors import VendorError
from vendors.http.redaction import redact

log = logging.getLogger("caseport.connections")

HELD = (
    "credential_file"  # the session's name for a sealed file of which one section is to be chosen
)
NEXT_STEP = "Now add the vendor accounts it reaches below, and to each the customers that may file."
GONE = "There is no next credential any more: it was put to use or discarded meanwhile."


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - admin_view let nobody else in
    return request.user


def clock_words(skew: float) -> str:
    """How far the vendor's clock is ahead of ours; it tells whole seconds, so one is no odds."""
    seconds = round(abs(skew))
    if seconds <= 1:
        return "The vendor's clock agrees with ours within a second."
    return f"The vendor's clock is {seconds:,} s {'ahead of' if skew > 0 else 'behind'} ours."


class CredentialPages(ScopedAdmin):
    """These pages, for the admin of connections. Each asks first who is there."""

    def get_urls(self) -> list[URLPattern]:
        deeds = {
            "credential": self.credential_page,
            "credential/try": self.try_credential,
            "credential/use": self.use_credential,
            "credential/discard": self.discard_credential,
        }
        own = [
            path(
                f"<uuid:connection_id>/{deed}/",
                self.admin_site.admin_view(view),
                name=f"connections_connection_{deed.replace('/', '_')}",
            )
            for deed, view in deeds.items()
        ]
        return [*own, *super().get_urls()]

    @method_decorator(sensitive_post_parameters())
    def credential_page(self, request: HttpRequest, connection_id: UUID) -> HttpResponse:
        """What is in use, what is next, and the form for another one, which is tried at once."""
        connection = self._changeable(request, connection_id)
        if answer := sign_in_rules.prove_identity(request):
            return answer
        adapter = vendors().get(connection.vendor)
        if adapter is None:
            self.message_user(request, "This vendor is not offered here any more.", messages.ERROR)
            return redirect("admin:connections_connection_change", connection.pk)
        shape = credential_form(adapter)
        if request.method != "POST":
            request.session.pop(HELD, None)
            return self._shown(request, connection, shape(connection))
        held = self._held(request, connection)
        form = shape(connection, request.POST, request.FILES, held=held)
        if not form.is_valid():
            self._hold(request, connection, form)
            return self._shown(request, connection, form)
        request.session.pop(HELD, None)
        entered = credentials.enter(
            connection,
            form.fields_entered,
            by=person(request),
            changed=form.entered,
            base_url=form.cleaned_data["base_url"],
            expires_on=form.cleaned_data["expires_on"],
        )
        for remark in form.remarks:
            self.message_user(request, remark, messages.INFO)
        self._try(request, entered)
        return _back(connection)

    @method_decorator(require_POST)
    def try_credential(self, request: HttpRequest, connection_id: UUID) -> HttpResponse:
        """Try the next credential once more."""
        connection = self._changeable(request, connection_id)
        found = credentials.waiting(connection)
        if found is None:
            self.message_user(request, GONE, messages.WARNING)
        else:
            self._try(request, found)
        return _back(connection)

    @method_decorator(require_POST)
    def use_credential(self, request: HttpRequest, connection_id: UUID) -> HttpResponse:
        """Put the next credential to use; unproven only where that was pressed in so many words."""
        connection = self._changeable(request, connection_id)
        if answer := sign_in_rules.prove_identity(request, _page(connection)):
            return answer
        try:
            credentials.put_to_use(
                connection, by=person(request), unproven="unproven" in request.POST
            )
        except Credential.DoesNotExist:
            self.message_user(request, GONE, messages.WARNING)
            return _back(connection)
        except credentials.NotProven:
            words = "It was not put to use: its last test did not succeed."
            self.message_user(request, words, messages.ERROR)
            return _back(connection)
        words = "The new credential is in use. What waited is sent with it, each case in its order."
        self.message_user(request, words, messages.SUCCESS)
        if not connection.accounts.exists():
            self.message_user(request, NEXT_STEP, messages.INFO)
        return redirect("admin:connections_connection_change", connection.pk)

    @method_decorator(require_POST)
    def discard_credential(self, request: HttpRequest, connection_id: UUID) -> HttpResponse:
        connection = self._changeable(request, connection_id)
        if answer := sign_in_rules.prove_identity(request, _page(connection)):
            return answer
        gone = credentials.discard(connection, by=person(request))
        words = "The next credential is discarded." if gone else GONE
        self.message_user(request, words, messages.SUCCESS if gone else messages.WARNING)
        return _back(connection)

    def _changeable(self, request: HttpRequest, connection_id: UUID) -> Connection:
        connection: Connection = self.get_object(request, str(connection_id))
        if not self.has_change_permission(request, connection):
            raise PermissionDenied
        return connection

    def _try(self, request: HttpRequest, credential: Credential) -> None:
        """What came of it stands on the page; a vendor may take its time, so no transaction."""
        try:
            credentials.prove(credential, by=person(request))
        except VendorError as error:
            log.info("a credential was tried and refused: %s", redact(error.words))

    def _held(self, request: HttpRequest, connection: Connection) -> str:
        """The file given a moment ago, of which a section is being chosen."""
        sealed = request.session.get(HELD, "")
        try:
            return str(secrets.unseal(sealed, _bound(request, connection))) if sealed else ""
        except secrets.Unreadable:
            return ""

    def _hold(self, request: HttpRequest, connection: Connection, form: CredentialForm) -> None:
        """Keep the file, sealed, while it is asked which of its sections is meant."""
        if form.sections:
            request.session[HELD] = secrets.seal(form.held, _bound(request, connection))

    def _shown(
        self, request: HttpRequest, connection: Connection, form: CredentialForm
    ) -> TemplateResponse:
        coming = credentials.waiting(connection)
        skew = coming.proof.get("clock_skew") if coming else None
        return TemplateResponse(
            request,
            "admin/connections/connection/credential.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": f"Credential of {connection}",
                "connection": connection,
                "form": form,
                "in_use": gateway.active_credential(connection),
                "coming": coming,
                "clock": clock_words(skew) if skew is not None else "",
                "file_name": form.adapter.credential_file,
            },
        )


def _bound(request: HttpRequest, connection: Connection) -> str:
    return f"file:{connection.pk}:{request.user.pk}"


def _page(connection: Connection) -> str:
    return reverse("admin:connections_connection_credential", args=[connection.pk])


def _back(connection: Connection) -> HttpResponseRedirect:
    return HttpResponseRedirect(_page(connection))
