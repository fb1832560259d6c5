"""The site and a few addresses more, whose views forget to ask who looks."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path

from cases import access
from cases.models import Attachment, Entry
from portal.accounts.models import Organization
from portal.urls import urlpatterns as the_site
from tests.accounts.routes import Row, ones_own, theirs


def every_case(request: HttpRequest) -> HttpResponse:
    return HttpResponse(", ".join(case.subject for case in access.worker_cases()))


def touch_some(request: HttpRequest) -> HttpResponse:
    """Finds its rows by a question of the database: no id is named in what it says."""
    noted = Entry.objects.filter(text__startswith="Note ").values("case")
    access.worker_cases().filter(pk__in=noted).update(vendor_status="touched")
    return HttpResponse()


def any_file(request: HttpRequest, reference: str, file_id: UUID) -> HttpResponse:
    """Asks for the case, and not whether the file is one of it."""
    access.case_or_404(access.viewer_of(request), reference)
    return HttpResponse(f"{Attachment.objects.filter(pk=file_id).count()} file")


def any_customer(request: HttpRequest) -> HttpResponse:
    """Takes the customer asked for at its word."""
    asked = Organization.objects.filter(slug=request.GET.get("customer", "")).first()
    form = "<form><input name=customer></form>"
    return HttpResponse(f"{form} {asked.name if asked else ''}")


PLANTED: dict[str, Row] = {
    "every-case/": ones_own("/every-case/"),
    "touch-some/": ones_own("/touch-some/"),
    "any-file/": theirs("/any-file/{reference}/{file}/"),
    "any-customer/": ones_own("/any-customer/"),
}
urlpatterns = [
    *the_site,
    path("every-case/", every_case),
    path("touch-some/", touch_some),
    path("any-file/<slug:reference>/<uuid:file_id>/", any_file),
    path("any-customer/", any_customer),
]
