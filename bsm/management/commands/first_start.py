"""What a new portal needs before its first page: an administrator, and its own watch."""

from __future__ import annotations

import os
import secrets
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bsm import pipeline, selfwatch
from catalog.commands import ensure_admin
from catalog.models import Service
from monitoring.tasks import tend_storage


class Command(BaseCommand):
    help = "Prepare a new portal. Safe to repeat: what is there already is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        given = os.environ.get("BSM_ADMIN_PASSWORD", "")
        password = given or secrets.token_urlsafe(15)
        tend_storage()
        if ensure_admin(username="admin", password=password) is not None:
            shown = "as set in BSM_ADMIN_PASSWORD" if given else f"(shown once): {password}"
            self.stdout.write(f"Sign in as admin, password {shown}")
        is_new = not Service.objects.exists()
        selfwatch.watch_the_portal(timezone.now())
        pipeline.settle()
        pipeline.ring()
        if is_new:
            self.stdout.write("For a company to look around in: make demo")
