"""Addresses of the room followers."""

from django.urls import path, re_path

from outtask.followers import proof_views, views
from outtask.followers.webhooks.urls import urlpatterns as webhooks

urlpatterns = [
    *webhooks,
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
    re_path(r"^receipts/(?P<seq>[0-9]{1,18})$", proof_views.receipt, name="receipt"),
    path("checkpoint", proof_views.checkpoint, name="checkpoint"),
    # Before the doors of links, which take every other address below /l/<token>/.
    path("l/<str:token>/proofs", proof_views.proofs_by_link, name="guest-proofs"),
    path("l/<str:token>/checkpoint", proof_views.checkpoint_by_link, name="guest-checkpoint"),
    re_path(
        r"^l/(?P<token>[^/]+)/receipts/(?P<seq>[0-9]{1,18})$",
        proof_views.receipt_by_link,
        name="guest-receipt",
    ),
]
