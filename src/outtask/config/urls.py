"""Every address of Outtask; each room brings its own."""

from importlib.util import find_spec

from django.urls import include, path, re_path

from outtask.ui.views import absent

ROOMS = (
    "ui", "followers", "people", "outtasks", "decide", "source", "catalogue", "agree", "spend", "watch",
    "deliver", "pay", "measure", "takeback", "lifecycle", "files", "messages", "api",
)  # fmt: skip

urlpatterns = [
    # Pages of allauth that nobody needs here: an admin changes addresses, and none is confirmed by mail.
    re_path("^account/(?:email|confirm-email|password/set)/", absent),
    path("account/", include("allauth.urls")),
    *(path("", include(f"outtask.{room}.urls")) for room in ROOMS if find_spec(f"outtask.{room}.urls")),
]

handler404 = "outtask.ui.views.absent"
handler500 = "outtask.ui.views.broken"
