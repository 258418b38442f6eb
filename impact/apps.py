"""Django's handle on this app."""

from django.apps import AppConfig


class ImpactConfig(AppConfig):
    name = "impact"
