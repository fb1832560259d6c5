"""The site's map. Every view needs a signed-in person but those that say otherwise themselves."""

from django.contrib import admin
from django.urls import include, path

from cases.views.acting import acting_for
from cases.views.home import home
from portal import csp_reports, health
from portal.accounts.views import audit, people, view_as

handler404 = "portal.pages.not_found"
handler500 = "portal.pages.server_error"

urlpatterns = [
    path("", home, name="home"),
    path("", include("cases.urls")),
    path("acting-for/", acting_for, name="acting_for"),
    path("accounts/", include("portal.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("view-as/stop/", view_as.stop_viewing, name="stop_viewing"),
    path("view-as/<uuid:user_id>/", view_as.view_as, name="view_as"),
    path("people/", people.people, name="people"),
    path("people/<slug:slug>/", include("portal.accounts.people_urls")),
    path("audit/", audit.audit, name="audit"),
    path("audit/export.csv", audit.export, name="audit_export"),
    path("admin/", admin.site.urls),
    path("csp-report", csp_reports.csp_report, name="csp_report"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("health.json", health.health_json, name="health"),
]
