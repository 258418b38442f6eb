"""Django's handle on this app."""

from django.apps import AppConfig


class SlaConfig(AppConfig):
    name = "sla"
