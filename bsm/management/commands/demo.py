"""Loads, removes and describes the demo company."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from assets.models import CI
from bsm.demo.company import LOGINS, NAME
from bsm.demo.load import SEED, AlreadyLoaded, Plan, load, minute_of
from bsm.demo.remove import NotLoaded, remove
from bsm.models import DemoCompany
from catalog.models import Service
from monitoring.models import Monitor


class Command(BaseCommand):
    help = "The demo company: 40 services with 13 months of history, clearly labelled."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["load", "remove", "status"])
        parser.add_argument("--seed", type=int, default=SEED, help="Same seed, same figures.")
        parser.add_argument(
            "--until", type=_instant, help="Where history ends (default: this minute)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["action"] == "load":
            self._load(options["seed"], options["until"] or now, now)
        elif options["action"] == "remove":
            self._remove(now)
        else:
            self._describe()

    def _load(self, seed: int, until: datetime, now: datetime) -> None:
        if until > now:
            raise CommandError("history cannot end in the future")
        started = time.monotonic()
        try:
            password = load(Plan(seed, minute_of(until)), now=now, say=self.stdout.write)
        except AlreadyLoaded:
            self.stdout.write("The demo company is loaded already.")
            self._describe()
            return
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"Loaded in {time.monotonic() - started:.0f} s.")
        given = settings.BSM_DEMO_PASSWORD
        shown = "as set in BSM_DEMO_PASSWORD" if given else f"(shown once): {password}"
        self.stdout.write(f"Sign in as {', '.join(LOGINS)}, password {shown}")
        self.stdout.write("Remove it with: make demo-remove")

    def _remove(self, now: datetime) -> None:
        try:
            removed, hanging = remove(now=now)
        except NotLoaded:
            self.stdout.write("No demo company is loaded.")
            return
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        counts = ", ".join(f"{count} {noun}" for noun, count in removed.items())
        self.stdout.write(f"Removed {counts}.")
        for row in hanging:
            self.stdout.write(f"It hung on the demo and went with it: {row}")

    def _describe(self) -> None:
        company = DemoCompany.objects.first()
        if company is None:
            self.stdout.write("No demo company is loaded. Load it with: manage.py demo load")
            return
        services, cis, monitors = (
            model.objects.filter(is_demo=True).count() for model in (Service, CI, Monitor)
        )
        self.stdout.write(
            f"{NAME}: {services} services, {cis} CIs, {monitors} monitors; "
            f"seed {company.seed}, history until {company.until:%F %H:%M} UTC, "
            f"loaded {company.loaded_at:%F %H:%M} UTC."
        )


def _instant(text: str) -> datetime:
    instant = parse_datetime(text)
    if instant is None or instant.tzinfo is None:
        raise ValueError("write an instant with its offset, like 2026-08-22T00:00:00Z")
    return instant
