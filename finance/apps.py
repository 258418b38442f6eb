"""Django's handle on this app."""

from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "finance"
