"""Addresses of the takeback room."""

from django.urls import path

from outtask.takeback.views import arriving, handovers, leaving

urlpatterns = [
    path("welcome/archive", arriving.archive, name="arrival"),
    path("welcome/archive/arrival", arriving.bring, name="arrival-bring"),
    path("out-tasks/<slug:reference>/handover", handovers.handover, name="outtask-handover"),
    path("settings/exit", leaving.leaving, name="exit"),
    path("settings/exit/archives", leaving.archive_new, name="archive-new"),
    path("settings/exit/archives/<uuid:archive_id>/<str:name>", leaving.archive, name="archive"),
    path("settings/exit/drills", leaving.drill_new, name="drill-new"),
]
