"""Addresses of pages that cross the stages."""

from django.urls import path

from outtask.lifecycle import import_views, order_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("search", views.search, name="search"),
    path("out-tasks/<slug:reference>", views.outtask_page, name="outtask"),
    path("out-tasks/<slug:reference>/timeline", views.timeline, name="timeline"),
    path("out-tasks/<slug:reference>/published", import_views.published, name="outtask-published"),
    path("out-tasks/<slug:reference>/order", order_views.order, name="outtask-order"),
    path("requests/<slug:reference>/lines", order_views.change_lines, name="request-lines"),
    path("imports", import_views.imports, name="imports"),
    path("imports/ocds", import_views.ocds, name="ocds-import"),
    path("imports/<uuid:import_id>", import_views.import_page, name="import"),
]
