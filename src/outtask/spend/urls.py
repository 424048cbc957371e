"""Addresses of the spend room."""

from django.urls import path

from outtask.spend import views

urlpatterns = [
    path("budgets", views.budgets, name="budgets"),
    path("budgets/<uuid:pk>", views.budget, name="budget"),
    path("rates", views.rates, name="rates"),
    path("requests", views.requests, name="requests"),
    path("requests/<slug:reference>", views.request_page, name="request"),
    path("out-tasks/<slug:reference>/approval", views.approval, name="outtask-approval"),
]
