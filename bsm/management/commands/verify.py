"""Asks every invariant of the stored data, and prints what breaks them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bsm.verify import broken, invariants


class Command(BaseCommand):
    help = "Check the stored data against its invariants; exit code 1 when one does not hold."

    def handle(self, *args: Any, **options: Any) -> None:
        failed = dict(broken())
        for invariant in invariants():
            rows = failed.get(invariant, [])
            self.stdout.write(f"{'BROKEN' if rows else 'holds '}  {invariant.sentence}")
            for row in rows:
                self.stdout.write(f"        {' '.join(str(value) for value in row)}")
        if failed:
            raise CommandError(f"{len(failed)} of {len(invariants())} invariants are broken")
