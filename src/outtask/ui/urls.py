"""Addresses of the room ui."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
