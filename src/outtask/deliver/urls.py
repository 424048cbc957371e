"""Addresses of the deliver room."""

from django.urls import path

from outtask.deliver.views import milestones

_MILESTONE = "out-tasks/<slug:reference>/milestones/<int:order>"

urlpatterns = [
    path(_MILESTONE, milestones.milestone, name="milestone"),
    path(f"{_MILESTONE}/verdict", milestones.verdict, name="milestone-verdict"),
    path(f"{_MILESTONE}/submissions", milestones.submissions, name="milestone-submissions"),
    path(f"{_MILESTONE}/checks/<uuid:check_id>", milestones.check, name="milestone-check"),
]
