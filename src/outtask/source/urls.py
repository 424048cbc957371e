"""Addresses of the source room."""

from django.urls import path

from outtask.people import doors
from outtask.people.states import Purpose
from outtask.source.views import briefs, comparing, guest

urlpatterns = [
    path("briefs/new", briefs.new, name="brief-new"),
    path("out-tasks/<slug:reference>/brief", briefs.brief, name="outtask-brief"),
    path("out-tasks/<slug:reference>/brief/edit", briefs.edit, name="brief-edit"),
    path("out-tasks/<slug:reference>/brief/closure", briefs.closure, name="brief-closure"),
    path("out-tasks/<slug:reference>/proposals", comparing.proposals, name="outtask-proposals"),
    path("out-tasks/<slug:reference>/proposals/<uuid:proposal_id>", comparing.proposal, name="proposal"),
]

doors.register(Purpose.PROPOSE, guest.answer)
