"""Every address of Outtask; each room brings its own."""

from importlib.util import find_spec

from django.urls import include, path

ROOMS = (
    "ui", "people", "outtasks", "decide", "source", "agree", "spend", "deliver", "pay",
    "measure", "takeback", "lifecycle", "files", "messages", "followers",
)  # fmt: skip

urlpatterns = [
    path("account/", include("allauth.urls")),
    *(path("", include(f"outtask.{room}.urls")) for room in ROOMS if find_spec(f"outtask.{room}.urls")),
]

handler404 = "outtask.ui.views.absent"
handler500 = "outtask.ui.views.broken"
