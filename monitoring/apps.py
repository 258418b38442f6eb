"""Django's handle on this app."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"
