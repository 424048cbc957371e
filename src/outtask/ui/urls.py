"""Addresses of the room ui."""

from django.urls import path

from outtask.ui import gallery

urlpatterns = [path("settings/components", gallery.gallery, name="gallery")]
