"""Addresses of the monitors, below /monitors/."""

from __future__ import annotations

from django.urls import path

from monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("", views.monitors, name="monitors"),
    path("new/", views.monitor_new, name="monitor-new"),
    path("import/", views.history_import, name="import"),
    path("import/<uuid:pk>/", views.history_plan, name="import-plan"),
    path("<uuid:pk>/", views.monitor, name="monitor"),
    path("<uuid:pk>/edit/", views.monitor_edit, name="monitor-edit"),
    path("<uuid:pk>/pause/", views.monitor_pause, name="monitor-pause"),
]
