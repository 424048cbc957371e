"""Addresses of pages that cross the stages."""

from django.urls import path

from outtask.lifecycle import views

urlpatterns = [
    path("", views.home, name="home"),
    path("search", views.search, name="search"),
    path("out-tasks/<slug:reference>", views.outtask_page, name="outtask"),
    path("out-tasks/<slug:reference>/timeline", views.timeline, name="timeline"),
]
