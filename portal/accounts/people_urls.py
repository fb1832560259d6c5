"""The people of one organisation and what is done about them."""

from django.urls import path

from portal.accounts.views import inviting, people

app_name = "people"
urlpatterns = [
    path("", people.people, name="list"),
    path("invite/", inviting.invite, name="invite"),
    path("invitations/<uuid:invitation_id>/resend/", inviting.resend, name="resend"),
    path("invitations/<uuid:invitation_id>/revoke/", inviting.revoke, name="revoke"),
    path("<uuid:membership_id>/role/", people.change_role, name="role"),
    path("<uuid:membership_id>/remove/", people.remove, name="remove"),
]
