"""Addresses of the takeback room."""

from django.urls import path

from outtask.takeback import views

urlpatterns = [path("out-tasks/<slug:reference>/handover", views.handover, name="outtask-handover")]
