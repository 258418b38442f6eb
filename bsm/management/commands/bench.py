"""Measures what must be fast, one JSON line a benchmark."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

import bsm.benchmarks.checks
import bsm.benchmarks.evaluation
import bsm.benchmarks.home

BENCHMARKS: dict[str, Callable[[], dict[str, Any]]] = {
    "checks": bsm.benchmarks.checks.run,
    "evaluation": bsm.benchmarks.evaluation.run,
    "home": bsm.benchmarks.home.run,
}


class Command(BaseCommand):
    help = "Run the benchmarks on a scratch database; prints one JSON line each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="Default: all.")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        for name in options["names"] or BENCHMARKS:
            self.stdout.write(json.dumps({"name": name, **BENCHMARKS[name]()}))
            self.stdout.flush()
