"""Addresses of the pages about webhooks."""

from django.urls import path

from outtask.followers.webhooks import views

_ONE = "settings/webhooks/<uuid:endpoint_id>"

urlpatterns = [
    path("settings/webhooks", views.webhooks, name="webhooks"),
    path(_ONE, views.webhook, name="webhook"),
    path(f"{_ONE}/details", views.change, name="webhook-change"),
    path(f"{_ONE}/secret", views.secret, name="webhook-secret"),
    path(f"{_ONE}/rotation", views.rotation, name="webhook-rotation"),
    path(f"{_ONE}/pause", views.pause, name="webhook-pause"),
    path(f"{_ONE}/resumption", views.resumption, name="webhook-resumption"),
    path(f"{_ONE}/test", views.test, name="webhook-test"),
    path(f"{_ONE}/closure", views.closure, name="webhook-closure"),
    path(f"{_ONE}/failures/replay", views.replay_failed, name="webhook-failures-replay"),
    path(f"{_ONE}/entries/replay", views.replay_between, name="webhook-entries-replay"),
    path(f"{_ONE}/deliveries/<uuid:delivery_id>/replay", views.replay_one, name="webhook-delivery-replay"),
]
