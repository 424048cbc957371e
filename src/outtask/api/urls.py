"""Addresses of the API."""

from django.urls import path, re_path

from outtask.api import reference
from outtask.api.root import absent, api

urlpatterns = [
    path("api/v1/reference", reference.index, name="api-reference"),
    path("api/v1/reference/<slug:slug>", reference.noun_page, name="api-noun"),
    path("api/v1/", api.urls),
    # Whatever stands in an address, line breaks too, is answered in the API's own way.
    re_path(r"^api/v1(?:/(?P<rest>[\s\S]*))?\Z", absent, name="api-absent"),
]
