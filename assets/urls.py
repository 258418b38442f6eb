"""Addresses of the forms about assets, below /assets/; bsm/urls.py adds the two pages."""

from __future__ import annotations

from django.urls import path

from assets import views

urlpatterns = [
    path("new/", views.ci_new, name="ci-new"),
    path("<uuid:pk>/edit/", views.ci_edit, name="ci-edit"),
    path("<uuid:pk>/relate/", views.relationship_new, name="relationship-new"),
    path("relationships/<int:pk>/end/", views.relationship_end, name="relationship-end"),
]
