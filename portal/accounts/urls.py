"""A person's own pages; signing in and all about it is allauth's.

What stands here in the place of an address of allauth's hides that one.
"""

from django.urls import path

from portal.accounts.views import invitation, passkeys, profile, sessions

app_name = "accounts"
urlpatterns = [
    path("profile/", profile.profile, name="profile"),
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("2fa/webauthn/keys/<slug:mark>/edit/", passkeys.rename_passkey, name="rename_passkey"),
    path("2fa/webauthn/keys/<slug:mark>/remove/", passkeys.remove_passkey, name="remove_passkey"),
    path("signed-in/", sessions.signed_in, name="signed_in"),
    path("sessions/<slug:mark>/end/", sessions.end_session, name="end_session"),
]
