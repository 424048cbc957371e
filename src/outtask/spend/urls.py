"""Addresses of the spend room."""

from django.urls import path

from outtask.people import doors
from outtask.people.states import Purpose
from outtask.spend.views import budgets, door, requests

doors.register(Purpose.DECIDE, door.decide_by_link)

urlpatterns = [
    path("budgets", budgets.budgets, name="budgets"),
    path("budgets/<uuid:pk>", budgets.budget, name="budget"),
    path("rates", budgets.rates, name="rates"),
    path("requests", requests.requests, name="requests"),
    path("requests/<slug:reference>", requests.request_page, name="request"),
    path("out-tasks/<slug:reference>/approval", requests.approval, name="outtask-approval"),
]
