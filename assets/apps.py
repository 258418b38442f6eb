"""Django's handle on this app."""

from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "assets"
