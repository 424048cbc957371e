"""Addresses of the API."""

from django.urls import path, re_path

from outtask.api import reference
from outtask.api.root import absent, api

urlpatterns = [
    path("api/v1/reference", reference.index, name="api-reference"),
    path("api/v1/reference/<slug:slug>", reference.noun_page, name="api-noun"),
    path("api/v1/", api.urls),
    re_path(r"^api/v1(?:/(?P<rest>.*))?$", absent, name="api-absent"),
]
