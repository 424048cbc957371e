"""Addresses of the room followers."""

from django.urls import path, re_path

from outtask.followers import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("settings/work", views.work, name="work"),
    re_path(
        r"^settings/work/entries/(?P<skipped_id>[0-9]{1,18})/(?P<act>retry|dismiss)$",
        views.settle_entry,
        name="work-entry",
    ),
    re_path(
        r"^settings/work/tasks/(?P<task_id>[0-9a-f-]{36})/(?P<act>retry|dismiss)$",
        views.settle_task,
        name="work-task",
    ),
]
