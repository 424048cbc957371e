"""Addresses of the files room."""

from django.urls import path

from outtask.files import views

urlpatterns = [path("files/<uuid:file_id>/<str:name>", views.file, name="file")]
