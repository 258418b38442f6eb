"""Imports check history from a CSV file."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from bsm import pipeline
from monitoring.commands import apply_history, plan_history


class Command(BaseCommand):
    help = "Import check history: CSV with columns time,monitor,status,code,response_ms."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--until",
            type=_instant,
            help="The last state of each monitor holds until then (default: the newest row).",
        )
        parser.add_argument(
            "--plan", action="store_true", help="Show the plan, change nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = options["file"].read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"cannot read {options['file']}: {error}") from error
        now = timezone.now()
        try:
            planned = plan_history(
                text,
                file_name=options["file"].name,
                until=options["until"],
                actor=None,
                now=now,
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self._show(planned.plan)
        if options["plan"]:
            return
        summary = apply_history(planned, now=now)
        if not pipeline.settle():
            self.stderr.write("Results are still being worked out; look again in a minute.")
        self.stdout.write(
            f"Applied: {summary['new_rows']} new rows, {summary['same_rows']} known already, "
            f"{len(planned.plan['errors'])} left out, {summary['outages']} outages."
        )

    def _show(self, plan: dict[str, Any]) -> None:
        for monitor in plan["monitors"]:
            self.stdout.write(
                f"{monitor['name']}: {monitor['new_rows']} new, {monitor['same_rows']} known"
            )
        for error in plan["errors"]:
            self.stderr.write(f"row {error['row']}, {error['field']}: {error['reason']}")


def _instant(text: str) -> datetime:
    try:
        instant = parse_datetime(text)
    except ValueError:  # well written, but no day of any calendar
        instant = None
    if instant is None or instant.tzinfo is None:
        # argparse shows the words of this exception alone.
        raise ArgumentTypeError("write an instant with its offset, like 2026-08-22T00:00:00Z")
    return instant
