"""Addresses of the watch room."""

from django.urls import path

from outtask.watch.views import holds, terms

urlpatterns = [
    path("watch", holds.watch, name="watch"),
    path("watch/terms", terms.terms, name="watch-terms"),
    path("watch/<uuid:hold_id>/disposition", holds.disposition, name="hold-disposition"),
]
