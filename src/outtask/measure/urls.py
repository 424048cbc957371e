"""Addresses of the measure room."""

from django.urls import path

from outtask.measure import views

urlpatterns = [
    path("out-tasks/<slug:reference>/service", views.outtask_service, name="outtask-service"),
    path("providers/<uuid:provider_id>/service", views.provider_service, name="provider-service"),
    path("reports", views.reports, name="reports"),
]
