"""The site and one address more, whose view breaks with secrets in its hands."""

from typing import NoReturn

from django.conf import settings
from django.http import HttpRequest
from django.urls import path

from portal.urls import handler500 as handler500
from portal.urls import urlpatterns as the_site


def crash(request: HttpRequest) -> NoReturn:
    keys = settings.SECRET_KEY, *settings.CREDENTIAL_KEYS
    raise RuntimeError(f"nobody foresaw {keys} with {request.POST.dict()}")


urlpatterns = [*the_site, path("crash/", crash)]
