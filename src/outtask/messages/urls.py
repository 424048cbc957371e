"""Addresses of the messages room."""

from django.urls import path

from outtask.messages import views

urlpatterns = [
    path("out-tasks/<slug:reference>/thread", views.thread, name="thread"),
    path("settings/outbox", views.outbox, name="outbox"),
    path("settings/outbox/<uuid:pk>", views.mail, name="mail"),
]
