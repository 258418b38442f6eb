"""Addresses of the map's edges, below /dependencies/."""

from __future__ import annotations

from django.urls import path

from impact import views

app_name = "impact"
urlpatterns = [
    path("new/", views.dependency_new, name="dependency-new"),
    path("<uuid:pk>/delete/", views.dependency_delete, name="dependency-delete"),
]
