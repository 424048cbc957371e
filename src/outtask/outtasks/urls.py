"""Addresses of the list of out-tasks and of tracking."""

from django.urls import path

from outtask.outtasks import views

urlpatterns = [
    path("out-tasks", views.outtasks, name="outtasks"),
    path("track", views.track, name="track"),
    path("track/<str:code>", views.track_code, name="track-code"),
]
