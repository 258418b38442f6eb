"""Addresses of the catalogue, below /services/."""

from __future__ import annotations

from django.urls import path

from catalog import views

app_name = "catalog"
urlpatterns = [
    path("", views.services, name="services"),
    path("new/", views.service_new, name="service-new"),
    path("<slug:slug>/edit/", views.service_edit, name="service-edit"),
]
