"""Connects the pipeline once all apps are loaded."""

from __future__ import annotations

from django.apps import AppConfig


class BsmConfig(AppConfig):
    name = "bsm"

    def ready(self) -> None:
        # Loaded here and not in bsm/__init__.py: the kernel must not import Celery.
        from bsm import pipeline
        from bsm.celery import app

        app.set_default()
        pipeline.connect()
