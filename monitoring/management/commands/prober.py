"""Polls monitors in this process until it is told to stop."""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from monitoring.engine.start import poll


class Command(BaseCommand):
    help = "Poll monitors until SIGTERM or Ctrl-C. Any number of probers share the work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, help="Stop after that time.")

    def handle(self, *args: Any, **options: Any) -> None:
        told: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told.append(1))
        seconds = options["seconds"]
        over_at = time.monotonic() + seconds if seconds else None
        poll(lambda: bool(told) or (over_at is not None and time.monotonic() >= over_at))
