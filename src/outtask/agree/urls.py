"""Addresses of the agree room."""

from django.urls import path

from outtask.agree.views import guest, members
from outtask.people import doors
from outtask.people.states import Purpose

urlpatterns = [
    path("out-tasks/<slug:reference>/agreement", members.agreement, name="outtask-agreement"),
    path("out-tasks/<slug:reference>/agreement/edit", members.edit, name="agreement-edit"),
    path("out-tasks/<slug:reference>/agreement.pdf", members.agreement_pdf, name="agreement-pdf"),
]

doors.register(Purpose.SIGN, guest.sign)
