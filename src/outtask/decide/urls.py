"""Addresses of the decide room."""

from django.urls import path

from outtask.decide.views import imports, judging, processes, sourcing

urlpatterns = [
    path("processes", processes.processes, name="processes"),
    path("processes/new", processes.new, name="process-new"),
    path("processes/import", imports.upload, name="process-import"),
    path("processes/import/preview", imports.preview_page, name="process-import-preview"),
    path("processes/<uuid:pk>", processes.process, name="process"),
    path("processes/<uuid:pk>/facts", processes.facts, name="process-facts"),
    path("processes/<uuid:pk>/merge/<uuid:into>", processes.merge, name="process-merge"),
    path("processes/<uuid:pk>/judgement", judging.judgement, name="process-judgement"),
    path("processes/<uuid:pk>/judgement/so-far", judging.so_far, name="process-judgement-so-far"),
    path("processes/<uuid:pk>/models", sourcing.models, name="process-models"),
]
