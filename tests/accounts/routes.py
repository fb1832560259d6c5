"""What every address of the site answers, by who asks. A new address needs a line here.

`owner` is who the thing belongs to: Casey of Northwind, and in `/admin/` the admin of her reseller.
`stranger` belongs to another customer of that reseller, `rival` is admin of another reseller.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLResolver, get_resolver

FINE = (200, 302, 422)
SIGN_IN = (302,)
NOT_THEIRS = (404,)
FORBIDDEN = (403,)


@dataclass(frozen=True)
class Row:
    """An address with places for ids, a method, and the statuses each may get."""

    path: str
    owner: tuple[int, ...] = FINE
    stranger: tuple[int, ...] = FINE
    rival: tuple[int, ...] = FINE
    anonymous: tuple[int, ...] = SIGN_IN
    method: str = "GET"
    viewer: tuple[int, ...] = ()

    def expected(self, role: str) -> tuple[int, ...]:
        found: tuple[int, ...] = getattr(self, role)
        return found


def everyones(path: str, *status: int, method: str = "GET") -> Row:
    """The same for everybody, signed in or not."""
    return Row(path, status, status, status, status, method)


def ones_own(path: str, *status: int) -> Row:
    """Whoever is signed in sees their own."""
    signed_in = status or FINE
    return Row(path, signed_in, signed_in, signed_in)


def theirs(
    path: str,
    method: str = "GET",
    owner: tuple[int, ...] = FINE,
    viewer: tuple[int, ...] = (),
) -> Row:
    """For its owner alone: to others signed in it does not exist.

    `viewer`: what a colleague who only reads may get of a deed besides a refusal.
    """
    return Row(path, owner, NOT_THEIRS, NOT_THEIRS, method=method, viewer=viewer)


def staff(path: str, *status: int) -> Row:
    """For reseller's admins, each within their reach."""
    return Row(path, status or FINE, NOT_THEIRS, status or FINE)


def model(
    name: str, add: tuple[int, ...], write: tuple[int, ...], listed: int = 200
) -> dict[str, Row]:
    """The pages of one model in the administration, and its row in `{name}`."""
    root = f"admin/{name}/"
    row = f"/{root}{{{name.replace('/', '_')}}}/"
    there = (200,) if listed == 200 else NOT_THEIRS
    route = f"{root}<path:object_id>/"
    return {
        root: staff(f"/{root}", listed),
        f"{root}add/": staff(f"/{root}add/", *add),
        f"{route}history/": theirs(f"{row}history/", owner=there),
        f"{route}delete/": theirs(f"{row}delete/", owner=write if there == (200,) else there),
        f"{route}change/": theirs(f"{row}change/", owner=there),
        route: staff(row, 302),  # to the page above, whatever the id
    }


def people(*pages: str, method: str = "GET") -> dict[str, Row]:
    """The people of the owner's organisation, for those who manage them there."""
    routes = {
        "{membership}": "<uuid:membership_id>",
        "{invitation}": "<uuid:invitation_id>",
    }
    found = {}
    for page in pages:
        route = f"people/<slug:slug>/{page}"
        for name, converter in routes.items():
            route = route.replace(name, converter)
        found[route] = theirs(f"/people/{{organization}}/{page}", method, (*FINE, 403))
    return found


STEP = "cases/<slug:reference>/steps/<uuid:push_id>"
CASE = "/cases/{reference}"

ROWS: dict[str, Row] = {
    "": ones_own("/"),
    "cases/": ones_own("/cases/"),
    "cases/new/": ones_own("/cases/new/"),
    "drafts/": ones_own("/drafts/"),
    "acting-for/": ones_own("/acting-for/", 200),
    "deliveries/": ones_own("/deliveries/"),
    "notices/": ones_own("/notices/"),
    "notices/read/": Row("/notices/read/", method="POST"),
    "notices/<uuid:notice_id>/read/": theirs(
        "/notices/{notice}/read/", "POST", (*FINE, 404), viewer=FINE
    ),
    "deliveries/retry/": Row("/deliveries/retry/", FORBIDDEN, FORBIDDEN, FINE, method="POST"),
    **{
        f"deliveries/<uuid:connection_id>/{deed}/": theirs(
            f"/deliveries/{{connections_connection}}/{deed}/", "POST", NOT_THEIRS
        )
        for deed in ("pause", "resume")
    },
    "audit/": Row("/audit/", NOT_THEIRS, NOT_THEIRS, (200,)),
    "audit/export.csv": Row("/audit/export.csv", NOT_THEIRS, NOT_THEIRS, (200,)),
    "people/": Row("/people/", FORBIDDEN, FORBIDDEN, (200,)),
    **people("", "invite/", "{membership}/role/", "{membership}/remove/"),
    **people("invitations/{invitation}/resend/", "invitations/{invitation}/revoke/", method="POST"),
    "cases/new/<uuid:draft_id>/": theirs("/cases/new/{draft}/"),
    "cases/new/<uuid:draft_id>/review/": theirs("/cases/new/{draft}/review/"),
    "drafts/<uuid:draft_id>/discard/": theirs("/drafts/{draft}/discard/", "POST"),
    "cases/<slug:reference>/": theirs(f"{CASE}/"),
    "cases/<slug:reference>/note/": theirs(f"{CASE}/note/", "POST"),
    "cases/<slug:reference>/file/": theirs(f"{CASE}/file/", "POST"),
    "cases/<slug:reference>/close/": theirs(f"{CASE}/close/", "POST"),
    "cases/<slug:reference>/refresh/": theirs(f"{CASE}/refresh/", "POST", viewer=FINE),
    "cases/<slug:reference>/assign/": theirs(f"{CASE}/assign/", "POST", (*FINE, 403)),
    "cases/<slug:reference>/watch/": theirs(f"{CASE}/watch/", "POST", viewer=FINE),
    "cases/<slug:reference>/unwatch/": theirs(f"{CASE}/unwatch/", "POST", viewer=FINE),
    "cases/<slug:reference>/share/": theirs(f"{CASE}/share/", "POST"),
    "cases/<slug:reference>/unshare/": theirs(f"{CASE}/unshare/", "POST"),
    "cases/<slug:reference>/visibility/": theirs(f"{CASE}/visibility/", "POST", (*FINE, 403)),
    "cases/<slug:reference>/files/<uuid:file_id>/": theirs(f"{CASE}/files/{{file}}/"),
    f"{STEP}/withdraw/": theirs(f"{CASE}/steps/{{push}}/withdraw/", "POST"),
    f"{STEP}/skip/": theirs(f"{CASE}/steps/{{push}}/skip/", "POST", (*FINE, 403)),
    f"{STEP}/resend/": theirs(f"{CASE}/steps/{{push}}/resend/", "POST"),
    f"{STEP}/release/": theirs(f"{CASE}/steps/{{push}}/release/", "POST", (*FINE, 403)),
    f"{STEP}/settle/": theirs(f"{CASE}/steps/{{push}}/settle/", "POST", (*FINE, 403)),
    "view-as/stop/": Row("/view-as/stop/", (302,), (302,), (302,), method="POST"),
    "view-as/<uuid:user_id>/": Row("/view-as/{accounts_user}/", (404,), (404,), (404,)),
    # signing in and one's own account
    "accounts/profile/": ones_own("/accounts/profile/"),
    "accounts/invitation/<str:token>/": everyones("/accounts/invitation/no-such-link/", 404),
    "accounts/login/": everyones("/accounts/login/", 200, 302),
    "accounts/logout/": everyones("/accounts/logout/", 200, 302),
    "accounts/inactive/": everyones("/accounts/inactive/", 200),
    "accounts/signup/": everyones("/accounts/signup/", 200, 302),
    "accounts/reauthenticate/": ones_own("/accounts/reauthenticate/"),
    "accounts/email/": ones_own("/accounts/email/"),
    "accounts/confirm-email/": everyones("/accounts/confirm-email/", 200),
    "accounts/password/change/": ones_own("/accounts/password/change/"),
    "accounts/password/set/": ones_own("/accounts/password/set/"),
    "accounts/password/reset/": everyones("/accounts/password/reset/", 200),
    "accounts/login/code/confirm/": everyones("/accounts/login/code/confirm/", 302),
    "accounts/^confirm-email/(?P<key>[-:\\w]+)/$": everyones("/accounts/confirm-email/key/", 200),
    "accounts/password/reset/key/done/": everyones("/accounts/password/reset/key/done/", 200),
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": everyones(
        "/accounts/password/reset/key/1-key/", 200
    ),
    "accounts/password/reset/done/": everyones("/accounts/password/reset/done/", 200),
    "accounts/2fa/": ones_own("/accounts/2fa/"),
    "accounts/2fa/authenticate/": everyones("/accounts/2fa/authenticate/", 302),
    "accounts/2fa/reauthenticate/": ones_own("/accounts/2fa/reauthenticate/"),
    "accounts/2fa/totp/activate/": ones_own("/accounts/2fa/totp/activate/"),
    "accounts/2fa/totp/deactivate/": ones_own("/accounts/2fa/totp/deactivate/", 302, 404),
    "accounts/2fa/recovery-codes/": ones_own("/accounts/2fa/recovery-codes/", 302, 404),
    "accounts/2fa/recovery-codes/generate/": ones_own("/accounts/2fa/recovery-codes/generate/"),
    "accounts/2fa/recovery-codes/download/": ones_own(
        "/accounts/2fa/recovery-codes/download/", 302, 404
    ),
    "accounts/2fa/webauthn/": ones_own("/accounts/2fa/webauthn/"),
    "accounts/2fa/webauthn/add/": ones_own("/accounts/2fa/webauthn/add/"),
    "accounts/2fa/webauthn/login/": everyones("/accounts/2fa/webauthn/login/", 302),
    "accounts/2fa/webauthn/reauthenticate/": ones_own("/accounts/2fa/webauthn/reauthenticate/"),
    "accounts/2fa/webauthn/keys/<int:pk>/edit/": ones_own(
        "/accounts/2fa/webauthn/keys/0/edit/", 404
    ),
    "accounts/2fa/webauthn/keys/<int:pk>/remove/": ones_own(
        "/accounts/2fa/webauthn/keys/0/remove/", 404
    ),
    "accounts/signed-in/": ones_own("/accounts/signed-in/", 200, 302),
    "accounts/2fa/webauthn/keys/<slug:mark>/edit/": ones_own(
        "/accounts/2fa/webauthn/keys/none/edit/", 404
    ),
    "accounts/2fa/webauthn/keys/<slug:mark>/remove/": ones_own(
        "/accounts/2fa/webauthn/keys/none/remove/", 404
    ),
    "accounts/sessions/": ones_own("/accounts/sessions/"),
    "accounts/sessions/<slug:mark>/end/": theirs(
        "/accounts/sessions/0/end/", "POST", owner=NOT_THEIRS
    ),
    # what browsers report and monitors ask
    "csp-report": everyones("/csp-report", 400, method="POST"),
    "livez": everyones("/livez", 200),
    "readyz": everyones("/readyz", 200),
    "metrics": everyones("/metrics", 404),
    "health.json": everyones("/health.json", 200),
    # administration
    "admin/": staff("/admin/"),
    "admin/login/": Row("/admin/login/", (302,), FORBIDDEN, (302,)),
    "admin/logout/": Row("/admin/logout/", (405,), NOT_THEIRS, (405,)),
    "admin/password_change/": staff("/admin/password_change/", 302),
    "admin/password_change/done/": staff("/admin/password_change/done/", 302),
    "admin/autocomplete/": staff(
        "/admin/autocomplete/?app_label=accounts&model_name=organization&field_name=reseller", 200
    ),
    "admin/jsi18n/": staff("/admin/jsi18n/"),
    "admin/^(?P<app_label>accounts|connections|cases)/$": staff("/admin/connections/"),
    "admin/(?P<url>.*)$": Row("/admin/no/such/page", (404,), NOT_THEIRS, (404,)),
    "admin/connections/connection/<uuid:connection_id>/test/": theirs(
        "/admin/connections/connection/{connections_connection}/test/", "POST"
    ),
    "admin/connections/connection/<uuid:connection_id>/credential/": theirs(
        "/admin/connections/connection/{connections_connection}/credential/"
    ),
    **{
        f"admin/connections/connection/<uuid:connection_id>/credential/{deed}/": theirs(
            f"/admin/connections/connection/{{connections_connection}}/credential/{deed}/", "POST"
        )
        for deed in ("try", "use", "discard")
    },
    **model("accounts/organization", FORBIDDEN, FORBIDDEN),
    **model("accounts/user", FORBIDDEN, FORBIDDEN, listed=403),
    **model("accounts/membership", FORBIDDEN, FORBIDDEN, listed=403),
    **model("accounts/auditevent", FORBIDDEN, FORBIDDEN),
    **model("connections/connection", FINE, FINE),
    **model("connections/credential", FORBIDDEN, FORBIDDEN),
    **model("connections/vendoraccount", FINE, FINE),
    **model("connections/entitlement", FINE, FINE),
    **model("connections/catalogueentry", FORBIDDEN, FORBIDDEN),
    **model("connections/drift", FORBIDDEN, FORBIDDEN),
    **model("cases/case", FORBIDDEN, FORBIDDEN),
    **model("cases/push", FORBIDDEN, FORBIDDEN),
    **model("cases/draft", FORBIDDEN, FORBIDDEN),
}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Every address pattern of the site."""
    for each in (resolver or get_resolver()).url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, route)
        else:
            yield route
