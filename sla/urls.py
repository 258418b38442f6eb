"""Addresses of the promises, below /sla/."""

from __future__ import annotations

from django.urls import path

from sla import views

app_name = "sla"
urlpatterns = [
    path("agreements/", views.agreements, name="agreements"),
    path("agreements/new/", views.agreement_new, name="agreement-new"),
    path("agreements/<uuid:pk>/", views.agreement, name="agreement"),
    path("agreements/<uuid:pk>/versions/new/", views.version_new, name="version-new"),
    path("results/<int:pk>/", views.result, name="result"),
    path("results/<int:pk>/days.csv", views.result_csv, name="result-csv"),
    path("calendars/", views.calendars, name="calendars"),
    path("calendars/new/", views.calendar_new, name="calendar-new"),
]
